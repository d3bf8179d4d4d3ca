//! A document handed from office to office 文件交接: the same pin and the same stations; what is told about it is minimised like any
//! row, and its bytes follow.
//!
//! ```text
//! provider                         hub                               receiver
//!   check, scan, digest, record
//!   head (with proof)  ──────────▶ verify, record ────────────────▶  head; where an earlier attempt stood
//!   bytes from there   ◀────────── from                      ◀─────  from
//!   chunk*, done       ──────────▶ ───────────────────────────────▶  digest, scan, put in place
//!                                  receipt recorded          ◀─────  receipt
//! ```

use serde::{Deserialize, Serialize};

use crate::batch::{BatchTask, OnInvalid, Out, OutColumn};
use crate::check::{in_force, purpose_not_granted, same_grant};
use crate::model::{Call, Purpose, Shape};
use crate::pinned::Pinned;
use crate::refusal::Refusal;

/// Bytes of a document that travel at once.
pub const CHUNK_BYTES: usize = 4 << 20;

/// What is said about a document before its bytes: what both logs hold the SHA-256 of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentHead {
    /// Id of the handover (交接), which is the id of the call.
    pub handover: String,
    /// File name without its folders.
    pub name: String,
    /// Size, bytes.
    pub bytes: u64,
    /// When it was last changed, Unix milliseconds.
    pub modified_ms: i64,
    /// SHA-256 of the document, hex.
    pub digest: String,
    /// Whether the provider's scanner found it clean; `false` when there is no scanner.
    pub scanned: bool,
    /// What the grant tells about it, item by item.
    pub answer: crate::model::Answer,
}

/// An order to the provider's agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentCall {
    /// The call: shape `file`, the subject is the document by its name.
    pub call: Call,
    /// SHA-256 that the document had when the handover began; none at the first attempt.
    #[serde(default)]
    pub digest: Option<String>,
}

/// An order to the receiver's agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentDelivery {
    /// What comes.
    pub head: DocumentHead,
    /// Target of kind `documents`, by its name in the receiving agent's configuration.
    pub target: String,
    /// Folder there: the code of the resource.
    pub folder: String,
    /// Index of the hub's entry.
    pub hub_index: u64,
}

/// Where an earlier attempt stood, told by the receiver and passed on to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct From {
    /// First byte that is missing.
    pub from: u64,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentKept {
    /// Where the document lies, below the target's folder.
    pub path: String,
    /// Its SHA-256 as the receiver computed it, hex.
    pub digest: String,
    /// Its size.
    pub bytes: u64,
    /// Whether the receiver's scanner found it clean; `false` when there is no scanner.
    pub scanned: bool,
}

/// A list of documents that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentList {
    /// Id of the call.
    pub call: String,
    /// Grant used.
    pub grant: String,
    /// Digest of the pin that the hub believes the agent holds.
    pub pin_digest: String,
    /// Matter and basis; must be one of the grant's.
    pub purpose: Purpose,
    /// Who asked, as in [`Call::caller`].
    pub caller: String,
    /// Only names that hold this text.
    #[serde(default)]
    pub search: String,
    /// Most documents wanted.
    pub limit: usize,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentListed {
    /// Items, in the order of each row.
    pub items: Vec<String>,
    /// Standard values, masked where the grant says so.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there are more.
    pub more: bool,
    /// SHA-256 of items and rows, which the agent's own entry holds, hex.
    pub digest: String,
    /// Index of that entry.
    pub index: u64,
}

/// Checks a wish for the list of documents: the granted items of the documents that exist for the consumer.
///
/// # Errors
/// A [`Refusal`] whose code begins with `plan.`.
pub fn check_list(pinned: &Pinned, list: &DocumentList, now_ms: i64) -> Result<BatchTask, Refusal> {
    same_grant(pinned, &list.grant, &list.pin_digest)?;
    in_force(pinned, now_ms)?;
    let grant = &pinned.pin().grant;
    if !grant.shapes.contains(&Shape::File) {
        return Err(not_granted());
    }
    if !grant.purposes.contains(&list.purpose) {
        return Err(purpose_not_granted(&list.purpose));
    }
    let mount = &pinned.pin().mount;
    let mut at: Vec<usize> = Vec::new();
    let mut take = |position: usize| {
        at.iter().position(|&known| known == position).unwrap_or_else(|| {
            at.push(position);
            at.len() - 1
        })
    };
    let mut outs: Vec<Out> = Vec::new();
    for item in grant.items.iter().filter(|item| !item.verify_only) {
        let Some((position, mounted)) = pinned.mounted(&item.item) else { continue };
        let column = OutColumn { item: item.item.clone(), kind: mounted.kind.clone(), masked: item.masked };
        outs.push(Out { slot: take(position), column });
    }
    let key = |out: &Out| !out.column.masked && mount.keys.contains(&out.column.item);
    let keys: Vec<usize> = outs.iter().position(key).into_iter().collect();
    if keys.is_empty() {
        return Err(Refusal::new(
            "plan.document_key",
            "授权没有以明文包含文件名称，无法列出或指定文件；请申请变更授权",
            "The grant does not hold the document's name in clear, so that none can be listed or named; ask for a change",
        ));
    }
    let tests = pinned.tests().iter().map(|test| test.at(take(test.at))).collect();
    let slots = at.iter().filter_map(|&at| mount.items.get(at)).cloned().collect();
    Ok(BatchTask::new(
        mount.source.clone(),
        mount.table.clone(),
        slots,
        outs,
        keys,
        tests,
        OnInvalid::HoldBack,
        None,
    ))
}

fn not_granted() -> Refusal {
    Refusal::new(
        "plan.shape_not_granted",
        "授权不包含“文件交接”方式；请改用已授权的方式或申请变更",
        "The grant does not allow \"file\"; use a granted shape or ask for a change",
    )
}
