//! Verification of a whole log.

use std::path::Path;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::hash::Hash;
use crate::key::VerifierKey;

/// What is wrong with an entry, a tile or the whole log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The content of an entry is not what was recorded.
    Changed,
    /// An entry is gone.
    Missing,
    /// An entry stands in another entry's place.
    Reordered,
}

/// One finding of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// Stable code, such as `ledger.entry-changed`.
    pub code: &'static str,
    /// The entry concerned, where it can be told.
    pub index: Option<u64>,
    /// The file and place.
    pub place: String,
    /// The hash that should be found.
    pub expected: Option<Hash>,
    /// The hash that was found.
    pub found: Option<Hash>,
    /// Sentence in Chinese.
    pub zh: String,
    /// Sentence in English.
    pub en: String,
}

/// The outcome of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// Entries covered by the checkpoint.
    pub size: u64,
    /// Root in the checkpoint.
    pub root: Option<Hash>,
    /// Entries read and hashed.
    pub entries_checked: u64,
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.findings.is_empty()
    }
}

/// What to verify against.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// The log's public key, from a source other than the log itself.
    pub key: Option<VerifierKey>,
    /// Checkpoints saved earlier (signed notes): the log must still contain what they describe.
    pub saved: Vec<String>,
}

/// Verifies a log's folder or an exported folder.
pub fn verify_dir(_path: impl AsRef<Path>, _options: &VerifyOptions) -> Result<Report> {
    Err(Error::Closed)
}

/// Verifies a log over its public layout.
pub fn verify_tiles(
    _fetch: &mut dyn FnMut(&str) -> std::io::Result<Option<Vec<u8>>>,
    _options: &VerifyOptions,
) -> Result<Report> {
    Err(Error::Closed)
}
