//! What the link asks the hub: who may join, who may connect, and where to put what agents report.

use std::net::SocketAddr;

use async_trait::async_trait;

use super::IssuedCertificate;
use crate::Refusal;
use crate::proto::{EnrolRequest, EvidenceLine, Hello, PinState, SourceHealth};

/// What an agent becomes by joining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Id of the agent: 1 to 64 printable ASCII characters. Becomes the name in its certificate.
    pub agent_id: String,
    /// Name for people.
    pub agent_name: String,
    /// Unified social credit code (统一社会信用代码) of the agent's organisation.
    pub organisation: String,
    /// Name of the organisation.
    pub organisation_name: String,
}

/// A stretch of the hub's evidence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EvidencePage {
    /// Entries that concern the agent, in index order.
    pub lines: Vec<EvidenceLine>,
    /// Index to continue from; 0 when there is no more.
    pub next_index: u64,
}

/// Why a link ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisconnectReason {
    /// The connection broke or the agent went away.
    Lost,
    /// The same agent connected again; the newer link goes on, so the agent is not away.
    Replaced,
    /// The hub closed it: [`super::Agents::disconnect`] or shutdown.
    Closed,
}

/// The hub's own decisions and stores, called by the link.
///
/// The `on_` functions of one link are called one after the other in the order things happened, on a
/// task of their own, so that a slow store does not hold up answers. When an agent connects twice, the
/// old link's `on_disconnect(Replaced)` may come after the new link's `on_hello`.
#[async_trait]
pub trait AgentGate: Send + Sync + 'static {
    /// Trades the join secret for a place at the hub; must consume it, so that it works once. The
    /// certificate request was checked before and is not the gate's business.
    ///
    /// # Errors
    /// The secret is unknown, used or expired.
    async fn enrol(&self, request: &EnrolRequest, peer: Option<SocketAddr>) -> Result<Enrolled, Refusal>;

    /// A certificate was issued, at joining or renewal, and is about to be sent.
    ///
    /// # Errors
    /// It could not be written down; then it is not sent.
    async fn certificate_issued(
        &self,
        agent_id: &str,
        certificate: &IssuedCertificate,
    ) -> Result<(), Refusal>;

    /// Whether this agent may connect, or renew its certificate, now. The serial number is in lower-case hex.
    ///
    /// # Errors
    /// The agent is unknown or disabled, or the certificate was withdrawn.
    async fn admit(&self, agent_id: &str, certificate_serial: &str) -> Result<(), Refusal>;

    /// The hub's entries that concern this agent, from an index on, at most `limit`.
    ///
    /// # Errors
    /// They could not be read.
    async fn evidence(&self, agent_id: &str, from_index: u64, limit: u32) -> Result<EvidencePage, Refusal>;

    /// The agent is connected and can be called.
    async fn on_hello(&self, agent_id: &str, hello: Hello);

    /// A source went up or down.
    async fn on_source_health(&self, agent_id: &str, health: SourceHealth);

    /// The agent took, refused or gave up a pin.
    async fn on_pin_state(&self, agent_id: &str, state: PinState);

    /// The link ended. Comes last, once for each `on_hello`.
    async fn on_disconnect(&self, agent_id: &str, reason: DisconnectReason);
}
