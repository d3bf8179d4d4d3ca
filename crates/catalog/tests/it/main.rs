//! The catalogue through its routes, the same suite on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod bad_input;
mod legal;
mod mounting;
mod organisations;
mod publication;
mod resources;
mod systems;
mod world;
