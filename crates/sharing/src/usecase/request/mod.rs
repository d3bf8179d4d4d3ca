//! What people do with requests, one file a verb.

mod answer_extension;
mod ask_extension;
mod check;
mod complete;
mod decide;
mod deliver;
mod draft;
pub(crate) mod escalate;
mod lapse;
mod may;
mod read;
mod sign;
mod step;
mod withdraw;

pub(crate) use deliver::ReadyGrant;
pub(crate) use escalate::RequestClock;
pub(crate) use lapse::CompletionClock;
pub use read::RequestFilter;
pub(crate) use read::clock_view;
pub(crate) use sign::worded;
pub(crate) use step::STAFF;
