//! The link over real sockets on the loopback interface, with real TLS, at a time the tests set.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod admission;
mod authority;
mod calls;
mod faults;
mod gate;
mod joining;
mod proxy;
mod raw;
mod world;
