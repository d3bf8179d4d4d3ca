//! Sharing through its routes, the same suite on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod access;
mod clocks;
mod completion;
mod decisions;
mod giving_back;
mod grants;
mod needs;
mod rectification;
mod requests;
mod todos;
mod world;
