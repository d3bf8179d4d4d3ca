//! A hub to dial: the hub's side of the link, and the web page that tells where it is.

use std::collections::HashSet;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::Refusal;
use wire::hub::{
    AgentGate, Agents, AgentsOptions, DisconnectReason, Enrolled, EvidencePage, HubCa, HubLink,
    HubLinkOptions, IssuedCertificate,
};
use wire::join::JoinCode;
use wire::proto::{EnrolRequest, EvidenceLine, Hello, PinState, SourceHealth};

use crate::support::NOW;

/// Longer than any step should take; reaching it is a failure.
const LONG: Duration = Duration::from_secs(30);

/// What the hub was told.
#[derive(Debug)]
pub enum Told {
    Hello(Hello),
    Pin(PinState),
    Health,
    Gone,
}

#[derive(Default)]
struct Kept {
    codes: HashSet<String>,
    evidence: Vec<Vec<u8>>,
    refuse: bool,
}

struct Gate {
    kept: Arc<Mutex<Kept>>,
    told: mpsc::UnboundedSender<Told>,
}

#[async_trait]
impl AgentGate for Gate {
    async fn enrol(&self, request: &EnrolRequest, _: Option<SocketAddr>) -> Result<Enrolled, Refusal> {
        if !self.kept.lock().codes.remove(&request.join_secret) {
            return Err(Refusal::new("join.code_used", "接入码已使用", "the join code was used"));
        }
        Ok(Enrolled {
            agent_id: "agent-1".into(),
            agent_name: "民政前置机".into(),
            organisation: "11330100MB0000001X".into(),
            organisation_name: "民政局".into(),
        })
    }

    async fn certificate_issued(&self, _: &str, _: &IssuedCertificate) -> Result<(), Refusal> {
        Ok(())
    }

    async fn admit(&self, _: &str, _: &str) -> Result<(), Refusal> {
        if self.kept.lock().refuse {
            return Err(Refusal::new("link.agent_disabled", "前置机已停用", "the agent is disabled"));
        }
        Ok(())
    }

    async fn evidence(&self, _: &str, from: u64, limit: u32) -> Result<EvidencePage, Refusal> {
        // Small pages, so that the agent has to turn them.
        let (from, limit) = (usize::try_from(from).expect("small"), (limit as usize).min(3));
        let kept = self.kept.lock();
        let lines = kept.evidence.iter().enumerate().skip(from).take(limit);
        let lines: Vec<_> = lines
            .map(|(index, leaf)| EvidenceLine { index: index as u64, leaf: leaf.clone().into() })
            .collect();
        let next = from + lines.len();
        let next_index = if next < kept.evidence.len() { next as u64 } else { 0 };
        Ok(EvidencePage { lines, next_index })
    }

    async fn on_hello(&self, _: &str, hello: Hello) {
        let _ = self.told.send(Told::Hello(hello));
    }

    async fn on_source_health(&self, _: &str, _: SourceHealth) {
        let _ = self.told.send(Told::Health);
    }

    async fn on_pin_state(&self, _: &str, state: PinState) {
        let _ = self.told.send(Told::Pin(state));
    }

    async fn on_disconnect(&self, _: &str, _: DisconnectReason) {
        let _ = self.told.send(Told::Gone);
    }
}

/// A hub on free ports.
pub struct Hub {
    pub agents: Agents,
    pub web: String,
    pub link: String,
    ca: Arc<HubCa>,
    kept: Arc<Mutex<Kept>>,
    told: mpsc::UnboundedReceiver<Told>,
    tx: mpsc::UnboundedSender<Told>,
    stop: CancellationToken,
    served: Option<tokio::task::JoinHandle<()>>,
    dir: tempfile::TempDir,
}

impl Hub {
    pub async fn start() -> Self {
        let dir = tempfile::TempDir::new().expect("a folder");
        let ca = HubCa::open_or_create(dir.path(), &["127.0.0.1".to_owned()], NOW).expect("an authority");
        let (tx, told) = mpsc::unbounded_channel();
        let web = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut hub = Self {
            agents: Agents::new(AgentsOptions::default(), Arc::new(|| NOW)),
            web: format!("http://{}", web.local_addr().expect("an address")),
            link: String::new(),
            ca: Arc::new(ca),
            kept: Arc::default(),
            told,
            tx,
            stop: CancellationToken::new(),
            served: None,
            dir,
        };
        hub.serve_link("127.0.0.1:0").await;
        let trust = serde_json::json!({
            "ca_pem": hub.ca.root_pem(), "link_address": hub.link, "link_server_name": wire::HUB_NAME
        });
        let page = axum::Router::new().route(
            "/api/v1/trust",
            axum::routing::get(move || std::future::ready(axum::Json(trust.clone()))),
        );
        tokio::spawn(async move { axum::serve(web, page).await });
        hub
    }

    async fn serve_link(&mut self, address: &str) {
        let listener = TcpListener::bind(address).await.expect("a port");
        self.link = listener.local_addr().expect("an address").to_string();
        self.stop = CancellationToken::new();
        let gate = Arc::new(Gate { kept: Arc::clone(&self.kept), told: self.tx.clone() });
        let link = HubLink::new(
            Arc::clone(&self.ca),
            gate,
            self.agents.clone(),
            Arc::new(|| NOW),
            HubLinkOptions::default(),
        );
        let stop = self.stop.clone();
        self.served = Some(tokio::spawn(async move {
            link.serve(listener, async move { stop.cancelled().await }).await.expect("served");
        }));
    }

    /// Stops the link and starts it again on the same port.
    pub async fn restart(&mut self) {
        self.stop.cancel();
        if let Some(served) = self.served.take() {
            within(served).await.expect("stopped");
        }
        let address = self.link.clone();
        self.serve_link(&address).await;
    }

    /// A fresh join code.
    pub fn code(&self) -> String {
        let code = JoinCode::new([self.kept.lock().codes.len() as u8 + 1; 20], &self.ca.fingerprint())
            .expect("a code");
        self.kept.lock().codes.insert(code.secret().to_owned());
        code.to_string()
    }

    pub fn disable_agents(&self) {
        self.kept.lock().refuse = true;
    }

    /// Writes a line of the hub's evidence.
    pub fn record(&self, leaf: &serde_json::Value) {
        self.kept.lock().evidence.push(leaf.to_string().into_bytes());
    }

    /// The next thing the hub is told for which `pick` has an answer.
    pub async fn told<T>(&mut self, pick: impl Fn(Told) -> Option<T>) -> T {
        within(async {
            loop {
                if let Some(found) = pick(self.told.recv().await.expect("the hub lives")) {
                    return found;
                }
            }
        })
        .await
    }

    pub async fn hello(&mut self) -> Hello {
        self.told(|told| if let Told::Hello(hello) = told { Some(hello) } else { None }).await
    }

    pub async fn pin_state(&mut self) -> PinState {
        self.told(|told| if let Told::Pin(state) = told { Some(state) } else { None }).await
    }

    /// Where the hub keeps its keys; for looking that it is not the agent's folder.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }
}

/// Waits for something that must come.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, future).await.expect("in time")
}
