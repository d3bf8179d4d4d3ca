//! The board of supply and demand (供需对接), one file a verb.

mod answer;
mod close;
mod designate;
pub(crate) mod escalate;
mod link;
mod post;
mod read;
mod step;

pub(crate) use escalate::NeedClock;
pub use read::NeedFilter;
