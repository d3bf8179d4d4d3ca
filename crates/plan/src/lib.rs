//! What may leave a department, and in what form 交换计划.
//!
//! A department agrees to a [`Pin`]: a grant together with the mount it is read through. From then on a [`Call`]
//! only names the pin, the subject, and which of the granted items it wants; it holds no column, no table and no SQL.
//!
//! ```text
//! Call --check--> Task{fetch} --(source)--> rows --standardise--> --filter--> --minimise--> Answer
//! ```
//!
//! The crate is pure: no clock, no network, no file. The agent runs every step, so that what was not granted never
//! leaves the department; the hub uses the same types and the same validation, so that both sides agree on what a pin says.
//!
//! Invariant: a call can only narrow. Whatever it holds, [`check()`] either refuses it, or answers a [`Task`] whose columns
//! come from the pinned mount and whose items come from the pinned grant.

pub mod batch;
pub mod change;
pub mod check;
pub mod digest;
pub mod document;
pub mod filter;
pub mod minimise;
pub mod model;
pub mod pinned;
pub mod refusal;
pub mod standardise;
mod task;
pub mod validate;

pub use change::{Change, compare, narrower_or_equal};
pub use check::check;
pub use digest::{answer_bytes, digest, sha256_hex};
pub use filter::filter;
pub use minimise::minimise;
pub use model::*;
pub use pinned::Pinned;
pub use refusal::Refusal;
pub use standardise::{Standardised, standardise};
pub use task::{Fetch, Task};
pub use validate::{Fault, Invalid};
