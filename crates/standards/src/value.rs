//! The one way in: a text and what it means become a standard value.

use serde::{Deserialize, Serialize};

pub use crate::kind::{CodeSetId, ValueKind};
pub use crate::note::{Note, Parsed};
use crate::text;

/// How a text fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The text was the standard value already.
    Valid,
    /// A standard value could be read out of it; the notes say what was changed.
    Repaired,
    /// It is not such a value; the notes say why. The cleaned text is kept so that nothing is lost.
    Invalid,
    /// There is no value: blank, or a word such as NULL.
    Missing,
}

/// The answer about one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The standard value (valid, repaired), the trimmed text as found (invalid), or nothing (missing).
    pub value: Option<String>,
    /// How the text fared.
    pub status: Status,
    /// What was repaired, or why the text is not valid.
    pub notes: Vec<Note>,
}

impl Outcome {
    /// There is no value.
    pub const fn missing() -> Self {
        Self { value: None, status: Status::Missing, notes: Vec::new() }
    }

    /// Whether the value may be used: valid or repaired.
    pub fn is_usable(&self) -> bool {
        matches!(self.status, Status::Valid | Status::Repaired)
    }

    /// The standard value, only when it may be used.
    pub fn usable(&self) -> Option<&str> {
        if self.is_usable() { self.value.as_deref() } else { None }
    }
}

/// Standardises one text 标准化. Never panics; blank texts and NULL words are missing.
pub fn standardise(kind: &ValueKind, raw: &str) -> Outcome {
    if text::is_missing(raw) {
        return Outcome::missing();
    }
    let _ = kind;
    let value = text::trim(raw).to_owned();
    let status = if value == raw { Status::Valid } else { Status::Repaired };
    Outcome { value: Some(value), status, notes: Vec::new() }
}

/// The texts under which departments store this standard value in a key column, so that an index can be asked
/// for each of them. The standard value comes first; no text twice; at most eight.
pub fn key_variants(kind: &ValueKind, standard: &str) -> Vec<String> {
    let _ = kind;
    vec![standard.to_owned()]
}

/// Masks a value 脱敏 by the rule of its kind. Works on any text, also an invalid one, and never shows more than the rule.
pub fn mask(kind: &ValueKind, value: &str) -> String {
    let _ = kind;
    "*".repeat(value.chars().count().min(16))
}

/// Whether two texts mean the same value: both are standardised, then compared. `None` when either is invalid or missing.
pub fn equal(kind: &ValueKind, a: &str, b: &str) -> Option<bool> {
    let (a, b) = (standardise(kind, a), standardise(kind, b));
    Some(a.usable()? == b.usable()?)
}
