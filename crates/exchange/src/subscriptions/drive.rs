//! One run: the provider's agent and the consumer's are connected, and every chunk between them is proved and recorded.

use std::sync::Arc;
use std::time::Duration;

use kernel::evidence::{Leaf, Payload};
use kernel::{Error, Result};
use plan::batch::{BatchCall, Compared, Delivery, Destination, FLAGS_COLUMN, Mode, Order, Written};
use sharing::book::Usable;
use tokio::time::{Instant, MissedTickBehavior, interval};
use wire::hub::Arrived;
use wire::proto::{Chunk, Receipt, parcel};

use super::Run;
use crate::Exchange;
use crate::carriage::{self, mismatch, open, over, slow, stopped, tell};
use crate::copies::{self, Intake};
use crate::leave::{LOOK, Leave};

/// How long a target may take to be ready: somebody else's lock, a table to be made.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// How long a chunk may take to be written before the run is given up.
const WRITE_WITHIN: Duration = Duration::from_secs(900);

/// A run as it is ordered.
pub(super) struct Ordered {
    pub usable: Arc<Usable>,
    pub call: BatchCall,
    pub to: Destination,
    /// Agent that writes; the hub itself when there is none.
    pub receiver: Option<String>,
    pub mode: Mode,
}

/// What came of it.
pub(super) struct Done {
    /// Outcome of a comparison.
    pub compared: Option<Compared>,
}

/// Drives a run to its end.
///
/// # Errors
/// `run.stopped` when it was stopped; `authorise.*` when the grant ended; otherwise what an agent said or how the link failed.
pub(super) async fn drive(exchange: &Exchange, ordered: &Ordered, run: &Run) -> Result<Done> {
    let delivery = Delivery { run: run.id.0.clone(), to: ordered.to.clone(), mode: ordered.mode };
    // The provider first: before its log can be read, a database waits for every transaction that is open, and that of the
    // target may be one of them.
    let provide = Order::Provide(ordered.call.clone());
    let mut provider = open(exchange, &ordered.usable.agent_id, &provide).await?;
    ready(&mut provider, run, "provide", &ordered.usable.source).await?;
    let receiving = async {
        let Some(agent) = &ordered.receiver else {
            let as_of_ms = run.progress.lock().started_ms;
            let order = copies::Order::of(&ordered.usable, &ordered.call, &ordered.to, &run.id, as_of_ms);
            return Ok(Receiver::Hub(Intake::begin(exchange, order).await?));
        };
        let mut receiver = open(exchange, agent, &Order::Receive(delivery)).await?;
        ready(&mut receiver, run, "receive", &ordered.to.target).await?;
        Ok(Receiver::Agent(Box::new(receiver)))
    };
    let mut receiver = match receiving.await {
        Ok(receiver) => receiver,
        Err(error) => {
            tell(&provider, &error).await;
            return Err(error);
        }
    };
    let leave = Leave { exchange, usable: &ordered.usable, shape: ordered.call.shape(), stop: &run.stop };
    let mut link = Link { exchange, ordered, run, leave, on_the_way: Vec::new() };
    let carried = link.carry(&mut provider, &mut receiver).await;
    if let Err(error) = &carried {
        // Whoever still listens learns why; both also notice that their connection ends.
        tell(&provider, error).await;
        if let Receiver::Agent(receiver) = &receiver {
            tell(receiver, error).await;
        }
    }
    carried
}

/// Who takes the rows in.
enum Receiver {
    /// The consumer's agent.
    Agent(Box<Arrived>),
    /// The hub, which holds them.
    Hub(Intake),
}

impl Receiver {
    async fn next(&mut self) -> std::result::Result<Option<parcel::Body>, tonic::Status> {
        match self {
            Self::Agent(agent) => agent.next().await,
            Self::Hub(intake) => Ok(intake.next().await),
        }
    }

    async fn send(&self, body: parcel::Body) -> bool {
        match self {
            Self::Agent(agent) => agent.send(body).await,
            Self::Hub(intake) => intake.send(body).await,
        }
    }
}

