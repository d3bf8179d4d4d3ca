//! Use cases, one file a verb.

pub mod change_state;
pub mod create;
pub(crate) mod expire;
mod give_back;
mod label_clients;
pub mod list;
pub(crate) mod need;
pub mod note_pin;
pub(crate) mod record;
pub mod rectify;
pub mod request;
