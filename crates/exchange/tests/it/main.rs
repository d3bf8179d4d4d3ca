//! The path as far as the hub goes, without an agent at the other end: what is refused, for which reason, and what is
//! counted. The same suite on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod quality;
mod quotas;
mod refusals;
mod world;
