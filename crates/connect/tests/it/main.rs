//! Connectors against real systems: each engine is started, each file written, each interface served here.

mod config;
mod files;
mod files_bad;
mod files_index;
mod http;
mod mariadb;
mod outage;
mod postgres;
mod sheets;
mod sqlite;
mod support;
