//! Hands an agent's reports to the gate in order, on a task of their own.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::gate::{AgentGate, DisconnectReason};
use crate::proto::{Hello, PinState, SourceHealth};

/// Reports kept for a slow store before the link's reader waits for it: bounded memory, and an agent
/// that floods the hub slows only itself.
const QUEUE: usize = 256;

/// Something the gate is told.
pub(super) enum Report {
    Hello(Hello),
    PinState(PinState),
    SourceHealth(SourceHealth),
    Disconnect(DisconnectReason),
}

/// The queue in front of the gate.
pub(super) struct Reports(mpsc::Sender<Report>);

impl Reports {
    pub(super) fn start(gate: Arc<dyn AgentGate>, agent_id: String) -> Self {
        let (tx, mut rx) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            while let Some(report) = rx.recv().await {
                match report {
                    Report::Hello(hello) => gate.on_hello(&agent_id, hello).await,
                    Report::PinState(state) => gate.on_pin_state(&agent_id, state).await,
                    Report::SourceHealth(health) => gate.on_source_health(&agent_id, health).await,
                    Report::Disconnect(reason) => gate.on_disconnect(&agent_id, reason).await,
                }
            }
        });
        Self(tx)
    }

    pub(super) async fn put(&self, report: Report) {
        // Fails only when the gate panicked and took the task with it; the link itself can go on.
        if self.0.send(report).await.is_err() {
            tracing::error!("link.report_lost: the hub's gate has stopped taking reports");
        }
    }
}
