//! Hub and agents as programs of their own, set up through the public interface like any other.

pub mod api;
mod hub;
pub mod process;

pub use hub::{Agent, Owner, Stand, basis, granted, published, until};
