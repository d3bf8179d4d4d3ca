//! The program at a department 前置机: it answers calls out of the department's own systems, within what the department agreed to.
//!
//! It dials out to the hub, so the department opens no port. What a call may read was pinned beforehand as a grant with its
//! mount ([`pins`]); each call is checked against the pin and the department's deny list, read ([`sources`]), standardised and
//! minimised (crate `plan`), and written into the agent's own log ([`record`]) before the answer leaves ([`execute`]).
//!
//! Invariants
//! - Nothing that was not granted, masked where it should be, leaves this process, whoever asks.
//! - No answer leaves without a durable entry in the agent's own record; every refused attempt is in it too.
//! - A revocation acts before it is written down; an acceptance is written down before it acts.
//! - No value of a person stands in a log line, an error or the public part of the record.
//! - Credentials of sources stay in this process: no message of the link has a field for them.

pub mod agent;
pub mod ask;
mod carry;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod config;
pub mod control;
pub mod credentials;
pub mod deny;
pub mod evidence;
pub mod execute;
pub mod fault;
pub mod join;
pub mod pins;
pub mod quota;
pub mod record;
pub mod run;
pub mod session;
pub mod sources;
pub mod state;

pub use agent::Agent;
