//! A connection for one table on its way.

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::LinkFault;
use super::connect::{ConnectOptions, dial_with};
use super::dial::Dialled;
use crate::MAX_PARCEL_BYTES;
use crate::proto::carriage_client::CarriageClient;
use crate::proto::{Parcel, parcel};

/// Parcels that wait to be written; more would only take up memory.
const QUEUE: usize = 2;
/// Envelope around a chunk: proof and checkpoint.
const ENVELOPE_BYTES: usize = 64 * 1024;

/// An open connection of one order. Dropping it ends the connection.
pub struct AgentCarrier {
    incoming: Streaming<Parcel>,
    outgoing: mpsc::Sender<Parcel>,
    dialled: Dialled,
}

/// Connects and shows the ticket.
///
/// # Errors
/// The hub cannot be reached, or does not expect this ticket any longer.
pub async fn carry(options: &ConnectOptions, ticket: &str) -> Result<AgentCarrier, LinkFault> {
    let dialled = dial_with(options).await?;
    let (outgoing, queued) = mpsc::channel(QUEUE);
    let first = Parcel { body: Some(parcel::Body::Ticket(ticket.to_owned())) };
    outgoing.try_send(first).map_err(|error| LinkFault::Lost { cause: error.to_string() })?;
    let mut client = CarriageClient::new(dialled.channel.clone())
        .max_decoding_message_size(MAX_PARCEL_BYTES + ENVELOPE_BYTES)
        .max_encoding_message_size(MAX_PARCEL_BYTES + ENVELOPE_BYTES);
    let opening = client.carry(ReceiverStream::new(queued));
    let incoming = tokio::time::timeout(options.timeout, opening)
        .await
        .map_err(|_| LinkFault::Lost { cause: "the hub did not answer the ticket in time".to_owned() })?
        .map_err(|status| dialled.fault(&status))?
        .into_inner();
    Ok(AgentCarrier { incoming, outgoing, dialled })
}

impl AgentCarrier {
    /// The next parcel; `None` when the hub closed the connection. Safe to cancel.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn next(&mut self) -> Result<Option<parcel::Body>, LinkFault> {
        loop {
            match self.incoming.message().await.map_err(|status| self.dialled.fault(&status))? {
                Some(Parcel { body: Some(body) }) => return Ok(Some(body)),
                // A kind of parcel that this agent does not know yet.
                Some(Parcel { body: None }) => {}
                None => return Ok(None),
            }
        }
    }

    /// Sends a parcel; waits while the hub does not read.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn send(&self, body: parcel::Body) -> Result<(), LinkFault> {
        self.sender().send(body).await
    }

    /// A sender of its own, so that reading and writing can go on side by side.
    pub fn sender(&self) -> ParcelSender {
        ParcelSender(self.outgoing.clone())
    }
}

/// Where an agent's parcels go; cheap to clone. The connection lives as long as its [`AgentCarrier`].
#[derive(Clone)]
pub struct ParcelSender(mpsc::Sender<Parcel>);

impl ParcelSender {
    /// Sends a parcel; waits while the hub does not read.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn send(&self, body: parcel::Body) -> Result<(), LinkFault> {
        let parcel = Parcel { body: Some(body) };
        self.0
            .send(parcel)
            .await
            .map_err(|_| LinkFault::Lost { cause: "the connection of the transfer has ended".to_owned() })
    }
}
