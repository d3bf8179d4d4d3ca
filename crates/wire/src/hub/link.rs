//! One open link: its queue to the agent, its open questions, and the task that reads what comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tonic::{Code, Status, Streaming};

use super::agents::Agents;
use super::gate::{AgentGate, DisconnectReason};
use super::outgoing::Outgoing;
use super::pending::{Pending, Waiter};
use super::report::{Report, Reports};
use crate::proto::{AgentMessage, CallReply, HubMessage, Ping, Welcome, agent_message, hub_message};
use crate::{Clock, Refusal, proto};

/// How long the agent may take for its first message.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How often the hub asks the agent's program, not only its connection, for a sign of life.
const PING_EVERY: Duration = Duration::from_secs(10);
/// Evidence pages of one agent that are read at the same time.
const EVIDENCE_AT_ONCE: usize = 2;

/// What a link and the registry share.
pub(super) struct LinkHandle {
    pub(super) agent_id: String,
    pub(super) connected_at_ms: i64,
    pub(super) agent_version: String,
    pub(super) pending: Pending,
    pub(super) last_seen_ms: AtomicI64,
    /// Round trip of the last ping in milliseconds, -1 before the first.
    pub(super) round_trip_ms: AtomicI64,
    queue: mpsc::Sender<HubMessage>,
    closer: Closer,
}

/// Ends a link: tells the agent why and stops the reading task. The first reason stands.
struct Closer {
    /// One to the outgoing stream, one to the reading task; taken by whoever closes first.
    ends: Mutex<Option<(oneshot::Sender<Status>, oneshot::Sender<()>)>>,
    reason: Mutex<DisconnectReason>,
}

impl LinkHandle {
    /// Ends the link. Whoever waits for an answer learns at once that it will not come.
    pub(super) fn close(&self, status: Status, reason: DisconnectReason) {
        let ends = self.closer.ends.lock().take();
        if let Some((tell, stop)) = ends {
            *self.closer.reason.lock() = reason;
            // Nobody receives these when the connection broke at the same time; then there is no one to tell.
            let _ = tell.send(status);
            let _ = stop.send(());
        }
        self.pending.end();
    }

    /// Queues a message if there is room and the link is open.
    pub(super) fn try_send(&self, body: hub_message::Body) -> bool {
        self.queue.try_send(HubMessage { body: Some(body) }).is_ok()
    }

    /// Whether the connection has gone, which the reading task may not have noticed yet.
    pub(super) fn is_gone(&self) -> bool {
        self.queue.is_closed()
    }

    /// Queues a message, waiting for room; `false` when the link has ended.
    pub(super) async fn send(&self, body: hub_message::Body) -> bool {
        self.queue.send(HubMessage { body: Some(body) }).await.is_ok()
    }

    fn answer_call(&self, reply: CallReply) {
        // A reply nobody waits for came after its timeout; the caller has been told already.
        if let Some(Waiter::Call(waiter)) = self.pending.take(reply.id) {
            let _ = waiter.send(reply);
        }
    }

    fn answer_metadata(&self, reply: proto::MetadataReply) {
        if let Some(Waiter::Metadata(waiter)) = self.pending.take(reply.id) {
            let _ = waiter.send(reply);
        }
    }
}

/// What a link needs from the hub.
#[derive(Clone)]
pub(super) struct LinkContext {
    pub(super) gate: Arc<dyn AgentGate>,
    pub(super) agents: Agents,
    pub(super) clock: Clock,
    pub(super) hub_version: String,
}

/// Starts a link for an agent that was admitted; returns what tonic sends to it.
pub(super) fn start(context: LinkContext, agent_id: String, inbound: Streaming<AgentMessage>) -> Outgoing {
    // Room for every open question, its cancellation, and some pins.
    let (queue, queued) = mpsc::channel(context.agents.max_outstanding() * 2 + 256);
    let (tell, closing) = oneshot::channel();
    let (alive, gone) = oneshot::channel();
    tokio::spawn(run(context, agent_id, inbound, queue, tell, gone));
    Outgoing::new(queued, closing, alive)
}

