//! Databases that speak SQL.
//!
//! [`database`] does everything once; an [`engine`] says how its dialect differs.

mod database;
mod engine;
mod lanes;
pub(crate) mod mysql;
mod mysql_schema;
pub(crate) mod postgres;
mod reading;
mod scan;
mod schema;
pub(crate) mod sqlite;

pub(crate) use database::SqlSource;
