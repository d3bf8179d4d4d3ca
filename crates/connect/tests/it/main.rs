//! Connectors against real systems: each engine is started, each file written, each interface served here.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper of a test fails the test")]

mod capture;
mod capture_mariadb;
mod capture_postgres;
mod capture_postgres_faults;
mod config;
mod digests;
mod files;
mod files_bad;
mod files_index;
mod http;
mod increment;
mod mariadb;
mod outage;
mod postgres;
mod postgres_bulk;
mod sheets;
mod sqlite;
mod support;
mod targets;
