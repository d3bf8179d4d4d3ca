//! What is known of a changed source.

use catalog::propose::Remount;
use serde::{Deserialize, Serialize};

use super::super::model::Notice;

/// How far the mending has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeStage {
    /// The hub has not yet seen how the source stands now.
    Looking,
    /// A mount is proposed; the provider's people are to confirm or correct it.
    Proposed,
    /// A changed mount waits for review.
    Review,
    /// The mount is in force; the provider's agent is yet to accept it.
    Pinning,
}

/// A changed source as either side of a subscription sees it: no name of a table or a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SourceChange {
    /// When it was found, Unix milliseconds.
    pub since_ms: i64,
    /// How far the mending has come.
    pub stage: ChangeStage,
}

/// A changed source as the people of its department see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SourceChangeView {
    /// When it was found, Unix milliseconds.
    pub since_ms: i64,
    /// What the run found.
    pub found: Notice,
    /// How far the mending has come.
    pub stage: ChangeStage,
    /// Subscriptions that wait.
    pub waiting: u64,
    /// The proposed mount; none until the source was looked at.
    pub proposal: Option<Remount>,
    /// Why the source could not be looked at.
    pub failure: Option<Notice>,
    /// When it was last looked at, Unix milliseconds.
    pub looked_ms: Option<i64>,
}

/// Looks at the source again.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookInput {
    /// Table to propose a mount on; the one that fits best when left out.
    #[serde(default)]
    pub table: Option<String>,
}
