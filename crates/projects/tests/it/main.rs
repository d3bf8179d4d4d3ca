//! Planned systems, budget view and map through their routes, the same suite on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod plans;
mod score;
mod usage;
mod world;
