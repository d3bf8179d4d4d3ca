//! Delegation during absence 授权代办.

use kernel::error::Fields;
use kernel::ids::{OrganisationId, UserId};
use serde::{Deserialize, Serialize};

kernel::typed_ids! {
    /// A delegation (授权代办).
    DelegationId = "delegation";
}

/// Longest absence for which one delegates at once.
const LONGEST_MS: i64 = 92 * 86_400_000;
/// How far ahead a delegation may begin.
const AHEAD_MS: i64 = 92 * 86_400_000;

/// How a delegation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DelegationState {
    /// Begins later.
    Planned,
    /// Holds now.
    Active,
    /// Its time is over.
    Ended,
    /// Taken back before its time.
    Revoked,
}

/// A delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Delegation {
    /// Id.
    pub id: DelegationId,
    /// Who is away.
    pub principal_id: UserId,
    /// His name.
    pub principal_name: String,
    /// Who stands in.
    pub delegate_id: UserId,
    /// His name.
    pub delegate_name: String,
    /// Organisation.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// From, Unix milliseconds.
    pub from_ms: i64,
    /// Until, Unix milliseconds.
    pub until_ms: i64,
    /// Why.
    pub reason: String,
    /// State.
    pub state: DelegationState,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// When it ended, Unix milliseconds.
    pub ended_ms: Option<i64>,
    /// Why it was taken back.
    pub end_reason: Option<String>,
}

/// What it takes to delegate.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationInput {
    /// Who stands in: somebody of the own department.
    pub delegate_id: UserId,
    /// From, Unix milliseconds; now when left out.
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// Until, Unix milliseconds.
    pub until_ms: i64,
    /// Why.
    pub reason: String,
}

/// Somebody to whom one may delegate.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Delegate {
    /// Id.
    pub id: UserId,
    /// Name.
    pub display_name: String,
    /// Log-in name.
    pub username: String,
    /// Role.
    pub role: kernel::Role,
}

impl DelegationState {
    /// State of a delegation at a time.
    pub(crate) fn at(row: &crate::store::delegation::Model, now_ms: i64) -> Self {
        match row.ended_ms {
            Some(_) if row.ended_by.is_some() => Self::Revoked,
            Some(_) => Self::Ended,
            None if now_ms >= row.until_ms => Self::Ended,
            None if now_ms < row.from_ms => Self::Planned,
            None => Self::Active,
        }
    }
}

/// Checks the period and the reason.
pub(crate) fn check_period(input: &DelegationInput, now_ms: i64, fields: &mut Fields) {
    let from = input.from_ms.unwrap_or(now_ms);
    fields.check(
        from >= now_ms - 60_000 && from <= now_ms + AHEAD_MS,
        "from_ms",
        "identity.delegation.from",
        "开始时间不能早于现在，也不能晚于92天之后，请修改。",
        "The beginning lies between now and 92 days ahead.",
    );
    fields.check(
        input.until_ms > from.max(now_ms) && input.until_ms <= from.saturating_add(LONGEST_MS),
        "until_ms",
        "identity.delegation.until",
        "结束时间须晚于开始时间，且代办期最长92天，请修改。",
        "The end comes after the beginning, by 92 days at most.",
    );
    fields.text("reason", &input.reason, 200);
}
