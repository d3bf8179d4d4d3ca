//! Databases that speak SQL.
//!
//! [`database`] does everything once; an [`engine`] says how its dialect differs.

mod database;
mod engine;
mod images;
mod lanes;
pub(crate) mod mysql;
mod mysql_schema;
pub(crate) mod postgres;
mod reading;
mod scan;
mod schema;
pub(crate) mod sqlite;
mod watching;

pub(crate) use database::SqlSource;
