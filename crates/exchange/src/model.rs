//! What callers send and get on the path.

use std::collections::BTreeMap;

use kernel::error::{Fields, Result};
use plan::model::ItemState;
use serde::{Deserialize, Serialize};

/// Most items or claims in one call.
pub const MOST_ITEMS: usize = 200;

/// Purpose of a call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
pub struct CallPurpose {
    /// Matter code (事项编码).
    pub matter: String,
    /// Legal basis; may be left out when the grant has one basis for the matter.
    #[serde(default)]
    pub basis: Option<String>,
}

/// Where a query may be answered from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The department's own system, now.
    #[default]
    Live,
    /// The copy held at the hub.
    Copy,
    /// The department's own system; the copy only when that system or its agent cannot be reached.
    LiveOrCopy,
}

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredFrom {
    /// The department's own system, now.
    Live,
    /// The copy held at the hub, as of its time.
    Copy,
}

/// A question about one subject.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryInput {
    /// Catalogue code of the resource.
    pub resource: String,
    /// One key item and its value.
    pub subject: BTreeMap<String, String>,
    /// Items wanted; all granted ones when left out.
    #[serde(default)]
    pub items: Vec<String>,
    /// Purpose.
    pub purpose: CallPurpose,
    /// Case number (办件编号).
    pub case_no: String,
    /// Grant to use, when several would do.
    #[serde(default)]
    pub grant: Option<String>,
    /// Where it may be answered from: live when left out.
    #[serde(default)]
    pub source: Source,
}

/// Claims about one subject.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyInput {
    /// Catalogue code of the resource.
    pub resource: String,
    /// One key item and its value.
    pub subject: BTreeMap<String, String>,
    /// Item and claimed value.
    pub claims: BTreeMap<String, String>,
    /// Purpose.
    pub purpose: CallPurpose,
    /// Case number (办件编号).
    pub case_no: String,
    /// Grant to use, when several would do.
    #[serde(default)]
    pub grant: Option<String>,
}

/// Rules on the form of a call, the same for both shapes.
///
/// # Errors
/// `input.invalid` with every gap.
pub fn check_form(
    resource: &str,
    subject: &BTreeMap<String, String>,
    names: &[&String],
    claims: &[&String],
    purpose: &CallPurpose,
    case_no: &str,
) -> Result<()> {
    let mut fields = Fields::default();
    fields.text("resource", resource, 64);
    fields.text("purpose.matter", &purpose.matter, 64);
    if let Some(basis) = &purpose.basis {
        fields.text("purpose.basis", basis, 300);
    }
    fields.text("case_no", case_no, 64);
    if subject.len() != 1 {
        fields.push(
            "subject",
            "call.subject",
            "每次只查一个主体：请只给一个标识项及其值，例如 {\"resident_id\":\"…\"}。",
            "One subject a call: give exactly one key item and its value, as in {\"resident_id\":\"…\"}.",
        );
    }
    for (item, value) in subject {
        fields.text("subject", item, 64);
        fields.text(&format!("subject.{item}"), value, 200);
    }
    fields.check(
        names.len() <= MOST_ITEMS,
        "items",
        "call.too_many_items",
        "一次最多 200 个信息项，请分次办理。",
        "At most 200 items a call; ask in parts.",
    );
    for name in names {
        fields.text("items", name, 64);
    }
    for claim in claims {
        fields.text("claims", claim, 500);
    }
    fields.finish()
}

/// A delivered value.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ValueView {
    /// Standard value; null when missing or invalid.
    pub value: Option<String>,
    /// `valid`, `repaired`, `invalid` or `missing`.
    #[schema(value_type = String)]
    pub state: ItemState,
    /// Stable codes of what was repaired or is wrong.
    pub flags: Vec<String>,
    /// The department's own text, only for invalid values that are not masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

/// One row.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RowView {
    /// Item name to value.
    #[schema(value_type = BTreeMap<String, ValueView>)]
    pub items: Ordered<ValueView>,
}

/// A JSON object that keeps the order of the call.
#[derive(Debug, Clone)]
pub struct Ordered<T>(pub Vec<(String, T)>);

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Resource answered from.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ResourceRef {
    /// Catalogue code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// Department answered from.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProviderRef {
    /// Name.
    pub name: String,
    /// Unified social credit code.
    pub credit_code: String,
}

/// Where the proof of this call stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EvidenceRef {
    /// Index in the hub's log.
    pub index: u64,
    /// Size of the signed checkpoint that covers it.
    pub checkpoint_size: u64,
    /// SHA-256 of the department's answer, hex.
    pub digest: String,
}

/// Time spent at one station.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StationTime {
    /// Name of the station.
    pub station: &'static str,
    /// `hub` or `agent`.
    #[serde(rename = "where")]
    pub place: &'static str,
    /// Microseconds.
    pub us: u64,
}

/// Answer to a query.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct QueryAnswer {
    /// Call id.
    pub call: String,
    /// Resource.
    pub resource: ResourceRef,
    /// Whose system answered.
    pub provider: ProviderRef,
    /// Rows; none when the subject is not there.
    pub rows: Vec<RowView>,
    /// Whether the department answered, or the copy held at the hub.
    pub answered_from: AnsweredFrom,
    /// When the row was last true, or read; of a copy, when it was taken. Unix milliseconds.
    pub as_of_ms: i64,
    /// True when the department's own column says so.
    pub as_of_from_source: bool,
    /// Proof.
    pub evidence: EvidenceRef,
    /// The seven stations.
    pub stations: Vec<StationTime>,
}

/// Answer to claims.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VerifyAnswer {
    /// Call id.
    pub call: String,
    /// Resource.
    pub resource: ResourceRef,
    /// Whose system answered.
    pub provider: ProviderRef,
    /// Item to `yes`, `no` or `unknown`.
    #[schema(value_type = BTreeMap<String, String>)]
    pub verdicts: Ordered<plan::model::Verdict>,
    /// When the row was last true, or read. Unix milliseconds.
    pub as_of_ms: i64,
    /// True when the department's own column says so.
    pub as_of_from_source: bool,
    /// Proof.
    pub evidence: EvidenceRef,
    /// The seven stations.
    pub stations: Vec<StationTime>,
}
