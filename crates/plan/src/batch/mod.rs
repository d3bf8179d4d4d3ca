//! A whole table instead of one subject 库表交换: the same pin, the same stations, on columns instead of values.
//!
//! ```text
//! BatchCall --check--> BatchTask --(source)--> RecordBatch --work--> Worked{rows, deleted, held, tally} --seal--> chunk
//! ```
//!
//! A [`BatchCall`] names items, never columns, as a [`crate::Call`] does. What comes out of [`BatchTask::work`] holds the granted
//! items of the granted rows and nothing else; what cannot be standardised is flagged beside its row or held back with its reasons,
//! by the subscription's choice, and counted either way: no row is dropped silently.

mod check;
mod chunk;
mod column;
mod conditions;
mod fold;
mod model;
mod order;
pub mod words;
mod work;

pub use check::check_batch;
pub use chunk::{Chunk, ChunkHead, Malformed, head, open, seal};
pub use conditions::Conditions;
pub use model::{BatchCall, FLAGS_COLUMN, ItemTally, OnInvalid, OutColumn, Reading, Tally};
pub use order::{
    Column, Compared, Delivery, Destination, HeldRow, Misfit, Mode, Order, Position, Standing,
    TargetQuestion, Written,
};
pub(crate) use work::Out;
pub use work::{BatchTask, Image, Worked};
