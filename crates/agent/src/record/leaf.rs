//! The JSON of the record's entries. Field names are a stored format: they are only ever added to.

use plan::{Purpose, Shape};
use serde::{Deserialize, Serialize};

use crate::clock::parse_minute;

/// A query was answered.
pub const QUERY: &str = "agent.query";
/// A verify was answered.
pub const VERIFY: &str = "agent.verify";
/// A chunk of a table was delivered.
pub const BATCH: &str = "agent.batch";
/// A chunk of a table was taken in, or a delivery was finished.
pub const RECEIVED: &str = "agent.received";
/// A document was handed over.
pub const FILE: &str = "agent.file";
/// Documents were listed.
pub const LISTED: &str = "agent.file.listed";
/// A call was refused.
pub const REFUSED: &str = "agent.refused";
/// Further refusals of the same code, counted.
pub const REPEATED: &str = "agent.refused.repeated";
/// A pin was accepted.
pub const PIN_ACCEPTED: &str = "agent.pin.accepted";
/// A pin that lets more out than the one before was accepted by policy.
pub const PIN_WIDENED: &str = "agent.pin.widened";
/// A pin waits for a person.
pub const PIN_PENDING: &str = "agent.pin.pending";
/// A pin was refused.
pub const PIN_REFUSED: &str = "agent.pin.refused";
/// A pin was taken back.
pub const PIN_REVOKED: &str = "agent.pin.revoked";

#[derive(Debug, Serialize)]
pub(super) struct UsedLeaf<'a> {
    pub v: u32,
    pub kind: &'static str,
    pub call: &'a str,
    pub grant: &'a str,
    pub pin: &'a str,
    pub consumer: &'a str,
    pub resource: &'a str,
    pub items: Vec<&'a str>,
    pub purpose: &'a Purpose,
    pub subject: String,
    pub answer: &'a str,
    pub rows: usize,
    pub at: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ChunkLeaf<'a> {
    pub v: u32,
    pub kind: &'static str,
    /// Run and number, `<run>:<seq>`.
    pub call: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub subscription: &'a str,
    pub grant: &'a str,
    pub pin: &'a str,
    pub consumer: &'a str,
    pub resource: &'a str,
    pub items: Vec<&'a str>,
    /// Whether the hub itself holds the rows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    pub purpose: &'a Purpose,
    pub answer: &'a str,
    pub rows: u64,
    pub at: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ReceivedLeaf<'a> {
    pub v: u32,
    pub kind: &'static str,
    pub call: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub subscription: &'a str,
    pub chunk: &'a str,
    pub hub_index: u64,
    pub rows: u64,
    pub at: String,
}

#[derive(Debug, Serialize)]
pub(super) struct RefusedLeaf<'a> {
    pub v: u32,
    pub kind: &'static str,
    pub code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
    pub at: String,
}

#[derive(Debug, Serialize)]
pub(super) struct RepeatedLeaf<'a> {
    pub v: u32,
    pub kind: &'static str,
    pub code: &'a str,
    pub count: u64,
    pub at: String,
}

#[derive(Debug, Serialize)]
pub(super) struct PinLeaf<'a> {
    pub v: u32,
    pub kind: &'static str,
    pub grant: &'a str,
    pub pin: &'a str,
    pub by: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub why: &'a [String],
    pub at: String,
}

/// The private part of an entry.
#[derive(Debug, Default, Serialize)]
pub(super) struct Private<'a> {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub salt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<&'a str>,
    pub at_ms: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zh: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<&'a str>,
}

/// An entry as read back; fields that its kind does not have are empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Leaf {
    /// What happened, for example [`QUERY`].
    pub kind: String,
    /// Call id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// Grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// Digest of the pin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// Consumer's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// Items delivered or verified.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// SHA-256 of the answer, hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Commitment to the subject, hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Rows that matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How many refusals this entry stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Who decided about a pin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Codes of what changed in a pin, or why it was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
    /// Minute in Asia/Shanghai.
    pub at: String,
}

impl Leaf {
    /// Reads a leaf; one that is not ours comes out empty, so that a listing shows it instead of stopping.
    pub fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// Whether data left with this entry.
    pub fn is_use(&self) -> bool {
        [QUERY, VERIFY, BATCH, FILE, LISTED].contains(&self.kind.as_str())
    }

    /// Whether it counts against the quota of calls. Chunks of a table do not: a run is counted by the hub, not by how it was cut;
    /// nor do lists, nor the parts in which a document came.
    pub fn is_call(&self) -> bool {
        self.kind == QUERY || self.kind == VERIFY
    }

    /// Whether a document left with it; each counts once, however often it was begun.
    pub fn is_handover(&self) -> bool {
        self.kind == FILE
    }

    /// Its minute, Unix milliseconds.
    pub fn at_ms(&self) -> Option<i64> {
        parse_minute(&self.at)
    }
}
