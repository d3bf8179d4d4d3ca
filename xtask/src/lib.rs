//! Developer commands and the repository's own rules.
//!
//! The one way in for developers is `cargo xtask <verb>`; each verb is a module here. The rules under
//! [`rules`] are checked by `cargo test -p xtask`, so they run with every other test.

pub mod bench;
pub mod ci;
pub mod demo;
pub mod generate;
pub mod repo;
pub mod rules;
pub mod shell;
pub mod test;
pub mod web;
