//! The hub's side: [`HubCa`] issues certificates, [`HubLink`] serves the link, [`Agents`] asks.

mod accept;
mod agents;
mod ca;
mod carriers;
mod error;
mod evidence;
mod gate;
mod identity;
mod issue;
mod link;
mod outgoing;
mod pem_file;
mod pending;
mod report;
mod serve;
mod service;
mod stream;

pub use agents::{AgentStatus, Agents, AgentsOptions};
pub use ca::{CaError, HubCa};
pub use carriers::{Arrived, Carriers, Expected};
pub use error::LinkError;
pub use gate::{AgentGate, DisconnectReason, Enrolled, EvidencePage};
pub use issue::IssuedCertificate;
pub use serve::{HubLink, HubLinkOptions, ServeError};
