//! What a value means: the standards that Chinese public offices write values by, and the forms they are really found in.
//!
//! The crate is pure. It knows nothing of any product, reads no file, no network and no clock; the tables it needs
//! are built in. The way in is [`value::standardise`]: give it the [`kind::ValueKind`] of a column and the text that
//! stands there, and it answers the standard value, whether it had to be repaired, and what is the matter with it.
//! Every parser also stands alone in a module of its name and answers a typed [`note::Parsed`]; none ever panics.

pub mod calendar;
pub mod codes;
mod compact;
pub mod credit_code;
pub mod date;
pub mod elements;
pub mod enterprise_name;
pub mod free_text;
pub mod kind;
pub mod mask;
pub mod money;
pub mod note;
pub mod number;
pub mod person_name;
pub mod phone;
pub mod plain;
pub mod region;
pub mod resident_id;
pub mod text;
pub mod traditional;
pub mod value;
pub mod variants;
