//! Taking a document in.

use std::sync::Arc;

use bytes::Bytes;
use connect::documents::{Inbox, Incoming, Kept};
use plan::document::{DocumentDelivery, DocumentKept, From};
use wire::agent::AgentCarrier;
use wire::proto::{Receipt, parcel};

use super::super::{ended, receive::broken};
use super::{blocking, is_clean};
use crate::agent::Agent;
use crate::fault::Fault;
use crate::record::Received;

/// Bytes after which the hub is told where the document stands.
const TELL_EVERY: u64 = 8 << 20;

/// Takes a document in.
///
/// # Errors
/// `target.*`, `document.*`, or the end of the connection.
pub(in crate::carry) async fn receive(
    agent: &Arc<Agent>,
    delivery: DocumentDelivery,
    carrier: &mut AgentCarrier,
) -> Result<(), Fault> {
    let inbox = agent.inboxes.find(&delivery.target)?;
    let target = delivery.target.clone();
    let (asked, id) = (inbox.clone(), delivery.head.handover.clone());
    // A receipt that was lost on its way is simply given again.
    let earlier = blocking(&target, move || {
        asked.ready()?;
        asked.kept(&id)
    });
    let kept = match earlier.await? {
        Some(kept) => {
            say(carrier, delivery.head.bytes).await?;
            finish_of(carrier).await?;
            kept
        }
        None => take(&inbox, &delivery, carrier).await?,
    };
    let received = Received {
        run: &delivery.head.handover,
        subscription: "",
        seq: 0,
        digest: &kept.digest,
        hub_index: delivery.hub_index,
        rows: 1,
    };
    let evidence = agent.recorder.received(received).await?;
    let told = DocumentKept {
        path: kept.path,
        digest: kept.digest,
        bytes: kept.bytes,
        scanned: is_clean(kept.scanned),
    };
    let json = serde_json::to_vec(&told).map_err(|error| broken(&error.to_string()))?;
    let proof = evidence.appended.proof.iter();
    let receipt = Receipt {
        seq: 0,
        written_json: json.into(),
        entry: evidence.leaf,
        index: evidence.appended.index,
        proof: proof.map(|hash| Bytes::copy_from_slice(hash.as_bytes())).collect(),
        checkpoint: evidence.appended.checkpoint.note_text.clone(),
    };
    carrier.send(parcel::Body::Finished(receipt)).await?;
    // The hub closes when it has it.
    while let Ok(Some(_)) = carrier.next().await {}
    Ok(())
}

/// Tells from where bytes are missing.
async fn say(carrier: &AgentCarrier, from: u64) -> Result<(), Fault> {
    let json = serde_json::to_vec(&From { from }).map_err(|error| broken(&error.to_string()))?;
    Ok(carrier.send(parcel::Body::ReadyJson(json.into())).await?)
}

/// The provider has nothing more to send.
async fn finish_of(carrier: &mut AgentCarrier) -> Result<(), Fault> {
    match carrier.next().await? {
        Some(parcel::Body::Done(_)) => Ok(()),
        other => Err(ended(other)),
    }
}

async fn take(inbox: &Inbox, delivery: &DocumentDelivery, carrier: &mut AgentCarrier) -> Result<Kept, Fault> {
    let (target, head) = (&delivery.target, &delivery.head);
    let (from, id, whole) = (inbox.clone(), head.handover.clone(), head.bytes);
    let begun = blocking(target, move || {
        let incoming = from.take_up(&id)?;
        if incoming.have() <= whole {
            return Ok(incoming);
        }
        // More than there is: what lies there is not of this document.
        drop(incoming);
        from.discard(&id)?;
        from.take_up(&id)
    });
    let mut incoming: Incoming = begun.await?;
    say(carrier, incoming.have()).await?;
    let mut told = incoming.have();
    loop {
        match carrier.next().await? {
            Some(parcel::Body::Chunk(chunk)) => {
                if incoming.have() + chunk.payload.len() as u64 > head.bytes {
                    return Err(broken("more bytes than were announced"));
                }
                let appended = blocking(target, move || {
                    incoming.append(&chunk.payload)?;
                    Ok(incoming)
                });
                incoming = appended.await?;
                if incoming.have() >= told + TELL_EVERY {
                    told = incoming.have();
                    let at = serde_json::to_vec(&From { from: told })
                        .map_err(|error| broken(&error.to_string()))?;
                    let receipt = Receipt { seq: chunk.seq, written_json: at.into(), ..Receipt::default() };
                    carrier.send(parcel::Body::Receipt(receipt)).await?;
                }
            }
            Some(parcel::Body::Done(_)) => {
                let kept = incoming.finish(&head.digest, &delivery.folder, &head.name).await;
                return kept.map_err(|error| crate::sources::fault(target, &error, 0));
            }
            other => return Err(ended(other)),
        }
    }
}
