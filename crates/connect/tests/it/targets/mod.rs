//! Deliveries into real systems.

mod cases;
mod mariadb;
mod postgres;
mod sqlite;
mod support;
mod tables;
