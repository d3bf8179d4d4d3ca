//! Connections of tables on their way: an order was sent with a ticket, and the agent comes with it.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use tonic::{Status, Streaming};

use crate::Refusal;
use crate::proto::{Parcel, parcel};

/// Parcels that wait to be written; more would only take up memory.
const QUEUE: usize = 2;
/// How long an agent may take to show its ticket once it has connected.
const TICKET_WITHIN: Duration = Duration::from_secs(10);

/// Who is waited for.
#[derive(Clone, Default)]
pub struct Carriers {
    waiting: Arc<Mutex<HashMap<String, Waiting>>>,
}

struct Waiting {
    agent_id: String,
    arrived: oneshot::Sender<Arrived>,
}

/// A connection that is waited for. Dropped, its ticket is void.
pub struct Expected {
    ticket: String,
    arriving: oneshot::Receiver<Arrived>,
    waiting: Arc<Mutex<HashMap<String, Waiting>>>,
}

/// An open connection of one order. Dropping it ends the connection.
pub struct Arrived {
    incoming: Streaming<Parcel>,
    outgoing: mpsc::Sender<Result<Parcel, Status>>,
}

/// What tonic sends to the agent.
pub struct ParcelStream(mpsc::Receiver<Result<Parcel, Status>>);

impl Stream for ParcelStream {
    type Item = Result<Parcel, Status>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}

impl Carriers {
    /// Waits for an agent to come with this ticket, which must be new.
    pub fn expect(&self, ticket: &str, agent_id: &str) -> Expected {
        let (arrived, arriving) = oneshot::channel();
        let waiting = Waiting { agent_id: agent_id.to_owned(), arrived };
        self.waiting.lock().insert(ticket.to_owned(), waiting);
        Expected { ticket: ticket.to_owned(), arriving, waiting: Arc::clone(&self.waiting) }
    }

    /// An agent has opened a connection; its first parcel is the ticket.
    pub(super) async fn arrive(
        &self,
        agent_id: &str,
        mut incoming: Streaming<Parcel>,
    ) -> Result<ParcelStream, Refusal> {
        let first = tokio::time::timeout(TICKET_WITHIN, incoming.message()).await;
        let Ok(Ok(Some(Parcel { body: Some(parcel::Body::Ticket(ticket)) }))) = first else {
            return Err(void());
        };
        let waiting = {
            let mut all = self.waiting.lock();
            // A ticket in other hands stays good for the agent that it was given to.
            match all.get(&ticket) {
                Some(one) if one.agent_id == agent_id => all.remove(&ticket),
                _ => None,
            }
        };
        let waiting = waiting.ok_or_else(void)?;
        let (outgoing, stream) = mpsc::channel(QUEUE);
        waiting.arrived.send(Arrived { incoming, outgoing }).map_err(|_| void())?;
        Ok(ParcelStream(stream))
    }
}

fn void() -> Refusal {
    Refusal::new(
        "link.ticket",
        "传输凭据无效或已过期，平台会重新发起本次传输。",
        "The ticket of this transfer is void; the hub will start the transfer again.",
    )
}

impl Expected {
    /// The connection; `None` when it did not come in time.
    pub async fn arrival(mut self, within: Duration) -> Option<Arrived> {
        tokio::time::timeout(within, &mut self.arriving).await.ok()?.ok()
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        self.waiting.lock().remove(&self.ticket);
    }
}

impl Arrived {
    /// The next parcel; `None` when the agent closed the connection. Safe to cancel.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn next(&mut self) -> Result<Option<parcel::Body>, Status> {
        loop {
            match self.incoming.message().await? {
                Some(Parcel { body: Some(body) }) => return Ok(Some(body)),
                // A kind of parcel that this hub does not know yet.
                Some(Parcel { body: None }) => {}
                None => return Ok(None),
            }
        }
    }

    /// Sends a parcel; waits while the agent does not read. `false` when the connection has ended.
    pub async fn send(&self, body: parcel::Body) -> bool {
        self.outgoing.send(Ok(Parcel { body: Some(body) })).await.is_ok()
    }

    /// A sender of its own, so that reading and writing can go on side by side.
    pub fn sender(&self) -> mpsc::Sender<Result<Parcel, Status>> {
        self.outgoing.clone()
    }
}
