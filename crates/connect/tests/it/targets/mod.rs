//! Deliveries into real systems.

mod postgres;
mod support;
