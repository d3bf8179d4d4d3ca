//! One open link: takes in what the hub asks, and hands the work to tasks so that the link is always read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::agent::{AgentLink, AgentSender, LinkFault};
use wire::proto::{
    CallReply, CallRequest, MetadataReply, MetadataRequest, PinOffer, PinRevoke, agent_message, hub_message,
    metadata_request,
};

use crate::agent::Agent;
use crate::carry::carry;
use crate::execute::overloaded;
use crate::fault::Fault;
use crate::record::Attempt;

/// How long answers in work may take when the agent stops.
const DRAIN: Duration = Duration::from_secs(10);
/// Longest time for a question about tables.
const METADATA_WITHIN: Duration = Duration::from_secs(120);

/// Calls in work, by the hub's number.
type InWork = Arc<Mutex<HashMap<u64, CancellationToken>>>;

enum PinWork {
    Offer(PinOffer),
    Revoke(PinRevoke),
}

/// Serves a link until it ends, or until `stop`; then answers in work are finished first.
///
/// # Errors
/// Why the link ended, unless it was stopped.
pub async fn serve(
    agent: Arc<Agent>,
    mut link: AgentLink,
    stop: &CancellationToken,
) -> Result<(), LinkFault> {
    let gone = CancellationToken::new();
    // However this function ends, nobody goes on reading sources for a link that is gone.
    let _cancels = gone.clone().drop_guard();
    let session = Session {
        agent: Arc::clone(&agent),
        sender: link.sender.clone(),
        in_work: InWork::default(),
        tasks: TaskTracker::new(),
        gone,
    };
    let (pins, pin_work) = mpsc::unbounded_channel();
    session.tasks.spawn(work_on_pins(Arc::clone(&agent), link.sender.clone(), pin_work));
    let mut pin_changes = agent.book.changes();
    let mut health_changes = agent.sources.changes();
    agent.hub_evidence.attach(link.sender.clone());
    let ended = loop {
        let tell = tokio::select! {
            body = link.incoming.next() => match body {
                Ok(body) => {
                    session.take(body, &pins);
                    continue;
                }
                Err(fault) => break Err(fault),
            },
            change = pin_changes.recv() => change.map(agent_message::Body::PinState),
            change = health_changes.recv() => change.map(agent_message::Body::SourceHealth),
            () = stop.cancelled() => break Ok(()),
        };
        match tell {
            Ok(body) => session.tell(body),
            // So many changes at once that some were not heard: a new link begins with the whole state.
            Err(RecvError::Lagged(_)) => {
                break Err(LinkFault::Lost { cause: "too many changes at once".to_owned() });
            }
            Err(RecvError::Closed) => break Ok(()),
        }
    };
    agent.hub_evidence.detach();
    drop(pins);
    if ended.is_ok() {
        session.drain(&mut link).await;
    }
    ended
}

struct Session {
    agent: Arc<Agent>,
    sender: AgentSender,
    in_work: InWork,
    tasks: TaskTracker,
    gone: CancellationToken,
}

impl Session {
    fn take(&self, body: hub_message::Body, pins: &mpsc::UnboundedSender<PinWork>) {
        match body {
            hub_message::Body::Call(request) => self.call(request),
            hub_message::Body::Cancel(cancel) => {
                if let Some(token) = self.in_work.lock().remove(&cancel.id) {
                    token.cancel();
                }
            }
            hub_message::Body::Pin(offer) => drop(pins.send(PinWork::Offer(offer))),
            hub_message::Body::Revoke(revoke) => {
                // It acts now; what is written about it comes in its turn.
                self.agent.book.silence(&revoke.grant);
                drop(pins.send(PinWork::Revoke(revoke)));
            }
            hub_message::Body::Metadata(request) => self.metadata(request),
            hub_message::Body::Carry(start) => {
                // Not among the tasks that are waited for when the agent stops: a run may last for months.
                drop(tokio::spawn(carry(Arc::clone(&self.agent), start, self.gone.child_token())));
            }
            hub_message::Body::Evidence(reply) => self.agent.hub_evidence.replied(reply),
            // Pings are answered inside the link; a second welcome means nothing.
            hub_message::Body::Ping(_) | hub_message::Body::Welcome(_) => {}
        }
    }

