//! Opens the link.

use std::fmt;
use std::time::Duration;

use tokio::sync::mpsc;

use super::dial::{Dial, Dialled, dial};
use super::link::{AgentLink, AgentSender, Incoming};
use super::outgoing::Outgoing;
use super::{LinkFault, trust};
use crate::proto::link_client::LinkClient;
use crate::proto::{AgentMessage, Hello, HubMessage, agent_message, hub_message};
use crate::{Clock, DEFAULT_KEEPALIVE, DEFAULT_MAX_ANSWER_BYTES};

/// Replies waiting to be written; a full queue makes those who answer wait.
const QUEUE: usize = 1024;
/// Calls and pins are small; evidence pages are cut at 2 MiB by the hub, one entry may be larger.
const MAX_INCOMING_BYTES: usize = 8 * 1024 * 1024;

/// What connecting needs.
#[derive(Clone)]
pub struct ConnectOptions {
    /// Host and port of the hub's link.
    pub link_address: String,
    /// Name in the hub's certificate; [`crate::HUB_NAME`] always works.
    pub server_name: String,
    /// The hub's root from joining, PEM. Nothing else is trusted.
    pub hub_root_pem: String,
    /// The agent's certificate, PEM.
    pub certificate_pem: String,
    /// The agent's private key, PKCS#8 PEM.
    pub key_pem: String,
    /// The time, for the check of the hub's certificate.
    pub clock: Clock,
    /// How long connecting and the hub's welcome may take, each.
    pub timeout: Duration,
    /// Largest answer that is sent, in bytes; the hub's own limit must not be smaller.
    pub max_answer_bytes: usize,
    /// How often a silent connection is probed; a dead one is noticed within twice this time.
    pub keepalive: Duration,
}

impl ConnectOptions {
    /// Options with the usual name, time limits and sizes.
    pub fn new(
        link_address: String,
        hub_root_pem: String,
        certificate_pem: String,
        key_pem: String,
        clock: Clock,
    ) -> Self {
        Self {
            link_address,
            server_name: crate::HUB_NAME.to_owned(),
            hub_root_pem,
            certificate_pem,
            key_pem,
            clock,
            timeout: Duration::from_secs(10),
            max_answer_bytes: DEFAULT_MAX_ANSWER_BYTES,
            keepalive: DEFAULT_KEEPALIVE,
        }
    }
}

// The key does not belong into logs.
impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectOptions")
            .field("link_address", &self.link_address)
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}

/// Connects, says hello, and waits for the hub's welcome. From then on the hub may call.
///
/// # Errors
/// The hub cannot be reached, is not the pinned one, or refuses this agent.
pub async fn connect(options: &ConnectOptions, hello: Hello) -> Result<AgentLink, LinkFault> {
    let dialled = dial_with(options).await?;
    let (queue, queued) = mpsc::channel(QUEUE);
    let (outgoing, keep) = Outgoing::new(queued);
    let first = AgentMessage { body: Some(agent_message::Body::Hello(hello)) };
    queue.try_send(first).map_err(|error| LinkFault::Lost { cause: error.to_string() })?;
    let mut client = LinkClient::new(dialled.channel.clone()).max_decoding_message_size(MAX_INCOMING_BYTES);
    let opening = async {
        let mut stream = client.open(outgoing).await.map_err(|status| dialled.fault(&status))?.into_inner();
        match stream.message().await {
            Ok(Some(HubMessage { body: Some(hub_message::Body::Welcome(welcome)) })) => Ok((stream, welcome)),
            Ok(_) => Err(LinkFault::Lost { cause: "the hub did not begin with a welcome".to_owned() }),
            Err(status) => Err(dialled.fault(&status)),
        }
    };
    let (stream, welcome) = tokio::time::timeout(options.timeout, opening)
        .await
        .map_err(|_| LinkFault::Lost { cause: "the hub did not welcome the agent in time".to_owned() })??;
    let sender = AgentSender::new(queue, options.max_answer_bytes);
    let incoming = Incoming::new(stream, sender.clone(), dialled, keep);
    Ok(AgentLink { welcome, incoming, sender })
}

pub(super) async fn dial_with(options: &ConnectOptions) -> Result<Dialled, LinkFault> {
    dial(Dial {
        address: &options.link_address,
        server_name: &options.server_name,
        verifier: trust::root(&options.hub_root_pem)?,
        identity: Some((&options.certificate_pem, &options.key_pem)),
        clock: options.clock.clone(),
        within: options.timeout,
        keepalive: options.keepalive,
    })
    .await
}
