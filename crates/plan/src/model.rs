//! What travels between hub and agent: the pinned pair of grant and mount, one call, and its answer.
//!
//! Everything here is plain data. A [`Pin`] is what a department agreed to; a [`Call`] is one use of
//! it. A call carries no column names and no SQL: those stand in the pinned [`Mount`], so a hub that
//! was tampered with cannot ask for a column by naming it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use standards::value::ValueKind;

/// How a resource hangs on a department's own table (挂接): which source, which table, and which
/// column answers which item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// Catalogue code of the resource, unique at the hub.
    pub resource: String,
    /// Name of the source in the agent's own configuration.
    pub source: String,
    /// Table, view, file or endpoint of that source, as the source lists it.
    pub table: String,
    /// Items that a caller may name the subject by, in the order they are preferred.
    pub keys: Vec<String>,
    /// Every item of the resource that has a column here.
    pub items: Vec<MountItem>,
    /// Column that says when a row was last true, if the department keeps one.
    #[serde(default)]
    pub as_of_column: Option<String>,
}

/// One item (信息项) bound to one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountItem {
    /// Item name in the catalogue, for example `name`.
    pub item: String,
    /// Column name at the department, for example `XM`.
    pub column: String,
    /// What the value means; decides how it is standardised, masked and compared.
    pub kind: ValueKind,
    /// The department's own codes to standard codes, applied before the parser of `kind`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub code_map: BTreeMap<String, String>,
}

/// A grant (授权) in the form the provider's agent pins and enforces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantSpec {
    /// Id of the grant at the hub.
    pub grant: String,
    /// Rises by one with every change of what is granted.
    pub version: u32,
    /// Unified social credit code of the consumer (使用方).
    pub consumer: String,
    /// Name of the consumer, for people who approve the pin.
    pub consumer_name: String,
    /// Client systems that may use it; empty means any client and any clerk of the consumer.
    #[serde(default)]
    pub clients: Vec<String>,
    /// Catalogue code of the resource.
    pub resource: String,
    /// Items that may leave, and how each is masked.
    pub items: Vec<GrantedItem>,
    /// Rows outside this condition do not exist for the consumer.
    #[serde(default)]
    pub row_filter: RowFilter,
    /// Matters (政务服务事项) and legal bases the grant was given for.
    pub purposes: Vec<Purpose>,
    /// Shapes allowed.
    pub shapes: Vec<Shape>,
    /// First instant of validity, Unix milliseconds.
    pub valid_from_ms: i64,
    /// First instant after validity, Unix milliseconds.
    pub valid_until_ms: i64,
    /// Calls allowed per calendar day in Asia/Shanghai.
    pub quota_per_day: u64,
    /// Calls allowed per second.
    pub quota_per_second: u32,
}

/// A granted item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedItem {
    /// Item name in the catalogue.
    pub item: String,
    /// True when the value leaves masked (脱敏) by the rule of its kind.
    #[serde(default)]
    pub masked: bool,
    /// True when the item may only be checked (`verify`), never delivered.
    #[serde(default)]
    pub verify_only: bool,
}

/// Matter code and legal basis of a use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Purpose {
    /// Matter code (事项编码), for example `MZ-SHJZ-001`.
    pub matter: String,
    /// Legal basis, for example `社会救助暂行办法 第十一条`.
    pub basis: String,
}

/// Shape of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One subject, the granted items.
    Query,
    /// Is this claim true? yes / no / unknown per item, without the datum.
    Verify,
    /// The granted rows of a table, into the consumer's own database (库表交换).
    Batch,
    /// Documents 文件 as they are, from one department's folder into another's.
    File,
    /// The granted rows of a table, held at the hub on behalf of the consumer for comparison and statistics (留存副本).
    Hold,
}

/// A conjunction of conditions on *standardised* item values. Empty means every row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFilter {
    /// All must hold. A missing or invalid value makes its condition false.
    #[serde(default)]
    pub all: Vec<Condition>,
}

