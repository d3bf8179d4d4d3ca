//! Tests of the agent with a real SQLite source, its real log, and a hub built on the hub's side of the link.

#![expect(clippy::expect_used, reason = "a helper of a test that fails fails the test")]

mod answers;
mod commands;
mod hub;
mod joining;
mod link;
mod pinning;
mod support;
mod tampered;
mod trouble;