/// Waits until an agent has prepared its part.
async fn ready(agent: &mut Arrived, run: &Run, side: &'static str, place: &str) -> Result<()> {
    let said = tokio::select! {
        said = tokio::time::timeout(READY_WITHIN, agent.next()) => said,
        () = run.stop.cancelled() => Ok(Ok(None)),
    };
    if run.stop.is_cancelled() {
        let error = stopped();
        tell(agent, &error).await;
        return Err(error);
    }
    match said.map_err(|_| slow(place, place))? {
        Ok(Some(parcel::Body::ReadyJson(_))) => Ok(()),
        other => Err(over(other, side, place)),
    }
}

struct Link<'a> {
    exchange: &'a Exchange,
    ordered: &'a Ordered,
    run: &'a Run,
    leave: Leave<'a>,
    /// Chunks that were not receipted: number, digest, as-of time.
    on_the_way: Vec<(u64, String, i64)>,
}

impl Link<'_> {
    async fn carry(&mut self, provider: &mut Arrived, receiver: &mut Receiver) -> Result<Done> {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut read = false;
        let mut moved = Instant::now();
        loop {
            tokio::select! {
                biased;
                () = self.run.stop.cancelled() => return Err(stopped()),
                _ = look.tick() => {
                    self.leave.may_go_on().await?;
                    if !self.on_the_way.is_empty() && moved.elapsed() > WRITE_WITHIN {
                        return Err(slow("投递目标", "the target"));
                    }
                }
                said = receiver.next() => {
                    moved = Instant::now();
                    match said {
                        Ok(Some(parcel::Body::Receipt(receipt))) => {
                            self.receipted(&receipt)?;
                            let told = Receipt { seq: receipt.seq, ..Receipt::default() };
                            // A provider that has gone meanwhile is noticed by reading from it.
                            provider.send(parcel::Body::Receipt(told)).await;
                        }
                        Ok(Some(parcel::Body::Finished(receipt))) if read => {
                            return Ok(Done { compared: self.finished(&receipt)?.compared });
                        }
                        other => return Err(over(other, "receive", &self.ordered.to.target)),
                    }
                }
                said = provider.next(), if !read => match said {
                    Ok(Some(parcel::Body::Chunk(chunk))) => {
                        moved = Instant::now();
                        let chunk = self.record(chunk).await?;
                        let target = &self.ordered.to.target;
                        self.leave.forward(receiver.send(parcel::Body::Chunk(chunk)), target).await?;
                    }
                    Ok(Some(parcel::Body::IdleUntilMs(until_ms))) => {
                        if self.on_the_way.is_empty() {
                            self.run.progress.lock().as_of_ms = Some(until_ms);
                        }
                    }
                    Ok(Some(parcel::Body::Done(at))) => {
                        let target = &self.ordered.to.target;
                        self.leave.forward(receiver.send(parcel::Body::Done(at)), target).await?;
                        read = true;
                    }
                    other => return Err(over(other, "provide", &self.ordered.usable.source)),
                },
            }
        }
    }

    /// Checks a chunk against the department's signature and makes the entry durable. No evidence, no data.
    async fn record(&mut self, chunk: Chunk) -> Result<Chunk> {
        let usable = &self.ordered.usable;
        let name = format!("{}:{}", self.run.id, chunk.seq);
        let digest = plan::sha256_hex(&chunk.payload);
        carriage::proved(self.exchange, usable, &name, &digest, &chunk).await?;
        let opened = plan::batch::open(chunk.payload.clone())
            .map_err(|error| carriage::unproved(usable, &error.to_string()))?;
        // The agent minimises; the hub still holds the chunk against the order, so that neither alone can overdo it.
        let only_asked = opened.rows.iter().all(|rows| {
            rows.schema()
                .fields()
                .iter()
                .all(|field| field.name() == FLAGS_COLUMN || self.ordered.call.items.contains(field.name()))
        });
        if !only_asked || opened.head.run != self.run.id.0 || opened.head.seq != chunk.seq {
            return Err(carriage::unproved(usable, "the chunk holds more than was ordered"));
        }
        let rows = opened.rows.as_ref().map_or(0, |rows| rows.num_rows());
        let mut entry = Leaf {
            call: Some(name),
            consumer: Some(usable.pin.grant.consumer.clone()),
            provider: Some(usable.provider.credit_code.clone()),
            resource: Some(usable.resource_code.clone()),
            grant: Some(usable.grant.id.0.clone()),
            grant_version: Some(usable.grant.version),
            matter: Some(self.ordered.call.purpose.matter.clone()),
            basis: Some(self.ordered.call.purpose.basis.clone()),
            items: self.ordered.call.items.clone(),
            rows: Some(u32::try_from(rows).unwrap_or(u32::MAX)),
            agent: Some(usable.agent_id.clone()),
            agent_index: Some(chunk.index),
            agent_digest: Some(digest.clone()),
            ..Leaf::of("exchange.batch")
        };
        let evidence = &self.exchange.kernel.evidence;
        let payload = Payload { caller: self.ordered.call.caller.clone(), ..Payload::default() };
        let opening = evidence.seal(&mut entry, payload);
        let recorded = evidence.append(&entry, &opening).await?;
        let mut progress = self.run.progress.lock();
        let tally = &opened.head.tally;
        let figures = &mut progress.figures;
        figures.read += tally.read;
        figures.delivered += tally.delivered;
        figures.repaired += tally.repaired;
        figures.flagged += tally.flagged;
        figures.held += tally.held;
        figures.filtered += tally.filtered;
        figures.bytes += chunk.payload.len() as u64;
        figures.chunks += 1;
        for (item, codes) in &tally.remarks {
            let known = progress.remarks.entry(item.clone()).or_default();
            for (code, count) in codes {
                *known.entry(code.clone()).or_default() += count;
            }
        }
        let first = progress.entries.map_or(recorded.index, |(first, _)| first);
        progress.entries = Some((first, recorded.index));
        drop(progress);
        self.on_the_way.push((chunk.seq, digest, opened.head.as_of_ms));
        metrics::counter!("guantong_batch_rows_total").increment(rows as u64);
        Ok(Chunk { seq: chunk.seq, payload: chunk.payload, hub_index: recorded.index, ..Chunk::default() })
    }

    /// A chunk is at the target, and it is the one that was sent.
    fn receipted(&mut self, receipt: &Receipt) -> Result<()> {
        let written: Written = serde_json::from_slice(&receipt.written_json)
            .map_err(|error| Error::internal("exchange.receipt", error))?;
        let at = self.on_the_way.iter().position(|(seq, ..)| *seq == receipt.seq);
        let Some(at) = at else { return Err(mismatch()) };
        let (_, digest, as_of_ms) = self.on_the_way.remove(at);
        if written.digest != digest {
            return Err(mismatch());
        }
        self.add(&written);
        if self.ordered.call.follow {
            let now = self.exchange.kernel.now_ms();
            let mut progress = self.run.progress.lock();
            progress.as_of_ms = Some(as_of_ms);
            progress.lag_ms = Some(now.saturating_sub(as_of_ms).max(0));
        }
        Ok(())
    }

    fn finished(&mut self, receipt: &Receipt) -> Result<Written> {
        if !self.on_the_way.is_empty() {
            return Err(mismatch());
        }
        let written: Written = serde_json::from_slice(&receipt.written_json)
            .map_err(|error| Error::internal("exchange.receipt", error))?;
        // The receipt at the end tells the whole; what was receipted chunk by chunk is in it.
        let mut progress = self.run.progress.lock();
        let figures = &mut progress.figures;
        (figures.inserted, figures.updated) = (written.inserted, written.updated);
        (figures.deleted, figures.unchanged) = (written.deleted, written.unchanged);
        figures.held = figures.held.max(written.held);
        drop(progress);
        Ok(written)
    }

    fn add(&self, written: &Written) {
        let mut progress = self.run.progress.lock();
        let figures = &mut progress.figures;
        figures.inserted += written.inserted;
        figures.updated += written.updated;
        figures.deleted += written.deleted;
        figures.unchanged += written.unchanged;
    }
}
