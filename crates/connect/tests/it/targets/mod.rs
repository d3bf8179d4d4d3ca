//! Deliveries into real systems.

mod cases;
mod config;
mod each;
mod files;
mod http;
mod mariadb;
mod model;
mod postgres;
mod sqlite;
mod support;
mod tables;
mod trouble;
