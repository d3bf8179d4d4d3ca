//! Integration tests of the testbed: each starts real servers.

mod databases;
mod lifetime;
