//! The way of an entry, a revision or a mount through people's hands: who did what, and what is due when.

use kernel::Actor;
use serde::{Deserialize, Serialize};

/// Who did what, and what is due when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Flow {
    /// When the present state began, Unix milliseconds.
    pub since_ms: Option<i64>,
    /// When the present step must be done, Unix milliseconds.
    pub due_ms: Option<i64>,
    /// How many times silence was escalated.
    pub escalated: u8,
    /// Who submitted it.
    pub submitted_by: Option<String>,
    /// When, Unix milliseconds.
    pub submitted_ms: Option<i64>,
    /// Who signed it.
    pub signed_by: Option<String>,
    /// When, Unix milliseconds.
    pub signed_ms: Option<i64>,
    /// Who reviewed it.
    pub reviewed_by: Option<String>,
    /// When, Unix milliseconds.
    pub reviewed_ms: Option<i64>,
    /// Who returned it.
    pub returned_by: Option<String>,
    /// Listed reasons for which it was returned.
    pub reasons: Vec<String>,
    /// What was said with the last step.
    pub text: Option<String>,
    /// Listed cause for which the resource is taken offline.
    pub offline_cause: Option<String>,
    /// When it goes offline, Unix milliseconds.
    pub offline_ms: Option<i64>,
}

impl Flow {
    /// Submitted: what was said before no longer counts.
    pub fn submitted(actor: &Actor, now_ms: i64, due_ms: i64) -> Self {
        Self {
            since_ms: Some(now_ms),
            due_ms: Some(due_ms),
            submitted_by: Some(actor.label()),
            submitted_ms: Some(now_ms),
            ..Self::default()
        }
    }

    /// Signed by the head, to be reviewed by then.
    #[must_use]
    pub fn signed(self, actor: &Actor, now_ms: i64, due_ms: i64) -> Self {
        Self {
            since_ms: Some(now_ms),
            due_ms: Some(due_ms),
            escalated: 0,
            signed_by: Some(actor.label()),
            signed_ms: Some(now_ms),
            ..self
        }
    }

    /// Approved by the data authority. The clock runs on: reviewing and publishing share one.
    #[must_use]
    pub fn reviewed(self, actor: &Actor, now_ms: i64, text: Option<String>) -> Self {
        Self {
            since_ms: Some(now_ms),
            reviewed_by: Some(actor.label()),
            reviewed_ms: Some(now_ms),
            text,
            ..self
        }
    }

    /// Returned with reasons; nothing is due of those who judge.
    #[must_use]
    pub fn returned(self, actor: &Actor, now_ms: i64, reasons: Vec<String>, text: String) -> Self {
        Self {
            since_ms: Some(now_ms),
            due_ms: None,
            escalated: 0,
            returned_by: Some(actor.label()),
            reasons,
            text: Some(text),
            ..self
        }
    }

    /// Done: nothing is due any more.
    #[must_use]
    pub fn done(self, now_ms: i64, text: Option<String>) -> Self {
        Self { since_ms: Some(now_ms), due_ms: None, escalated: 0, text, ..self }
    }
}
