//! The link's server.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::transport::Server;

use super::accept::{self, Limits};
use super::agents::Agents;
use super::ca::HubCa;
use super::gate::AgentGate;
use super::link::LinkContext;
use super::service::Services;
use crate::proto::carriage_server::CarriageServer;
use crate::proto::enrolment_server::EnrolmentServer;
use crate::proto::link_server::LinkServer;
use crate::{Clock, DEFAULT_KEEPALIVE, DEFAULT_MAX_ANSWER_BYTES, MAX_PARCEL_BYTES};

/// A join request holds a key, a secret and two short texts.
const MAX_ENROL_BYTES: usize = 64 * 1024;
/// Envelope around an answer: proof, checkpoint, times.
const ENVELOPE_BYTES: usize = 64 * 1024;
/// How long links may take to say goodbye when the hub stops.
const GOODBYE_WITHIN: Duration = Duration::from_secs(3);
/// Streams on one connection: the link, a renewal, and some air.
const STREAMS_PER_CONNECTION: u32 = 8;

/// How the link serves.
#[derive(Debug, Clone)]
pub struct HubLinkOptions {
    /// Version of the hub, told to agents.
    pub hub_version: String,
    /// Largest answer in bytes. An agent that sends more loses its link; one that keeps the rules
    /// refuses the call instead, see [`crate::agent::AgentSender::reply`].
    pub max_answer_bytes: usize,
    /// Days an agent's certificate is good for.
    pub certificate_days: u32,
    /// How often a silent connection is probed; a dead one is noticed within twice this time.
    pub keepalive: Duration,
    /// Connections at one time; more wait until one ends.
    pub max_connections: usize,
    /// How long a connection without a certificate may stay: time enough to join.
    pub anonymous_for: Duration,
}

impl Default for HubLinkOptions {
    fn default() -> Self {
        Self {
            hub_version: env!("CARGO_PKG_VERSION").to_owned(),
            max_answer_bytes: DEFAULT_MAX_ANSWER_BYTES,
            certificate_days: 397,
            keepalive: DEFAULT_KEEPALIVE,
            max_connections: 4096,
            anonymous_for: Duration::from_secs(30),
        }
    }
}

/// Why the link cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The certificates cannot be used for TLS.
    #[error("link.tls: {0}")]
    Tls(String),
    /// The server ended.
    #[error("link.serve")]
    Serve(#[source] tonic::transport::Error),
}

/// The link's server: joins agents, admits them, and fills [`Agents`].
pub struct HubLink {
    ca: Arc<HubCa>,
    gate: Arc<dyn AgentGate>,
    agents: Agents,
    clock: Clock,
    options: HubLinkOptions,
}

impl HubLink {
    /// Puts the parts together. The gate usually holds a clone of `agents` itself.
    pub fn new(
        ca: Arc<HubCa>,
        gate: Arc<dyn AgentGate>,
        agents: Agents,
        clock: Clock,
        options: HubLinkOptions,
    ) -> Self {
        Self { ca, gate, agents, clock, options }
    }

    /// Serves until `shutdown` completes. Then every agent is told, and connections get a few seconds to end.
    ///
    /// # Errors
    /// TLS cannot be set up, or the server failed.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let limits =
            Limits { connections: self.options.max_connections, anonymous_for: self.options.anonymous_for };
        let incoming = accept::incoming(listener, &self.ca, &self.clock, limits)?;
        let agents = self.agents.clone();
        let services = Services {
            context: LinkContext {
                gate: self.gate,
                agents: self.agents,
                clock: self.clock,
                hub_version: self.options.hub_version,
            },
            ca: self.ca,
            certificate_days: self.options.certificate_days,
        };
        let enrolment = EnrolmentServer::new(services.clone()).max_decoding_message_size(MAX_ENROL_BYTES);
        let carriage = CarriageServer::new(services.clone())
            .max_decoding_message_size(MAX_PARCEL_BYTES.saturating_add(ENVELOPE_BYTES))
            .max_encoding_message_size(MAX_PARCEL_BYTES.saturating_add(ENVELOPE_BYTES));
        let link = LinkServer::new(services)
            .max_decoding_message_size(self.options.max_answer_bytes.saturating_add(ENVELOPE_BYTES));

        let (stopping, stopped) = watch::channel(false);
        let stop = async move {
            shutdown.await;
            agents.close_all();
            // The receiver lives as long as the server.
            let _ = stopping.send(true);
        };
        let serving = Server::builder()
            .http2_keepalive_interval(Some(self.options.keepalive))
            .http2_keepalive_timeout(Some(self.options.keepalive))
            .initial_stream_window_size(window(self.options.max_answer_bytes))
            .initial_connection_window_size(window(self.options.max_answer_bytes.saturating_mul(2)))
            .max_concurrent_streams(STREAMS_PER_CONNECTION)
            .add_service(enrolment)
            .add_service(link)
            .add_service(carriage)
            .serve_with_incoming_shutdown(incoming, stop);
        tokio::select! {
            served = serving => served.map_err(ServeError::Serve),
            () = goodbye_over(stopped) => Ok(()),
        }
    }
}

async fn goodbye_over(mut stopped: watch::Receiver<bool>) {
    if stopped.wait_for(|stopped| *stopped).await.is_err() {
        // The server ended by itself; its own result is the one that counts.
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(GOODBYE_WITHIN).await;
}

/// A flow-control window in which a whole answer fits, so that it is never held up half-way. HTTP/2 allows
/// 65,535 bytes at least and 2^31-1 at most (RFC 9113, 6.9).
fn window(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX).clamp(1 << 20, (1 << 31) - 1)
}
