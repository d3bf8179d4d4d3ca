//! The part of an agent's profile of a table that a report is derived from.

use serde::Deserialize;
use serde_json::Value;
use standards::kind::ValueKind;

/// A profile as the agent gives it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Profile {
    #[serde(default)]
    pub rows: Option<RowCount>,
    #[serde(default)]
    pub sampled_rows: u64,
    #[serde(default)]
    pub columns: Vec<Column>,
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct RowCount {
    pub rows: u64,
    #[serde(default)]
    pub exact: bool,
}

/// What the values of a column look like.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Column {
    pub name: String,
    #[serde(default)]
    pub nulls: u64,
    #[serde(default)]
    pub patterns: Vec<Pattern>,
    /// As sent: an agent of another version may know kinds that this program does not.
    #[serde(default)]
    kinds: Vec<Value>,
    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub codes: Vec<CodeCount>,
}

/// A shape and how many rows have it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pattern {
    pub shape: String,
    #[serde(default)]
    pub rows: u64,
}

/// How many values can be read as a kind.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct KindShare {
    pub kind: ValueKind,
    pub share: f64,
    #[serde(default)]
    pub repaired: f64,
}

/// A code and how many rows have it. It is the department's own text and stays in this module.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CodeCount {
    pub value: String,
    #[serde(default)]
    pub rows: u64,
}

impl Column {
    /// Kinds that the values can be read as, best first.
    pub(super) fn kinds(&self) -> impl Iterator<Item = KindShare> {
        self.kinds.iter().filter_map(|kind| serde_json::from_value(kind.clone()).ok())
    }

    /// The kind by which the agent masked the examples, if any: the best, when at least half of the values are of it.
    pub(super) fn masked_as(&self) -> Option<ValueKind> {
        let best: KindShare = serde_json::from_value(self.kinds.first()?.clone()).ok()?;
        (best.share >= 0.5).then_some(best.kind)
    }
}
