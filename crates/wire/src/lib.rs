//! The link between a hub and its agents (前置机): joining with a one-time code, certificates that the
//! hub issues, mutual TLS, and calls through the one stream that the agent opened.
//!
//! Agents dial out, so a department opens no port. After [`agent::connect`] the hub asks through the
//! open stream: [`hub::Agents::call`] sends bytes and waits for the reply with the same number.
//! Payloads are opaque here; what they mean is for the crates at both ends.
//!
//! - [`hub`]: the certificate authority, the server, the registry of connected agents.
//! - [`agent`]: key and certificate request, joining, connecting, renewing.
//! - [`join`]: the join code, which carries the fingerprint of the hub's root, so that the very first
//!   connection is already pinned.
//! - [`proto`]: the messages.
//!
//! Time comes in as a [`Clock`], also for the check of certificates.

use std::sync::Arc;
use std::time::Duration;

pub mod agent;
mod delegate;
pub mod hub;
pub mod join;
pub mod proto;
mod refusal;
mod tls;

pub use refusal::Refusal;

/// Says what time it is, in Unix milliseconds. The program that uses this crate passes its own clock.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Largest answer an agent sends, in bytes of one encoded reply, unless configured otherwise.
pub const DEFAULT_MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Largest chunk of a table on its way, in bytes.
pub const MAX_PARCEL_BYTES: usize = 32 * 1024 * 1024;

/// How often a silent connection is probed from each side, unless configured otherwise.
pub const DEFAULT_KEEPALIVE: Duration = Duration::from_secs(5);

/// Name that every link certificate of a hub carries, whatever the hub's address.
pub const HUB_NAME: &str = "guantong-hub";
