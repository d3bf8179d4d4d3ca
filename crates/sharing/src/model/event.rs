//! The time line (时间线) of a request, a grant or a need.

use kernel::Role;
use serde::Serialize;

/// Something that happened. It names the office and the role, never a person.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TimelineEvent {
    /// Id.
    pub id: String,
    /// Kind, the same as that of the evidence, for example `sharing.request.signed`.
    pub kind: String,
    /// What happened, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// When, Unix milliseconds.
    pub time_ms: i64,
    /// Organisation that acted; none when the platform acted by itself.
    pub organisation: Option<String>,
    /// Role that acted; none when the platform acted by itself.
    pub role: Option<Role>,
    /// Words given with it: a reason, a notice.
    pub text: Option<String>,
    /// What was decided or changed, for machines.
    #[schema(value_type = Option<Object>)]
    pub detail: Option<serde_json::Value>,
    /// Index of its entry in the evidence log, once known.
    pub evidence_index: Option<i64>,
}
