//! One attempt to hand a document over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kernel::evidence::{Leaf, Payload};
use kernel::{Error, Result};
use plan::batch::Order;
use plan::document::{DocumentCall, DocumentDelivery, DocumentHead, DocumentKept, From};
use plan::model::{Call, Shape};
use sharing::book::Usable;
use tokio::time::{Instant, MissedTickBehavior, interval};
use wire::hub::Arrived;
use wire::proto::{Chunk, Receipt, parcel};

use super::Attempt;
use super::model::PlaceInput;
use crate::Exchange;
use crate::carriage::{lost, mismatch, open, over, proved, slow, stopped, tell, unproved};
use crate::leave::{LOOK, Leave};

/// How long a provider may take to scan and digest a document, and a receiver to digest and scan it.
const PREPARE_WITHIN: Duration = Duration::from_secs(3_600);
/// How long nothing may move before the attempt is given up.
const MOVE_WITHIN: Duration = Duration::from_secs(120);

/// An attempt as it is ordered.
pub(super) struct Ordered {
    pub usable: Arc<Usable>,
    pub call: Call,
    pub to: PlaceInput,
    /// Digest that the document had at an earlier attempt.
    pub digest: Option<String>,
}

/// What is known once the provider has told what there is.
pub(super) struct Begun {
    pub head: DocumentHead,
    /// The hub's entry.
    pub index: u64,
}

/// A document that was received.
pub(super) struct Done {
    pub kept: DocumentKept,
    /// Entry of the receiver's own log.
    pub agent_index: u64,
}

/// Drives an attempt to its end. `begun` is told as soon as the document is known and recorded.
///
/// # Errors
/// What an agent said, how the link failed, or `run.stopped`.
pub(super) async fn drive(
    exchange: &Exchange,
    ordered: &Ordered,
    attempt: &Attempt,
    begun: impl AsyncFnOnce(&Begun) -> Result<()>,
) -> Result<Done> {
    let call = DocumentCall { call: ordered.call.clone(), digest: ordered.digest.clone() };
    let leave = Leave { exchange, usable: &ordered.usable, shape: Shape::File, stop: &attempt.stop };
    let mut link = Link { exchange, ordered, attempt, leave };
    let mut provider = open(exchange, &ordered.usable.agent_id, &Order::ProvideDocument(call)).await?;
    let headed = async {
        let source = &ordered.usable.source;
        let chunk = match link.wait(&mut provider, PREPARE_WITHIN, "provide", source).await? {
            parcel::Body::Chunk(chunk) => chunk,
            other => return Err(over(Ok(Some(other)), "provide", source)),
        };
        let known = link.record(&chunk).await?;
        begun(&known).await?;
        let delivery = DocumentDelivery {
            head: known.head.clone(),
            target: ordered.to.target.clone(),
            folder: ordered.usable.resource_code.clone(),
            hub_index: known.index,
        };
        let receiver =
            open(exchange, ordered.to.agent_id.as_str(), &Order::ReceiveDocument(delivery)).await?;
        Ok((known, receiver))
    };
    let (known, mut receiver) = match headed.await {
        Ok(both) => both,
        Err(error) => {
            tell(&provider, &error).await;
            return Err(error);
        }
    };
    let carried = link.carry(&known, &mut provider, &mut receiver).await;
    if let Err(error) = &carried {
        tell(&provider, error).await;
        tell(&receiver, error).await;
    }
    carried
}

struct Link<'a> {
    exchange: &'a Exchange,
    ordered: &'a Ordered,
    attempt: &'a Attempt,
    leave: Leave<'a>,
}

