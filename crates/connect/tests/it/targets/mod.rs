//! Deliveries into real systems.

mod cases;
mod files;
mod mariadb;
mod model;
mod postgres;
mod sqlite;
mod support;
mod tables;
mod trouble;
