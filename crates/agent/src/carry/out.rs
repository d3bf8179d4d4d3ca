//! The way out: a chunk is recorded, sent, and remembered until the receiver has it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use plan::batch::BatchCall;
use wire::agent::AgentCarrier;
use wire::proto::{Chunk, parcel};

use super::ended;
use super::read::Sealed;
use crate::agent::Agent;
use crate::fault::Fault;
use crate::pins::Active;

/// Chunks on their way at the same time; each is a few megabytes at three programs.
const ON_THE_WAY: usize = 3;
/// The same of changes that are followed: what waits longer at the source arrives with what comes after it.
const FOLLOWED: usize = 2;
/// How often the pin is looked at while nothing moves.
const LOOK: Duration = Duration::from_millis(200);

/// Sends the chunks of one run.
pub(super) struct Outbox<'a> {
    pub agent: &'a Arc<Agent>,
    pub pin: &'a Arc<Active>,
    pub call: &'a BatchCall,
    pub carrier: &'a mut AgentCarrier,
    /// Positions of chunks that the receiver has not confirmed, with their numbers.
    pending: VecDeque<(u64, String)>,
    /// Positions that were confirmed since they were last asked for.
    confirmed: Option<String>,
}

impl<'a> Outbox<'a> {
    pub fn new(
        agent: &'a Arc<Agent>,
        pin: &'a Arc<Active>,
        call: &'a BatchCall,
        carrier: &'a mut AgentCarrier,
    ) -> Self {
        Self { agent, pin, call, carrier, pending: VecDeque::new(), confirmed: None }
    }

    /// Records and sends a chunk; waits while too many are on their way.
    pub async fn send(&mut self, sealed: Sealed) -> Result<(), Fault> {
        self.still_pinned()?;
        let most = if self.call.follow { FOLLOWED } else { ON_THE_WAY };
        while self.pending.len() >= most {
            self.listen().await?;
        }
        self.still_pinned()?;
        let grant = &self.pin.pinned.pin().grant;
        let evidence =
            self.agent.recorder.chunk(self.call, grant, sealed.seq, &sealed.digest, sealed.rows).await?;
        let proof = evidence.appended.proof.iter();
        let chunk = Chunk {
            seq: sealed.seq,
            payload: sealed.bytes,
            entry: evidence.leaf,
            index: evidence.appended.index,
            proof: proof.map(|hash| Bytes::copy_from_slice(hash.as_bytes())).collect(),
            checkpoint: evidence.appended.checkpoint.note_text.clone(),
            hub_index: 0,
        };
        self.pending.push_back((sealed.seq, sealed.position));
        self.carrier.send(parcel::Body::Chunk(chunk)).await?;
        Ok(())
    }

    /// Waits for the next word of the hub, or until it is time to look at the pin again.
    pub async fn listen(&mut self) -> Result<(), Fault> {
        match tokio::time::timeout(LOOK, self.carrier.next()).await {
            Err(_) => self.still_pinned(),
            Ok(body) => self.heard(body?),
        }
    }

    fn heard(&mut self, body: Option<parcel::Body>) -> Result<(), Fault> {
        let Some(parcel::Body::Receipt(receipt)) = body else { return Err(ended(body)) };
        while let Some((seq, position)) = self.pending.pop_front() {
            if seq > receipt.seq {
                self.pending.push_front((seq, position));
                break;
            }
            self.confirmed = Some(position);
        }
        Ok(())
    }

    /// Tells the hub that everything was read.
    pub async fn done(&mut self, position: String) -> Result<(), Fault> {
        self.carrier.send(parcel::Body::Done(position)).await?;
        while !self.pending.is_empty() {
            self.listen().await?;
        }
        // The hub closes when the receiver has finished; only then was the delivery made.
        loop {
            match self.carrier.next().await? {
                None => return Ok(()),
                Some(parcel::Body::Receipt(_)) => {}
                body => return Err(ended(body)),
            }
        }
    }

    /// Position up to which the receiver has everything, when that is news.
    pub fn take_confirmed(&mut self) -> Option<String> {
        self.confirmed.take()
    }

    /// Whether nothing is on its way.
    pub fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// A department that takes its grant back in the middle of a run gets its way.
    fn still_pinned(&self) -> Result<(), Fault> {
        let grant = &self.call.grant;
        let now = self.agent.clock.now_ms();
        let current = self.agent.book.get(grant).is_some_and(|current| Arc::ptr_eq(&current, self.pin));
        if current && now < self.pin.pinned.pin().grant.valid_until_ms {
            return Ok(());
        }
        Err(super::provide::unpinned(grant))
    }
}
