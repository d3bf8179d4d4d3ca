//! A quality report.

use kernel::ids::ResourceId;
use serde::{Deserialize, Serialize};

/// Quality of a resource's data as the department's agent saw it. Shares are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QualityReport {
    /// Resource.
    pub resource_id: ResourceId,
    /// When the agent looked, Unix milliseconds.
    pub taken_ms: i64,
    /// Rows in all, when known.
    pub rows: Option<u64>,
    /// Whether every row was counted; otherwise the number is an estimate.
    pub rows_exact: bool,
    /// Rows looked at.
    pub sampled_rows: u64,
    /// Items that could be looked at, in the order of the entry.
    pub items: Vec<ItemQuality>,
}

/// Quality of one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ItemQuality {
    /// Item.
    pub item: String,
    /// Share of the rows without a value.
    pub missing: f64,
    /// Share of the values that do not fit the item's meaning; `null` where anything fits, or where it was not judged.
    pub invalid: Option<f64>,
    /// Share of the values that had to be rewritten to fit; `null` as for `invalid`.
    pub repaired: Option<f64>,
    /// Up to 3 examples: values masked by the rule of their kind, or the most frequent shapes of the values (`9` for a
    /// digit, `A` and `a` for letters, `汉` for a Han character, `汉汉…` for more than four).
    pub examples: Vec<String>,
    /// True when no examples are shown because the item is sensitive or not shared.
    pub withheld: bool,
}
