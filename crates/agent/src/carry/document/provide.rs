//! Handing a document out.

use std::sync::Arc;

use bytes::Bytes;
use connect::documents::{NAME_COLUMN, OpenDocument};
use plan::Task;
use plan::document::{CHUNK_BYTES, DocumentCall, DocumentHead, From};
use wire::agent::AgentCarrier;
use wire::proto::{Chunk, parcel};

use super::super::{ended, provide as tables};
use super::{blocking, is_clean};
use crate::agent::Agent;
use crate::execute::denied;
use crate::fault::Fault;
use crate::pins::Active;
use crate::record::{Attempt, Use};
use crate::sources::Slot;

/// Hands a document out.
///
/// # Errors
/// `plan.*`, `document.*`, `source.*`, `quota.*`, or the end of the connection.
pub(in crate::carry) async fn provide(
    agent: &Arc<Agent>,
    ordered: DocumentCall,
    carrier: &mut AgentCarrier,
) -> Result<(), Fault> {
    let found = find(agent, &ordered).await;
    let Found { pin, slot, mut document, head, rows } = match found {
        Ok(found) => found,
        Err(fault) => {
            let attempt = Attempt { call: Some(&ordered.call), fault: &fault };
            if let Err(error) = agent.recorder.refused(attempt).await {
                tracing::error!(code = %error.code, "a refusal could not be recorded: {}", error.en);
            }
            return Err(fault);
        }
    };
    offer(agent, &ordered, &pin, &head, rows, carrier).await?;
    let from = match carrier.next().await? {
        Some(parcel::Body::Receipt(said)) => {
            serde_json::from_slice::<From>(&said.written_json).map_err(|_| ended(None))?.from
        }
        other => return Err(ended(other)),
    };
    let (mut at, mut seq) = (from, 0);
    while at < head.bytes {
        // A department that takes its grant back in the middle gets its way.
        still_pinned(agent, &ordered, &pin)?;
        let read = blocking(slot.name(), move || {
            let bytes = document.read_at(at, CHUNK_BYTES)?;
            Ok((document, bytes))
        });
        let bytes: Bytes;
        (document, bytes) = read.await?;
        at += bytes.len() as u64;
        seq += 1;
        let chunk = Chunk { seq, payload: bytes, ..Chunk::default() };
        carrier.send(parcel::Body::Chunk(chunk)).await?;
    }
    if document.is_changed() {
        return Err(crate::sources::fault(slot.name(), &document.changed(), 0));
    }
    carrier.send(parcel::Body::Done(head.digest)).await?;
    // The hub closes when the receiver has it.
    while let Ok(Some(_)) = carrier.next().await {}
    Ok(())
}

struct Found {
    pin: Arc<Active>,
    slot: Arc<Slot>,
    document: OpenDocument,
    head: DocumentHead,
    rows: usize,
}

/// The document that a call names, when the grant lets it leave, found clean and digested.
async fn find(agent: &Arc<Agent>, ordered: &DocumentCall) -> Result<Found, Fault> {
    let call = &ordered.call;
    let pin = agent.book.get(&call.grant).ok_or_else(|| tables::unpinned(&call.grant))?;
    let now = agent.clock.now_ms();
    let task = plan::check(&pin.pinned, call, now)?;
    denied(&pin, &task)?;
    let fetch = task.fetch();
    let slot = agent.sources.get(&fetch.source).cloned().ok_or_else(|| tables::source_gone(&fetch.source))?;
    let folder = slot.source().documents().cloned().ok_or_else(|| no_documents(slot.name()))?;
    // An attempt that goes on with the same document was counted when it began.
    let counted = ordered.digest.is_none();
    if counted {
        pin.quota.take(&pin.pinned.pin().grant, now)?;
    }
    let found = async {
        let (answer, rows, name) = tell(agent, &slot, &task).await?;
        let (place, table) = (folder.clone(), fetch.table.clone());
        let wanted = name.clone();
        let document = blocking(slot.name(), move || place.open(&table, &wanted)).await?;
        let scanned =
            folder.scan(&document).await.map_err(|error| crate::sources::fault(slot.name(), &error, 0))?;
        let digested = blocking(slot.name(), move || {
            let mut document = document;
            let digest = document.digest()?;
            Ok((document, digest))
        });
        let (document, digest) = digested.await?;
        if ordered.digest.as_ref().is_some_and(|before| *before != digest) {
            return Err(crate::sources::fault(slot.name(), &document.changed(), 0));
        }
        let head = DocumentHead {
            handover: call.call.clone(),
            name: name.rsplit('/').next().unwrap_or(&name).to_owned(),
            bytes: document.bytes,
            modified_ms: document.modified_ms,
            digest,
            scanned: is_clean(scanned),
            answer,
        };
        Ok((document, head, rows))
    };
    match found.await {
        Ok((document, head, rows)) => {
            Ok(Found { slot: slot.clone(), document, head, rows, pin: Arc::clone(&pin) })
        }
        Err(fault) => {
            if counted {
                pin.quota.give_back(now);
            }
            Err(fault)
        }
    }
}

