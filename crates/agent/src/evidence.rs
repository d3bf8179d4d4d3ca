//! Asks the hub, through the open link, for its entries that concern this agent.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use wire::agent::AgentSender;
use wire::proto::{EvidenceReply, EvidenceRequest, agent_message};

use crate::fault::Fault;

const WITHIN: Duration = Duration::from_secs(30);

/// The way to the hub's evidence; it exists while a link is open. Cheap to clone.
#[derive(Clone, Default)]
pub struct HubEvidence(Arc<Inner>);

#[derive(Default)]
struct Inner {
    sender: Mutex<Option<AgentSender>>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<EvidenceReply>>>,
    next: AtomicU64,
}

impl HubEvidence {
    /// A link opened.
    pub(crate) fn attach(&self, sender: AgentSender) {
        *self.0.sender.lock() = Some(sender);
    }

    /// The link ended; whoever waits is told.
    pub(crate) fn detach(&self) {
        *self.0.sender.lock() = None;
        self.0.waiting.lock().clear();
    }

    /// A reply came.
    pub(crate) fn replied(&self, reply: EvidenceReply) {
        if let Some(waiting) = self.0.waiting.lock().remove(&reply.id) {
            // Whoever asked may have gone away meanwhile.
            let _ = waiting.send(reply);
        }
    }

    /// Whether a link is open.
    pub fn is_attached(&self) -> bool {
        self.0.sender.lock().is_some()
    }

    /// One page of the hub's entries.
    ///
    /// # Errors
    /// `agent.no_link` when there is no link or no answer; `agent.hub_evidence` when the hub cannot answer.
    pub async fn page(&self, from_index: u64, limit: u32) -> Result<EvidenceReply, Fault> {
        let no_link = || {
            Fault::new(
                "agent.no_link",
                "与枢纽的连接未建立，无法取得枢纽存证；请检查网络和 guantong agent run 的日志",
                "There is no link to the hub, so its evidence cannot be fetched; check the network and the log of `guantong agent run`",
            )
        };
        let sender = self.0.sender.lock().clone().ok_or_else(no_link)?;
        let id = self.0.next.fetch_add(1, Ordering::Relaxed) + 1;
        let (tx, rx) = oneshot::channel();
        self.0.waiting.lock().insert(id, tx);
        let request = EvidenceRequest { id, from_index, limit };
        let asked = sender.send(agent_message::Body::Evidence(request)).await;
        let reply = match asked {
            Ok(()) => tokio::time::timeout(WITHIN, rx).await.ok().and_then(Result::ok),
            Err(_) => None,
        };
        self.0.waiting.lock().remove(&id);
        let reply = reply.ok_or_else(no_link)?;
        if reply.error.is_empty() {
            return Ok(reply);
        }
        let why = &reply.error;
        Err(Fault::new(
            "agent.hub_evidence",
            format!("枢纽无法提供存证：{why}"),
            format!("The hub cannot give its evidence: {why}"),
        ))
    }
}
