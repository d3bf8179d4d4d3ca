//! Identity through its routes and its middleware, the same suite on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod bad_input;
mod clients;
mod delegation;
mod elsewhere;
mod oauth;
mod open_sessions;
mod parting;
mod provider;
mod second_factor;
mod secrets;
mod sessions;
mod signed;
mod throttling;
mod users;
mod world;
