//! The registry of connected agents, and the way to ask them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::RwLock;
use tokio::sync::oneshot;
use tonic::Code;

use super::carriers::Carriers;
use super::error::LinkError;
use super::gate::DisconnectReason;
use super::link::LinkHandle;
use super::pending::{NotAdded, Waiter};
use crate::proto::{
    CallReply, CallRequest, Cancel, CarryStart, MetadataReply, MetadataRequest, PinOffer, PinRevoke,
    hub_message, metadata_request,
};
use crate::{Clock, Refusal};

/// Limits of the registry.
#[derive(Debug, Clone, Copy)]
pub struct AgentsOptions {
    /// Questions that may be open at one agent; more are refused as overloaded.
    pub max_outstanding: usize,
}

impl Default for AgentsOptions {
    fn default() -> Self {
        Self { max_outstanding: 4096 }
    }
}

/// How one agent stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentStatus {
    /// Whether its link is open.
    pub connected: bool,
    /// Since when it is connected or not, Unix milliseconds; the hub's start if it never connected since.
    pub since_ms: i64,
    /// When its last message came, Unix milliseconds; `None` when it is not connected.
    pub last_seen_ms: Option<i64>,
    /// Round trip of the last ping through the agent's program, milliseconds; `None` when not known.
    pub round_trip_ms: Option<i64>,
    /// Version the agent's program gave; empty when it is not connected.
    pub agent_version: String,
    /// Questions open at this moment.
    pub outstanding: usize,
}

struct Registry {
    links: RwLock<HashMap<String, Arc<LinkHandle>>>,
    /// When the last link of an agent ended; an agent that never connected has no line.
    gone: RwLock<HashMap<String, i64>>,
    started_ms: i64,
    options: AgentsOptions,
    clock: Clock,
    carriers: Carriers,
}

/// The connected agents. Cheap to clone; all clones are one registry.
#[derive(Clone)]
pub struct Agents {
    registry: Arc<Registry>,
}

impl Agents {
    /// An empty registry, filled by [`super::HubLink`].
    pub fn new(options: AgentsOptions, clock: Clock) -> Self {
        let started_ms = clock();
        Self {
            registry: Arc::new(Registry {
                links: RwLock::default(),
                gone: RwLock::default(),
                started_ms,
                options,
                clock,
                carriers: Carriers::default(),
            }),
        }
    }

    /// Sends a call and waits for its reply, at most `timeout`. When the time is over, or when the
    /// returned future is dropped, the agent is told to stop.
    ///
    /// # Errors
    /// There is no reply; see [`LinkError`]. A reply that refuses is `Ok`.
    pub async fn call(
        &self,
        agent_id: &str,
        call_json: Bytes,
        timeout: Duration,
    ) -> Result<CallReply, LinkError> {
        self.ask(agent_id, timeout, Waiter::Call, |id| {
            hub_message::Body::Call(CallRequest { id, call_json, timeout_ms: millis(timeout) })
        })
        .await
    }

    /// Asks about one of the agent's sources; the reply's `json` is of crate `connect`.
    ///
    /// # Errors
    /// There is no reply; see [`LinkError`]. A reply that refuses is `Ok`.
    pub async fn metadata(
        &self,
        agent_id: &str,
        source: &str,
        what: metadata_request::What,
        timeout: Duration,
    ) -> Result<MetadataReply, LinkError> {
        self.ask(agent_id, timeout, Waiter::Metadata, |id| {
            hub_message::Body::Metadata(MetadataRequest {
                id,
                source: source.to_owned(),
                what: Some(what),
                timeout_ms: millis(timeout),
            })
        })
        .await
    }

    /// Offers a pin. What the agent makes of it comes later as [`super::AgentGate::on_pin_state`].
    ///
    /// # Errors
    /// The agent is not connected, or its link ended meanwhile.
    pub async fn offer_pin(&self, agent_id: &str, offer: PinOffer) -> Result<(), LinkError> {
        self.tell(agent_id, hub_message::Body::Pin(offer)).await
    }

    /// Takes a pin back.
    ///
    /// # Errors
    /// The agent is not connected, or its link ended meanwhile.
    pub async fn revoke_pin(&self, agent_id: &str, grant: &str, reason: &str) -> Result<(), LinkError> {
        let revoke = PinRevoke { grant: grant.to_owned(), reason: reason.to_owned() };
        self.tell(agent_id, hub_message::Body::Revoke(revoke)).await
    }

    /// Sends an order to carry a table. The agent answers by opening a connection with the ticket: see [`Agents::carriers`].
    ///
    /// # Errors
    /// The agent is not connected, or its link ended meanwhile.
    pub async fn start_carrying(&self, agent_id: &str, start: CarryStart) -> Result<(), LinkError> {
        self.tell(agent_id, hub_message::Body::Carry(start)).await
    }

    /// Connections of tables on their way.
    pub fn carriers(&self) -> &Carriers {
        &self.registry.carriers
    }

    /// How an agent stands now.
    pub fn status(&self, agent_id: &str) -> AgentStatus {
        if let Some(link) = self.link(agent_id) {
            let round_trip = link.round_trip_ms.load(Ordering::Relaxed);
            return AgentStatus {
                connected: true,
                since_ms: link.connected_at_ms,
                last_seen_ms: Some(link.last_seen_ms.load(Ordering::Relaxed)),
                round_trip_ms: (round_trip >= 0).then_some(round_trip),
                agent_version: link.agent_version.clone(),
                outstanding: link.pending.len(),
            };
        }
        AgentStatus {
            connected: false,
            since_ms: self.gone_since_ms(agent_id),
            last_seen_ms: None,
            round_trip_ms: None,
            agent_version: String::new(),
            outstanding: 0,
        }
    }