async fn run(
    context: LinkContext,
    agent_id: String,
    mut inbound: Streaming<AgentMessage>,
    queue: mpsc::Sender<HubMessage>,
    tell: oneshot::Sender<Status>,
    gone: oneshot::Receiver<()>,
) {
    let Some(hello) = first_hello(&mut inbound).await else {
        let refusal = Refusal::new(
            "link.hello_missing",
            "前置机连接后未按协议发送首条消息，请升级前置机程序。",
            "The agent did not begin with a hello message; upgrade the agent program.",
        );
        let _ = tell.send(refusal.into_status(Code::FailedPrecondition));
        return;
    };
    let now_ms = (context.clock)();
    let welcome = Welcome { hub_version: context.hub_version.clone(), hub_time_ms: now_ms };
    let (stop, stopped) = oneshot::channel();
    let link = Arc::new(LinkHandle {
        agent_id,
        connected_at_ms: now_ms,
        agent_version: hello.agent_version.clone(),
        pending: Pending::new(context.agents.max_outstanding()),
        last_seen_ms: AtomicI64::new(now_ms),
        round_trip_ms: AtomicI64::new(-1),
        queue,
        closer: Closer { ends: Mutex::new(Some((tell, stop))), reason: Mutex::new(DisconnectReason::Lost) },
    });
    // Before the registry knows the link, so that nothing can stand in front of the welcome.
    link.try_send(hub_message::Body::Welcome(welcome));
    context.agents.register(&link);
    let reports = Reports::start(context.gate.clone(), link.agent_id.clone());
    reports.put(Report::Hello(hello)).await;
    tracing::info!(agent = %link.agent_id, version = %link.agent_version, "link.open");

    let ends = Ends { stopped, gone };
    let ended_by = read(&context, &link, &mut inbound, &reports, ends).await;

    context.agents.unregister(&link);
    link.pending.end();
    // Dropping the sender ends the outgoing stream when nobody gave a reason.
    drop(link.closer.ends.lock().take());
    let reason = link.closer.reason.lock().clone();
    tracing::info!(agent = %link.agent_id, ?reason, cause = ended_by.as_deref(), "link.closed");
    reports.put(Report::Disconnect(reason)).await;
}

/// The two ways in which a link ends other than by what the agent sends.
struct Ends {
    /// The hub closes it.
    stopped: oneshot::Receiver<()>,
    /// The outgoing stream was dropped: the agent does not listen any more.
    gone: oneshot::Receiver<()>,
}

async fn first_hello(inbound: &mut Streaming<AgentMessage>) -> Option<proto::Hello> {
    let first = tokio::time::timeout(HELLO_WITHIN, inbound.message()).await.ok()?.ok()??;
    match first.body {
        Some(agent_message::Body::Hello(hello)) => Some(hello),
        _ => None,
    }
}

/// Reads until the link ends; returns the cause if there was an error.
async fn read(
    context: &LinkContext,
    link: &Arc<LinkHandle>,
    inbound: &mut Streaming<AgentMessage>,
    reports: &Reports,
    mut ends: Ends,
) -> Option<String> {
    let evidence_slots = Arc::new(Semaphore::new(EVIDENCE_AT_ONCE));
    let mut ping = tokio::time::interval(PING_EVERY);
    ping.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            biased;
            _ = &mut ends.stopped => return None,
            _ = &mut ends.gone => return None,
            message = inbound.message() => message,
            _ = ping.tick() => {
                let now_ms = (context.clock)();
                link.try_send(hub_message::Body::Ping(Ping { hub_time_ms: now_ms }));
                continue;
            }
        };
        let body = match message {
            Ok(Some(AgentMessage { body: Some(body) })) => body,
            // A kind of message this hub does not know yet.
            Ok(Some(_)) => continue,
            Ok(None) => return None,
            Err(status) => return Some(status.to_string()),
        };
        link.last_seen_ms.store((context.clock)(), Ordering::Relaxed);
        match body {
            agent_message::Body::Reply(reply) => link.answer_call(reply),
            agent_message::Body::Metadata(reply) => link.answer_metadata(reply),
            agent_message::Body::Pong(pong) => {
                let round_trip = (context.clock)().saturating_sub(pong.hub_time_ms).max(0);
                link.round_trip_ms.store(round_trip, Ordering::Relaxed);
            }
            agent_message::Body::PinState(state) => reports.put(Report::PinState(state)).await,
            agent_message::Body::SourceHealth(health) => reports.put(Report::SourceHealth(health)).await,
            agent_message::Body::Hello(hello) => reports.put(Report::Hello(hello)).await,
            agent_message::Body::Evidence(request) => {
                super::evidence::answer(context.gate.clone(), link.clone(), request, evidence_slots.clone());
            }
        }
    }
}