/// One condition of a [`RowFilter`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Item name; must be mounted, need not be granted.
    pub item: String,
    /// Comparison.
    pub op: ConditionOp,
    /// Standard values compared with; one for all but `In`.
    pub values: Vec<String>,
}

/// Comparison of a [`Condition`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionOp {
    /// Equal to the one value.
    Eq,
    /// Equal to one of the values.
    In,
    /// Begins with the one value; used for region codes.
    Prefix,
    /// Not less than the one value: by size for amounts and numbers, in text order for all else (ISO dates and codes sort rightly).
    AtLeast,
    /// Not more than the one value, in the same order.
    AtMost,
}

/// What a department agreed to: a grant together with the mount it reads through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The grant.
    pub grant: GrantSpec,
    /// The mount.
    pub mount: Mount,
}

/// One use of a pin, sent by the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Call id (UUID, from the hub).
    pub call: String,
    /// Grant used.
    pub grant: String,
    /// Digest of the pin that the hub believes the agent holds.
    pub pin_digest: String,
    /// Query or verify.
    pub shape: Shape,
    /// The subject: one key item and its standard value. A call without it is refused.
    pub subject: KeyValue,
    /// Items wanted; each must be granted. For `verify` they deliver nothing and may be empty.
    pub items: Vec<String>,
    /// Claims to check; only for `verify`.
    #[serde(default)]
    pub claims: Vec<KeyValue>,
    /// Conditions the hub adds to the grant's own; it can only narrow. Only on items granted in clear: a condition on any other
    /// item would be a question about its value.
    #[serde(default)]
    pub narrow: RowFilter,
    /// Matter and basis; must be one of the grant's.
    pub purpose: Purpose,
    /// Case number (办件编号) the caller gave.
    pub case: String,
    /// Who asked, as the hub names it: `client:<id>` for a client system, `user:<id>` for a person. When the grant lists clients,
    /// it must be one of them.
    pub caller: String,
}

/// An item and a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyValue {
    /// Item name.
    pub item: String,
    /// Standard value.
    pub value: String,
}

/// What leaves the department for one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Call answered.
    pub call: String,
    /// Rows that matched, in the source's order; empty when the subject is not there.
    pub rows: Vec<AnswerRow>,
    /// Verdicts, for `verify` only, in the order of the claims.
    #[serde(default)]
    pub verdicts: Vec<ClaimVerdict>,
    /// When the row was last true if the department says so, else when it was read. Unix milliseconds.
    pub as_of_ms: i64,
    /// True when `as_of_ms` comes from the department's own column.
    pub as_of_from_source: bool,
    /// Random hex text, chosen by the agent. Both logs hold the digest of these bytes; without it, whoever reads a log could
    /// find a short answer (one code, one verdict) by trying every possible one.
    #[serde(default)]
    pub salt: String,
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRow {
    /// Items in the order of the call.
    pub items: Vec<AnswerItem>,
}

/// One value of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerItem {
    /// Item name.
    pub item: String,
    /// Standard value; `None` when missing or invalid. An invalid raw value is delivered only in
    /// `raw`, so nobody mistakes it for a checked one.
    pub value: Option<String>,
    /// How the value came out.
    pub state: ItemState,
    /// Stable codes of what was repaired or is wrong, for example `id.check_character`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// The department's own text, only when `state` is `Invalid` and the item is not masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

/// State of a value after standardising.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// As the department wrote it, and valid.
    Valid,
    /// Valid after a repair named in `flags`.
    Repaired,
    /// Not valid; flagged, never passed on as a value.
    Invalid,
    /// The department holds no value.
    Missing,
}

/// Answer to one claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimVerdict {
    /// Item name.
    pub item: String,
    /// Yes, no or unknown.
    pub verdict: Verdict,
}

/// Three-valued truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The department's value equals the claim.
    Yes,
    /// The department's value differs.
    No,
    /// No row, several rows that disagree, or the value is missing or invalid.
    Unknown,
}
