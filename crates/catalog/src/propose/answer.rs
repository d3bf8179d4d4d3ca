//! A proposal, as a person reads, corrects and confirms it.

use serde::{Deserialize, Serialize};
use standards::kind::ValueKind;

use crate::model::ShareType;

/// How sure a proposal is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// 待定: a guess, or nothing.
    Unsure,
    /// 较有把握: look at it.
    Likely,
    /// 有把握: name and values agree.
    Sure,
}

/// What a column is to the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    /// 信息项.
    Item,
    /// 更新时间: when the row was last true.
    AsOf,
    /// 技术字段: row numbers, deletion marks, who typed it; not to be catalogued.
    Technical,
    /// 未识别: understood or not, no data element fits.
    Unknown,
}

/// A data element with a score.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ElementScore {
    /// Code of the data element.
    pub element: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// From 0 to 1.
    pub score: f64,
}

/// What a department's code means in the standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CodeProposal {
    /// The department's code.
    pub value: String,
    /// Rows with it, when it occurs.
    pub rows: u64,
    /// Standard code; none when a person has to say.
    pub standard: Option<String>,
    /// Chinese label.
    pub label: Option<String>,
}

/// What is proposed for one column.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ColumnProposal {
    /// The column.
    pub column: String,
    /// What the department wrote about it.
    pub comment: Option<String>,
    /// Key under which a decision on it is remembered; sent back with the decision.
    pub lesson_key: String,
    /// What it is to the resource.
    pub role: ColumnRole,
    /// How sure.
    pub confidence: Confidence,
    /// Code of the data element.
    pub element: Option<String>,
    /// Name of the item.
    pub item: Option<String>,
    /// Standard Chinese name.
    pub zh: Option<String>,
    /// Standard English name.
    pub en: Option<String>,
    /// Whom the value is about when it is not the one whom the row is about, for example 母亲.
    pub subject: Option<String>,
    /// What the value means.
    #[schema(value_type = Option<Object>)]
    pub kind: Option<ValueKind>,
    /// The department's codes in the standard.
    pub code_map: Vec<CodeProposal>,
    /// True when a subject may be named by it.
    pub is_key: bool,
    /// Sensitivity, 1 (open) to 4 (sensitive).
    pub grade: Option<u8>,
    /// Share type.
    pub share_type: Option<ShareType>,
    /// What the share type stands on, in Chinese.
    pub share_basis: Option<String>,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
    /// Other elements that were considered, best first.
    pub alternatives: Vec<ElementScore>,
}

/// What is proposed for the table as a resource.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ResourceProposal {
    /// Name.
    pub name: String,
    /// Key items, preferred first.
    pub keys: Vec<String>,
    /// Column that says when a row was last true.
    pub as_of_column: Option<String>,
    /// Share type.
    pub share_type: ShareType,
    /// Draft of the condition, for conditional sharing.
    pub share_condition: Option<String>,
    /// Grade: that of the most sensitive item.
    pub grade: u8,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// A proposal for a table.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// The table.
    pub table: String,
    /// The resource.
    pub resource: ResourceProposal,
    /// Columns in their order.
    pub columns: Vec<ColumnProposal>,
}
