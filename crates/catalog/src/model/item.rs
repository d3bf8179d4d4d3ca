//! Items 信息项 of a resource, each bound to a data element 数据元.

use serde::{Deserialize, Serialize};
use standards::kind::ValueKind;

use super::resource::ShareType;

/// An item as it stands in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Item {
    /// Name within the resource, for example `name`.
    pub item: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Code of the data element.
    pub element: String,
    /// What the value means; follows from the data element.
    #[schema(value_type = Object)]
    pub kind: ValueKind,
    /// True when a record without it is incomplete.
    pub required: bool,
    /// True when a subject may be named by it.
    pub is_key: bool,
    /// True for sensitive personal information.
    pub sensitive: bool,
    /// Grade of the data element, 1 (open) to 4 (sensitive).
    pub grade: u8,
    /// Share type of its own, when it differs from the resource's.
    pub share_type: Option<ShareType>,
    /// Law, administrative regulation or State Council decision by which the item is not shared.
    pub no_share_basis: Option<String>,
    /// Remark.
    pub note: Option<String>,
}

/// An item as somebody enters it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemInput {
    /// Name within the resource: small letters, digits and `_`, beginning with a letter.
    pub item: String,
    /// Chinese name; the data element's when left out.
    #[serde(default)]
    pub zh: Option<String>,
    /// English name; the data element's when left out.
    #[serde(default)]
    pub en: Option<String>,
    /// Code of the data element.
    pub element: String,
    /// Follows from the data element; accepted so that what was read can be sent back, and not looked at.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub kind: Option<serde_json::Value>,
    /// Likewise follows from the data element.
    #[serde(default)]
    pub grade: Option<u8>,
    /// True when a record without it is incomplete.
    #[serde(default)]
    pub required: bool,
    /// True when a subject may be named by it.
    #[serde(default)]
    pub is_key: bool,
    /// True for sensitive personal information; data elements of grade 4 always are.
    #[serde(default)]
    pub sensitive: bool,
    /// Share type of its own.
    #[serde(default)]
    pub share_type: Option<ShareType>,
    /// Law, administrative regulation or State Council decision by which the item is not shared.
    #[serde(default)]
    pub no_share_basis: Option<String>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}
