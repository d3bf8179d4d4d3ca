//! A table that was changed at its source: the subscriptions of the resource stop, the provider is shown which new column most
//! likely answers in place of one that is gone, and when its corrected mount is in force they go on by themselves.
//!
//! The consumer learns that the provider's system was changed and how far the mending has come; table and column names
//! stay with the provider ([`words`]). The hub looks at the source ([`look`]) when a run stopped, when the mount changed and now
//! and then after that, so that a department which takes its change back need do nothing else. What stopped goes on
//! ([`resume`]) when the department's agent has pinned the mount.

mod look;
mod migration;
pub mod model;
mod resume;
pub(crate) mod routes;
pub(super) mod store;
mod todos;
mod words;

pub(crate) use look::handler;
pub(crate) use migration::SourceChanges;
pub(crate) use todos::todos;
pub(super) use words::{CHANGED, told_apart};
