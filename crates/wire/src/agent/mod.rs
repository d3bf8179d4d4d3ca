//! The agent's side: make a key, join with a code, connect, answer.

mod carry;
mod connect;
mod csr;
mod dial;
mod enrol;
mod fault;
mod link;
mod noting;
mod outgoing;
mod renew;
mod trust;

pub use carry::{AgentCarrier, ParcelSender, carry};
pub use connect::{ConnectOptions, connect};
pub use csr::{CertificateRequest, certificate_not_after_ms, make_csr};
pub use enrol::{EnrolOptions, enrol};
pub use fault::LinkFault;
pub use link::{AgentLink, AgentSender, Incoming};
pub use renew::renew;