    /// Ids of the connected agents, in no order.
    pub fn connected(&self) -> Vec<String> {
        self.registry.links.read().keys().cloned().collect()
    }

    /// Closes an agent's link and tells it why; `false` when it was not connected. It will try again:
    /// [`super::AgentGate::admit`] must refuse it if it is to stay away.
    pub fn disconnect(&self, agent_id: &str, why: Refusal) -> bool {
        let Some(link) = self.link(agent_id) else {
            return false;
        };
        link.close(why.into_status(Code::PermissionDenied), DisconnectReason::Closed);
        self.unregister(&link);
        true
    }

    /// Closes every link because the hub stops.
    pub(super) fn close_all(&self) {
        let links: Vec<_> = self.registry.links.write().drain().map(|(_, link)| link).collect();
        for link in links {
            let refusal = Refusal::new(
                "link.hub_stopping",
                "平台正在停止，前置机将自动重连。",
                "The hub is stopping; the agent will connect again by itself.",
            );
            link.close(refusal.into_status(Code::Unavailable), DisconnectReason::Closed);
        }
    }

    pub(super) fn max_outstanding(&self) -> usize {
        self.registry.options.max_outstanding
    }

    /// Makes a link the one that is asked; an older one of the same agent is closed.
    pub(super) fn register(&self, link: &Arc<LinkHandle>) {
        let old = self.registry.links.write().insert(link.agent_id.clone(), link.clone());
        if let Some(old) = old {
            let refusal = Refusal::new(
                "link.replaced",
                "同一前置机又建立了新的连接，本连接已被替换；请确认没有两处使用同一份证书。",
                "The same agent connected again and this link was replaced; make sure its certificate is in use only once.",
            );
            old.close(refusal.into_status(Code::Aborted), DisconnectReason::Replaced);
        }
    }

    /// Forgets a link, unless a newer one has taken its place.
    pub(super) fn unregister(&self, link: &Arc<LinkHandle>) {
        let mut links = self.registry.links.write();
        if links.get(&link.agent_id).is_some_and(|current| Arc::ptr_eq(current, link)) {
            links.remove(&link.agent_id);
            let now_ms = (self.registry.clock)();
            self.registry.gone.write().insert(link.agent_id.clone(), now_ms);
        }
    }

    fn link(&self, agent_id: &str) -> Option<Arc<LinkHandle>> {
        self.registry.links.read().get(agent_id).cloned()
    }

    fn gone_since_ms(&self, agent_id: &str) -> i64 {
        self.registry.gone.read().get(agent_id).copied().unwrap_or(self.registry.started_ms)
    }

    fn not_connected(&self, agent_id: &str) -> LinkError {
        LinkError::NotConnected { agent: agent_id.to_owned(), since_ms: self.gone_since_ms(agent_id) }
    }

    async fn ask<R>(
        &self,
        agent_id: &str,
        timeout: Duration,
        waiter: impl FnOnce(oneshot::Sender<R>) -> Waiter,
        body: impl FnOnce(u64) -> hub_message::Body,
    ) -> Result<R, LinkError> {
        let link = self.link(agent_id).ok_or_else(|| self.not_connected(agent_id))?;
        let (tx, rx) = oneshot::channel();
        let id = link.pending.add(waiter(tx)).map_err(|why| match why {
            NotAdded::Ended => self.not_connected(agent_id),
            NotAdded::Full => LinkError::Overloaded { agent: agent_id.to_owned() },
        })?;
        let mut open = OpenQuestion { link: &link, id, answered: false };
        if !link.try_send(body(id)) {
            // Nothing went out, so there is nothing to cancel at the agent.
            open.answered = true;
            let ended = link.pending.take(id).is_none() || link.is_gone();
            return Err(if ended {
                self.not_connected(agent_id)
            } else {
                LinkError::Overloaded { agent: agent_id.to_owned() }
            });
        }
        match tokio::time::timeout(timeout, rx).await {
            Ok(Ok(reply)) => {
                open.answered = true;
                Ok(reply)
            }
            Ok(Err(_)) => {
                open.answered = true;
                Err(LinkError::LinkLost { agent: agent_id.to_owned() })
            }
            // Dropping the open question tells the agent to stop.
            Err(_) => Err(LinkError::Timeout { agent: agent_id.to_owned(), after: timeout }),
        }
    }

    async fn tell(&self, agent_id: &str, body: hub_message::Body) -> Result<(), LinkError> {
        let link = self.link(agent_id).ok_or_else(|| self.not_connected(agent_id))?;
        if link.send(body).await { Ok(()) } else { Err(LinkError::LinkLost { agent: agent_id.to_owned() }) }
    }
}

/// A question that was sent. Dropped before its reply came (time over, or the caller went away), it
/// frees its place and tells the agent to stop.
struct OpenQuestion<'a> {
    link: &'a LinkHandle,
    id: u64,
    answered: bool,
}

impl Drop for OpenQuestion<'_> {
    fn drop(&mut self) {
        if !self.answered && self.link.pending.take(self.id).is_some() {
            self.link.try_send(hub_message::Body::Cancel(Cancel { id: self.id }));
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
