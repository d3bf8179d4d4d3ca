//! A gate that keeps what it is told in memory.

use std::collections::HashSet;
use std::net::SocketAddr;

use parking_lot::Mutex;
use tokio::sync::mpsc;
use wire::Refusal;
use wire::hub::{AgentGate, DisconnectReason, Enrolled, EvidencePage, IssuedCertificate};
use wire::proto::{EnrolRequest, EvidenceLine, Hello, PinState, SourceHealth};

/// What the gate was told, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Issued(String, String),
    Hello(String, Hello),
    Health(String, SourceHealth),
    Pin(String, PinState),
    Disconnect(String, DisconnectReason),
}

pub struct TestGate {
    /// Secrets that may join, each with the agent's id.
    pub secrets: Mutex<Vec<(String, String)>>,
    pub disabled: Mutex<HashSet<String>>,
    events: mpsc::UnboundedSender<Event>,
}

impl TestGate {
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (events, told) = mpsc::unbounded_channel();
        (Self { secrets: Mutex::default(), disabled: Mutex::default(), events }, told)
    }

    fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }
}

#[tonic::async_trait]
impl AgentGate for TestGate {
    async fn enrol(&self, request: &EnrolRequest, _peer: Option<SocketAddr>) -> Result<Enrolled, Refusal> {
        let mut secrets = self.secrets.lock();
        let at = secrets.iter().position(|(secret, _)| *secret == request.join_secret).ok_or_else(|| {
            Refusal::new(
                "agents.join_code_used",
                "接入码已使用或已过期。",
                "The join code was used or has expired.",
            )
        })?;
        let (_, agent_id) = secrets.remove(at);
        Ok(Enrolled {
            agent_name: format!("{agent_id} name"),
            agent_id,
            organisation: "11330000MB1234567X".to_owned(),
            organisation_name: "县公安局".to_owned(),
        })
    }

    async fn certificate_issued(&self, agent_id: &str, issued: &IssuedCertificate) -> Result<(), Refusal> {
        self.tell(Event::Issued(agent_id.to_owned(), issued.serial.clone()));
        Ok(())
    }

    async fn admit(&self, agent_id: &str, _serial: &str) -> Result<(), Refusal> {
        if self.disabled.lock().contains(agent_id) {
            return Err(Refusal::new("agents.disabled", "该前置机已停用。", "This agent is disabled."));
        }
        Ok(())
    }

    async fn evidence(&self, _agent_id: &str, from_index: u64, limit: u32) -> Result<EvidencePage, Refusal> {
        let lines = (from_index..)
            .take(limit as usize)
            .map(|index| EvidenceLine { index, leaf: index.to_string().into() })
            .collect();
        Ok(EvidencePage { lines, next_index: from_index + u64::from(limit) })
    }

    async fn on_hello(&self, agent_id: &str, hello: Hello) {
        self.tell(Event::Hello(agent_id.to_owned(), hello));
    }

    async fn on_source_health(&self, agent_id: &str, health: SourceHealth) {
        self.tell(Event::Health(agent_id.to_owned(), health));
    }

    async fn on_pin_state(&self, agent_id: &str, state: PinState) {
        self.tell(Event::Pin(agent_id.to_owned(), state));
    }

    async fn on_disconnect(&self, agent_id: &str, reason: DisconnectReason) {
        self.tell(Event::Disconnect(agent_id.to_owned(), reason));
    }
}
