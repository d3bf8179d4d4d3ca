//! The open link as the agent sees it.

use prost::Message as _;
use tokio::sync::{mpsc, oneshot};
use tonic::Streaming;

use super::LinkFault;
use super::dial::Dialled;
use crate::proto::{
    AgentMessage, CallReply, HubMessage, MetadataReply, Pong, Refused, Welcome, agent_message, call_reply,
    hub_message,
};

/// An open link. Dropping `incoming` ends it.
pub struct AgentLink {
    /// The hub's first message.
    pub welcome: Welcome,
    /// What the hub asks.
    pub incoming: Incoming,
    /// Where answers go; clone it freely.
    pub sender: AgentSender,
}

/// What the hub asks, in order.
pub struct Incoming {
    stream: Streaming<HubMessage>,
    sender: AgentSender,
    /// Holds the connection open.
    dialled: Dialled,
    /// Holds the stream to the hub open.
    _keep: oneshot::Sender<()>,
}

impl Incoming {
    pub(super) fn new(
        stream: Streaming<HubMessage>,
        sender: AgentSender,
        dialled: Dialled,
        keep: oneshot::Sender<()>,
    ) -> Self {
        Self { stream, sender, dialled, _keep: keep }
    }

    /// The next message; pings are answered here and not handed out. Safe to cancel. Whoever calls this
    /// must not do the work in between: a link that is not read is taken for dead.
    ///
    /// # Errors
    /// The link ended; the fault says why and whether to try again soon.
    pub async fn next(&mut self) -> Result<hub_message::Body, LinkFault> {
        loop {
            let message = self.stream.message().await.map_err(|status| self.dialled.fault(&status))?;
            match message {
                Some(HubMessage { body: Some(hub_message::Body::Ping(ping)) }) => {
                    let pong = agent_message::Body::Pong(Pong { hub_time_ms: ping.hub_time_ms });
                    // With a full queue there is traffic enough to show that the agent lives.
                    let _ = self.sender.queue.try_send(AgentMessage { body: Some(pong) });
                }
                Some(HubMessage { body: Some(body) }) => return Ok(body),
                // A kind of message this agent does not know yet.
                Some(HubMessage { body: None }) => {}
                None => return Err(LinkFault::Lost { cause: "the hub closed the link".to_owned() }),
            }
        }
    }
}

/// Where the agent's answers go.
#[derive(Clone)]
pub struct AgentSender {
    queue: mpsc::Sender<AgentMessage>,
    max_answer_bytes: usize,
}

impl AgentSender {
    pub(super) fn new(queue: mpsc::Sender<AgentMessage>, max_answer_bytes: usize) -> Self {
        Self { queue, max_answer_bytes }
    }

    /// Sends a message; waits while the queue is full.
    ///
    /// # Errors
    /// The link has ended.
    pub async fn send(&self, body: agent_message::Body) -> Result<(), LinkFault> {
        self.queue
            .send(AgentMessage { body: Some(body) })
            .await
            .map_err(|_| LinkFault::Lost { cause: "the link has ended".to_owned() })
    }

    /// Sends a call's reply. One that is larger than allowed is replaced by the refusal
    /// `link.answer_too_large`; returns whether the reply itself was sent.
    ///
    /// # Errors
    /// The link has ended.
    pub async fn reply(&self, reply: CallReply) -> Result<bool, LinkFault> {
        let bytes = reply.encoded_len();
        if bytes <= self.max_answer_bytes {
            self.send(agent_message::Body::Reply(reply)).await?;
            return Ok(true);
        }
        let outcome = call_reply::Outcome::Refused(self.too_large(bytes));
        let reply = CallReply { id: reply.id, outcome: Some(outcome), times: reply.times };
        self.send(agent_message::Body::Reply(reply)).await?;
        Ok(false)
    }

    /// Sends a reply about sources, with the same rule for its size.
    ///
    /// # Errors
    /// The link has ended.
    pub async fn reply_metadata(&self, reply: MetadataReply) -> Result<bool, LinkFault> {
        let bytes = reply.encoded_len();
        if bytes <= self.max_answer_bytes {
            self.send(agent_message::Body::Metadata(reply)).await?;
            return Ok(true);
        }
        let refused = Some(self.too_large(bytes));
        let reply = MetadataReply { id: reply.id, refused, ..MetadataReply::default() };
        self.send(agent_message::Body::Metadata(reply)).await?;
        Ok(false)
    }

    /// Whether the link has ended.
    pub fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    fn too_large(&self, bytes: usize) -> Refused {
        let limit = self.max_answer_bytes;
        Refused {
            code: "link.answer_too_large".to_owned(),
            zh: format!(
                "答复有 {bytes} 字节，超过前置机链路上限 {limit} 字节；请缩小查询范围，或减少授权信息项。"
            ),
            en: format!(
                "The answer has {bytes} bytes, more than the link's limit of {limit}; narrow the question or grant fewer items."
            ),
            source: String::new(),
            since_ms: 0,
        }
    }
}
