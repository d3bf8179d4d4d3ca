//! Items 信息项 of a resource, each bound to a data element 数据元.

use serde::{Deserialize, Serialize};
use standards::kind::ValueKind;

use super::resource::ShareType;

text_enum! {
    /// Data type of an item (数据类型), one letter each.
    ItemType {
        /// 字符型.
        Character = "C",
        /// 数值型.
        Number = "N",
        /// 货币型.
        Currency = "Y",
        /// 日期型.
        Date = "D",
        /// 日期时间型.
        DateTime = "T",
        /// 逻辑型.
        Logical = "L",
        /// 备注型.
        Memo = "M",
        /// 通用型.
        General = "G",
        /// 双精度型.
        Double = "B",
        /// 整型.
        Integer = "I",
        /// 浮点型.
        Float = "F",
    }
}

impl ItemType {
    /// The type that values of that meaning are usually kept in.
    pub fn usual(kind: &ValueKind) -> Self {
        match kind {
            ValueKind::Date => Self::Date,
            ValueKind::DateTime => Self::DateTime,
            ValueKind::Money => Self::Currency,
            ValueKind::Integer => Self::Integer,
            ValueKind::Decimal => Self::Number,
            ValueKind::Boolean => Self::Logical,
            _ => Self::Character,
        }
    }
}

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
    /// Data type.
    pub data_type: ItemType,
    /// Length, in characters or digits.
    pub length: Option<i32>,
    /// Digits after the point.
    pub decimals: Option<i32>,
    /// Condition of its own, when it is shared on another one than the resource.
    pub share_condition: Option<String>,
    /// Office that answers for it, when another one than for the resource.
    pub responsible_office: Option<String>,
    /// Information system it comes out of, when another one than the resource's.
    pub source_system: Option<String>,
    /// What it was made from, in words (数据血缘).
    pub lineage: Option<String>,
    /// Remark.
    pub note: Option<String>,
}

/// An item as somebody enters it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
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
    /// Data type; follows from the data element when left out.
    #[serde(default)]
    pub data_type: Option<ItemType>,
    /// Length, in characters or digits.
    #[serde(default)]
    pub length: Option<i32>,
    /// Digits after the point.
    #[serde(default)]
    pub decimals: Option<i32>,
    /// Condition of its own, when it is shared on another one than the resource.
    #[serde(default)]
    pub share_condition: Option<String>,
    /// Office that answers for it, when another one than for the resource.
    #[serde(default)]
    pub responsible_office: Option<String>,
    /// Information system it comes out of, when another one than the resource's.
    #[serde(default)]
    pub source_system: Option<String>,
    /// What it was made from, in words (数据血缘).
    #[serde(default)]
    pub lineage: Option<String>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}
