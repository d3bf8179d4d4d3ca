//! The catalogue through its routes, the same suite on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod bad_input;
mod fields;
mod going_offline;
mod legal;
mod mounting;
mod negative;
mod organisations;
mod proposals;
mod publication;
mod resources;
mod revisions;
mod search;
mod sheets;
mod silence;
mod systems;
mod world;
