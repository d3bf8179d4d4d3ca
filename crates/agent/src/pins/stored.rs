//! `pins.json`: what survives a restart. The names of the fields are a stored format.

use std::collections::BTreeMap;

use plan::Pin;
use plan::change::Difference;
use serde::{Deserialize, Serialize};
use wire::proto::PinState;

/// The whole file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Stored {
    /// Format of the file.
    #[serde(default)]
    pub format: u32,
    /// By grant id.
    #[serde(default)]
    pub grants: BTreeMap<String, StoredGrant>,
}

/// What is known about one grant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredGrant {
    /// The pin in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Kept>,
    /// A version that waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// Set when the grant was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revoked>,
    /// Digest of the version that a person refused last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// An accepted pin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The pin.
    pub pin: Pin,
    /// Its digest.
    pub digest: String,
    /// When it was accepted, Unix milliseconds.
    pub at_ms: i64,
    /// Who accepted it: `auto`, or a person.
    pub by: String,
}

/// A pin that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// The pin.
    pub pin: Pin,
    /// Its digest.
    pub digest: String,
    /// When it was offered, Unix milliseconds.
    pub at_ms: i64,
    /// Why it was not taken at once.
    pub reasons: Vec<Reason>,
}

/// A difference to the pin before, or another reason to ask a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable dotted code.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A pin that was taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Revoked {
    /// The pin as it was, to compare a later offer with.
    pub pin: Pin,
    /// Its digest.
    pub digest: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// What the hub said.
    pub reason: String,
}

impl Pending {
    pub(super) fn new(pin: Pin, digest: &str, at_ms: i64, reasons: &[Difference]) -> Self {
        let reasons = reasons.iter().map(|reason| Reason {
            code: reason.code.to_owned(),
            zh: reason.zh.clone(),
            en: reason.en.clone(),
        });
        Self { pin, digest: digest.to_owned(), at_ms, reasons: reasons.collect() }
    }

    /// All reasons in one line, both languages.
    pub fn sentence(&self) -> String {
        let join =
            |pick: fn(&Reason) -> &str, by: &str| self.reasons.iter().map(pick).collect::<Vec<_>>().join(by);
        format!("{} / {}", join(|r| &r.zh, "；"), join(|r| &r.en, "; "))
    }
}

impl StoredGrant {
    /// Takes the pin back, and the waiting one with it; the digest of what was taken back, if there was something.
    pub(super) fn revoke(&mut self, at_ms: i64, reason: &str) -> Option<String> {
        let pending = self.pending.take();
        let kept = self.accepted.take();
        if let Some(Kept { pin, digest, .. }) = kept {
            let reason = reason.chars().take(500).collect();
            self.revoked = Some(Revoked { pin, digest: digest.clone(), at_ms, reason });
            return Some(digest);
        }
        pending.map(|pending| pending.digest)
    }

    /// What the hub is told about it.
    pub(super) fn states(&self, grant: &str) -> Vec<PinState> {
        let line = |digest: &str, state: &str, reason: String| PinState {
            grant: grant.to_owned(),
            digest: digest.to_owned(),
            state: state.to_owned(),
            reason,
        };
        let accepted = self.accepted.iter().map(|kept| line(&kept.digest, "accepted", String::new()));
        let revoked = self.revoked.iter().map(|gone| line(&gone.digest, "revoked", gone.reason.clone()));
        let pending = self.pending.iter().map(|pending| line(&pending.digest, "pending", pending.sentence()));
        accepted.chain(revoked).chain(pending).collect()
    }
}
