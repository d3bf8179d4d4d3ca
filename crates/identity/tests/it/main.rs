//! Identity through its routes and its middleware, the same suite on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod bad_input;
mod clients;
mod oauth;
mod secrets;
mod sessions;
mod signed;
mod throttling;
mod users;
mod world;
