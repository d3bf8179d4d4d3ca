//! System tests: a whole hub, a real agent, a real source, and everything through the public interface, as the
//! console and client systems use it.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod backup;
mod bad_input;
mod clients;
mod doors;
mod evidence;
mod faults;
mod first_hour;
mod path;
mod quality;
mod secrets;
mod security;
mod tables;
mod world;