impl Link<'_> {
    /// The next parcel, while the attempt may go on.
    async fn wait(
        &self,
        from: &mut Arrived,
        within: Duration,
        side: &'static str,
        place: &str,
    ) -> Result<parcel::Body> {
        let until = Instant::now() + within;
        let mut look = interval(LOOK);
        loop {
            tokio::select! {
                said = from.next() => return match said {
                    Ok(Some(parcel::Body::Refused(refused))) => {
                        Err(over(Ok(Some(parcel::Body::Refused(refused))), side, place))
                    }
                    Ok(Some(body)) => Ok(body),
                    other => Err(over(other, side, place)),
                },
                () = self.attempt.stop.cancelled() => return Err(stopped()),
                _ = look.tick() => self.leave.may_go_on().await?,
                () = tokio::time::sleep_until(until) => return Err(slow(place, place)),
            }
        }
    }

    async fn carry(&mut self, known: &Begun, provider: &mut Arrived, receiver: &mut Arrived) -> Result<Done> {
        let (source, target) = (self.ordered.usable.source.as_str(), self.ordered.to.target.as_str());
        // A receiver that has earlier bytes digests them first.
        let from = match self.wait(receiver, PREPARE_WITHIN, "receive", target).await? {
            parcel::Body::ReadyJson(json) => read::<From>(&json)?.from,
            other => return Err(over(Ok(Some(other)), "receive", target)),
        };
        self.attempt.moved.store(from, Ordering::Relaxed);
        *self.attempt.began.lock() = Some((self.exchange.kernel.now_ms(), from));
        let json = serde_json::to_vec(&From { from })
            .map_err(|error| Error::internal("exchange.document", error))?;
        let go = Receipt { written_json: json.into(), ..Receipt::default() };
        if !provider.send(parcel::Body::Receipt(go)).await {
            return Err(lost(source));
        }
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut read_all, mut at, mut moved) = (false, from, Instant::now());
        loop {
            tokio::select! {
                biased;
                () = self.attempt.stop.cancelled() => return Err(stopped()),
                _ = look.tick() => {
                    self.leave.may_go_on().await?;
                    let patience = if read_all { PREPARE_WITHIN } else { MOVE_WITHIN };
                    if moved.elapsed() > patience {
                        return Err(slow(target, target));
                    }
                }
                said = receiver.next() => {
                    moved = Instant::now();
                    match said {
                        Ok(Some(parcel::Body::Receipt(told))) => {
                            self.attempt.moved.store(read::<From>(&told.written_json)?.from, Ordering::Relaxed);
                        }
                        Ok(Some(parcel::Body::Finished(receipt))) if read_all => {
                            return self.receipted(known, &receipt).await;
                        }
                        other => return Err(over(other, "receive", target)),
                    }
                }
                said = provider.next(), if !read_all => {
                    moved = Instant::now();
                    match said {
                        Ok(Some(parcel::Body::Chunk(chunk))) => {
                            at += chunk.payload.len() as u64;
                            if at > known.head.bytes {
                                return Err(unproved(&self.ordered.usable, "more bytes than were announced"));
                            }
                            let chunk = Chunk { seq: chunk.seq, payload: chunk.payload, ..Chunk::default() };
                            self.leave.forward(receiver.send(parcel::Body::Chunk(chunk)), target).await?;
                        }
                        Ok(Some(parcel::Body::Done(digest))) => {
                            self.leave.forward(receiver.send(parcel::Body::Done(digest)), target).await?;
                            read_all = true;
                        }
                        other => return Err(over(other, "provide", source)),
                    }
                }
            }
        }
    }

    /// Checks what the provider told against its signature and makes the entry durable. No evidence, no data.
    async fn record(&self, chunk: &Chunk) -> Result<Begun> {
        let Ordered { usable, call, digest: earlier, .. } = self.ordered;
        let digest = plan::sha256_hex(&chunk.payload);
        proved(self.exchange, usable, &call.call, &digest, chunk).await?;
        let head: DocumentHead =
            serde_json::from_slice(&chunk.payload).map_err(|error| unproved(usable, &error.to_string()))?;
        // The agent minimises; the hub still holds it against the call.
        let only_asked =
            head.answer.rows.iter().flat_map(|row| &row.items).all(|item| call.items.contains(&item.item));
        if !only_asked || head.handover != call.call {
            return Err(unproved(usable, "the head holds more than was asked"));
        }
        let evidence = &self.exchange.kernel.evidence;
        let kind = if earlier.is_some() { "exchange.file.resumed" } else { "exchange.file" };
        let mut leaf = Leaf {
            call: Some(call.call.clone()),
            consumer: Some(usable.pin.grant.consumer.clone()),
            provider: Some(usable.provider.credit_code.clone()),
            resource: Some(usable.resource_code.clone()),
            grant: Some(usable.grant.id.0.clone()),
            grant_version: Some(usable.grant.version),
            matter: Some(call.purpose.matter.clone()),
            basis: Some(call.purpose.basis.clone()),
            items: call.items.clone(),
            rows: Some(1),
            agent: Some(usable.agent_id.clone()),
            agent_index: Some(chunk.index),
            agent_digest: Some(digest),
            // A file's name may well be a person's.
            subject_tag: Some(evidence.subject_tag(&call.subject.item, &call.subject.value, &call.call)),
            ..Leaf::of(kind)
        };
        let payload = Payload {
            caller: call.caller.clone(),
            case_no: Some(call.case.clone()),
            subject_item: Some(call.subject.item.clone()),
            subject_value: Some(call.subject.value.clone()),
            detail: Some(format!("sha256:{} {} bytes", head.digest, head.bytes)),
            ..Payload::default()
        };
        let opening = evidence.seal(&mut leaf, payload);
        let recorded = evidence.append(&leaf, &opening).await?;
        metrics::counter!("guantong_documents_bytes_total").increment(head.bytes);
        Ok(Begun { head, index: recorded.index })
    }

    /// Holds a receipt against what was sent, and against the receiver's own log.
    async fn receipted(&self, known: &Begun, receipt: &Receipt) -> Result<Done> {
        let kept: DocumentKept = read(&receipt.written_json)?;
        if kept.digest != known.head.digest || kept.bytes != known.head.bytes {
            return Err(mismatch());
        }
        let key =
            self.exchange.evidence_key(self.ordered.to.agent_id.as_str()).await?.ok_or_else(mismatch)?;
        let proof: Option<Vec<ledger::Hash>> =
            receipt.proof.iter().map(|hash| ledger::Hash::from_slice(hash)).collect();
        let proof = proof.ok_or_else(mismatch)?;
        self.exchange
            .notes
            .verify_inclusion(&receipt.checkpoint, &key, receipt.index, &receipt.entry, &proof)
            .map_err(|error| mismatch().caused_by(error.to_string()))?;
        self.attempt.moved.store(kept.bytes, Ordering::Relaxed);
        Ok(Done { kept, agent_index: receipt.index })
    }
}

fn read<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|error| Error::internal("exchange.document", error))
}