    fn call(&self, request: CallRequest) {
        let (agent, sender) = (Arc::clone(&self.agent), self.sender.clone());
        let Ok(permit) = Arc::clone(&agent.calls).try_acquire_owned() else {
            self.tasks.spawn(refuse(agent, sender, request.id, overloaded(false)));
            return;
        };
        let token = self.gone.child_token();
        self.in_work.lock().insert(request.id, token.clone());
        let in_work = Arc::clone(&self.in_work);
        self.tasks.spawn(async move {
            let reply = agent.executor.answer(&request, &token).await;
            in_work.lock().remove(&request.id);
            drop(permit);
            // When the link has ended meanwhile, the hub asks again over the next one.
            let _ = sender.reply(reply).await;
        });
    }

    fn metadata(&self, request: MetadataRequest) {
        let (agent, sender, gone) = (Arc::clone(&self.agent), self.sender.clone(), self.gone.child_token());
        self.tasks.spawn(async move {
            let id = request.id;
            let asked = u64::try_from(request.timeout_ms).ok().filter(|ms| *ms > 0).map(Duration::from_millis);
            let within = asked.unwrap_or(METADATA_WITHIN).min(METADATA_WITHIN);
            let described = async {
                let _permit = agent.metadata.acquire().await;
                match &request.what {
                    Some(metadata_request::What::Target(question)) => crate::carry::answer(&agent, &question.json).await,
                    _ => agent.sources.describe(&agent.deny, &request).await,
                }
            };
            let described = tokio::select! {
                described = tokio::time::timeout(within, described) => described.unwrap_or_else(|_| Err(slow_metadata())),
                () = gone.cancelled() => return,
            };
            let reply = match described {
                Ok(json) => MetadataReply { id, json: json.into(), refused: None },
                Err(fault) => MetadataReply { id, refused: Some(fault.to_wire()), ..MetadataReply::default() },
            };
            let _ = sender.reply_metadata(reply).await;
        });
    }

    /// Sends without holding up the reading of the link.
    fn tell(&self, body: agent_message::Body) {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let _ = sender.send(body).await;
        });
    }

    /// Finishes the answers in work, and refuses new calls meanwhile.
    async fn drain(&self, link: &mut AgentLink) {
        self.tasks.close();
        let finished = async {
            loop {
                tokio::select! {
                    () = self.tasks.wait() => return,
                    body = link.incoming.next() => match body {
                        Ok(hub_message::Body::Call(request)) => {
                            let (agent, sender) = (Arc::clone(&self.agent), self.sender.clone());
                            refuse(agent, sender, request.id, overloaded(true)).await;
                        }
                        Ok(_) => {}
                        Err(_) => return,
                    },
                }
            }
        };
        if tokio::time::timeout(DRAIN, finished).await.is_err() {
            tracing::warn!("answers in work were given up because the agent stops");
        }
    }
}

async fn refuse(agent: Arc<Agent>, sender: AgentSender, id: u64, fault: Fault) {
    let outcome = agent.executor.refuse(Attempt { call: None, fault: &fault }).await;
    let _ = sender.reply(CallReply { id, outcome: Some(outcome), times: None }).await;
}

/// Offers and revocations in the order they came.
async fn work_on_pins(agent: Arc<Agent>, sender: AgentSender, mut work: mpsc::UnboundedReceiver<PinWork>) {
    while let Some(work) = work.recv().await {
        let state = match work {
            PinWork::Offer(offer) => agent.book.offer(&offer).await,
            PinWork::Revoke(revoke) => agent.book.revoke(&revoke).await,
        };
        if sender.send(agent_message::Body::PinState(state)).await.is_err() {
            // The link is gone; the hub is told everything when the next one opens. Revocations still have to act.
            continue;
        }
    }
}

fn slow_metadata() -> Fault {
    Fault::new(
        "source.timeout",
        "数据源没有及时给出表结构或探查结果；请缩小抽样行数后重试",
        "The source did not give its tables or profile in time; try again with a smaller sample",
    )
}
