//! A hub on a free port, a clock to turn, and agents to join it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use wire::agent::{
    AgentLink, AgentSender, ConnectOptions, EnrolOptions, LinkFault, connect, enrol, make_csr,
};
use wire::hub::{Agents, AgentsOptions, HubCa, HubLink, HubLinkOptions, ServeError};
use wire::join::JoinCode;
use wire::proto::{Answered, CallReply, EnrolReply, Hello, agent_message, call_reply, hub_message};
use wire::{Clock, HUB_NAME};

use crate::gate::{Event, TestGate};

/// Far from the machine's own time, so that a look at the wall clock would show. 2031-01-01.
pub const START_MS: i64 = 1_924_992_000_000;
pub const DAY_MS: i64 = 86_400_000;
/// Longer than any test should wait; reaching it is a failure.
pub const LONG: Duration = Duration::from_secs(60);

pub struct World {
    pub ca: Arc<HubCa>,
    pub gate: Arc<TestGate>,
    pub agents: Agents,
    pub address: String,
    pub time: Arc<AtomicI64>,
    pub events: mpsc::UnboundedReceiver<Event>,
    pub dir: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<Result<(), ServeError>>>,
    codes: AtomicU8,
}

#[derive(Default)]
pub struct Setup {
    pub link: HubLinkOptions,
    pub agents: AgentsOptions,
}

pub fn clock_of(time: &Arc<AtomicI64>) -> Clock {
    let time = time.clone();
    Arc::new(move || time.load(Ordering::SeqCst))
}

impl World {
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let time = Arc::new(AtomicI64::new(START_MS));
        let clock = clock_of(&time);
        let ca = Arc::new(HubCa::open_or_create(dir.path(), &["127.0.0.1".to_owned()], START_MS).unwrap());
        let (gate, events) = TestGate::new();
        let gate = Arc::new(gate);
        let agents = Agents::new(setup.agents, clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let hub = HubLink::new(ca.clone(), gate.clone(), agents.clone(), clock, setup.link);
        let served = tokio::spawn(hub.serve(listener, async {
            let _ = stopped.await;
        }));
        Self {
            ca,
            gate,
            agents,
            address,
            time,
            events,
            dir,
            stop: Some(stop),
            served: Some(served),
            codes: AtomicU8::new(1),
        }
    }

    pub fn clock(&self) -> Clock {
        clock_of(&self.time)
    }

    /// A fresh join code for an agent.
    pub fn code(&self, agent_id: &str) -> JoinCode {
        let secret = [self.codes.fetch_add(1, Ordering::SeqCst); 20];
        let code = JoinCode::new(secret, &self.ca.fingerprint()).unwrap();
        self.gate.secrets.lock().push((code.secret().to_owned(), agent_id.to_owned()));
        code
    }

    pub async fn enrol(&self, code: JoinCode, csr_der: Vec<u8>) -> Result<EnrolReply, LinkFault> {
        enrol(EnrolOptions {
            link_address: self.address.clone(),
            server_name: HUB_NAME.to_owned(),
            join_code: code,
            csr_der,
            evidence_key: "agent+00000000+key".to_owned(),
            agent_version: "1.0.0".to_owned(),
            clock: self.clock(),
            timeout: LONG,
        })
        .await
    }

    /// Joins an agent the real way and returns how it connects.
    pub async fn join(&self, agent_id: &str) -> ConnectOptions {
        let request = make_csr().unwrap();
        let reply = self.enrol(self.code(agent_id), request.csr_der).await.unwrap();
        assert_eq!(reply.agent_id, agent_id);
        self.options(reply.certificate, request.key_pem)
    }

    pub fn options(&self, certificate: String, key_pem: String) -> ConnectOptions {
        let root = self.ca.root_pem().to_owned();
        let mut options = ConnectOptions::new(self.address.clone(), root, certificate, key_pem, self.clock());
        options.timeout = LONG;
        options
    }

    /// Joins and connects.
    pub async fn agent(&self, agent_id: &str) -> AgentLink {
        connect(&self.join(agent_id).await, hello()).await.unwrap()
    }

    /// The next thing the gate is told, certificates aside.
    pub async fn event(&mut self) -> Event {
        loop {
            match tokio::time::timeout(LONG, self.events.recv()).await.unwrap().unwrap() {
                Event::Issued(..) => {}
                event => return event,
            }
        }
    }

    /// Stops the hub the orderly way and waits for it.
    pub async fn stop(&mut self) -> Result<(), ServeError> {
        self.stop.take().unwrap().send(()).unwrap();
        tokio::time::timeout(LONG, self.served.take().unwrap()).await.unwrap().unwrap()
    }
}

pub fn hello() -> Hello {
    Hello { agent_version: "1.0.0".to_owned(), ..Hello::default() }
}

pub fn answer(id: u64, json: Bytes) -> CallReply {
    let answered = Answered { answer_json: json, ..Answered::default() };
    CallReply { id, outcome: Some(call_reply::Outcome::Answered(answered)), times: None }
}

pub fn json_of(reply: &CallReply) -> &[u8] {
    match &reply.outcome {
        Some(call_reply::Outcome::Answered(answered)) => &answered.answer_json,
        other => panic!("no answer: {other:?}"),
    }
}

/// Answers every call with its own bytes until the link ends; returns why it ended.
pub fn echo(mut link: AgentLink) -> JoinHandle<LinkFault> {
    tokio::spawn(async move {
        loop {
            match link.incoming.next().await {
                Ok(hub_message::Body::Call(call)) => {
                    send(&link.sender, agent_message::Body::Reply(answer(call.id, call.call_json))).await;
                }
                Ok(_) => {}
                Err(fault) => return fault,
            }
        }
    })
}

async fn send(sender: &AgentSender, body: agent_message::Body) {
    // When the link ends meanwhile, the next read says so.
    let _ = sender.send(body).await;
}