/// What the grant tells about the document, and its name as it stands in the folder.
async fn tell(agent: &Agent, slot: &Slot, task: &Task<'_>) -> Result<(plan::Answer, usize, String), Fault> {
    let batch = slot.lookup(task.fetch(), task.fetch().limit, agent.limits.call_timeout()).await?;
    let name = batch.column_by_name(NAME_COLUMN).and_then(|column| {
        use arrow::array::{Array as _, AsArray as _};
        let names = column.as_string_opt::<i32>()?;
        (names.len() == 1).then(|| names.value(0).to_owned())
    });
    let read_at = agent.clock.now_ms();
    let standard = plan::standardise(task, &[batch])?;
    let visible = plan::filter(task, &standard);
    let (Some(name), [_]) = (name, visible.as_slice()) else { return Err(not_there()) };
    let salt = hex::encode(agent.entropy.bytes::<16>());
    Ok((plan::minimise(task, &standard, &visible, read_at, salt), visible.len(), name))
}

/// Makes the entry durable and tells the hub what there is. No evidence, no data.
async fn offer(
    agent: &Agent,
    ordered: &DocumentCall,
    pin: &Arc<Active>,
    head: &DocumentHead,
    rows: usize,
    carrier: &AgentCarrier,
) -> Result<(), Fault> {
    let payload =
        serde_json::to_vec(head).map_err(|error| super::super::receive::broken(&error.to_string()))?;
    still_pinned(agent, ordered, pin)?;
    let task = plan::check(&pin.pinned, &ordered.call, agent.clock.now_ms())?;
    let digest = plan::sha256_hex(&payload);
    let grant = &pin.pinned.pin().grant;
    let used = Use { call: &ordered.call, grant, task: &task, answer: &digest, rows };
    let evidence = agent.recorder.used(used).await?;
    let proof = evidence.appended.proof.iter();
    let chunk = Chunk {
        seq: 0,
        payload: Bytes::from(payload),
        entry: evidence.leaf,
        index: evidence.appended.index,
        proof: proof.map(|hash| Bytes::copy_from_slice(hash.as_bytes())).collect(),
        checkpoint: evidence.appended.checkpoint.note_text.clone(),
        hub_index: 0,
    };
    Ok(carrier.send(parcel::Body::Chunk(chunk)).await?)
}

fn still_pinned(agent: &Agent, ordered: &DocumentCall, pin: &Arc<Active>) -> Result<(), Fault> {
    let grant = &ordered.call.grant;
    let same = agent.book.get(grant).is_some_and(|current| Arc::ptr_eq(&current, pin));
    if same { Ok(()) } else { Err(tables::unpinned(grant)) }
}

pub(super) fn no_documents(source: &str) -> Fault {
    Fault::new(
        "plan.no_documents",
        format!(
            "资源挂接的数据源“{source}”不是文件夹，没有可交接的文件；请提供方改挂到文件夹（kind = \"documents\"）"
        ),
        format!(
            "The resource is mounted on source \"{source}\", which is no folder of documents; the provider should mount it on one (kind = \"documents\")"
        ),
    )
}

fn not_there() -> Fault {
    Fault::new(
        "document.unknown",
        "授权范围内没有这份文件；它可能已被移走、改名，或不在授权的行范围之内，请刷新清单后重选",
        "There is no such document within the grant; it was moved, renamed, or lies outside the granted rows. Choose from the list again",
    )
}
