//! What a value means: the kinds of values that offices exchange.

use serde::{Deserialize, Serialize};

/// What a value means. It decides how the value is parsed, compared and masked.
///
/// In JSON it is tagged: `{"type":"resident_id"}`, `{"type":"code","set":"sex"}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ValueKind {
    /// Citizen identification number 公民身份号码 (GB 11643-1999); standard form 18 characters, upper-case `X`.
    ResidentId,
    /// Unified social credit code 统一社会信用代码 (GB 32100-2015); standard form 18 upper-case characters.
    CreditCode,
    /// Administrative division code 行政区划代码 (GB/T 2260); standard form 6, 9 or 12 digits.
    Region,
    /// A code out of a code set 代码集.
    Code {
        /// Which code set.
        set: CodeSetId,
    },
    /// Calendar date 日期; standard form `2024-01-05`.
    Date,
    /// Local date and time 日期时间 (China Standard Time unless an offset was given); standard form `2024-01-05T08:30:00`.
    DateTime,
    /// Mobile number 手机号码; standard form 11 digits.
    Mobile,
    /// Landline number 固定电话; standard form area code, hyphen, number, and `-extension` when there is one.
    Landline,
    /// Mobile or landline number 联系电话.
    Phone,
    /// Name of a natural person 姓名; standard separator U+00B7.
    PersonName,
    /// Name of an enterprise or organisation 企业（单位）名称; standard form half-width letters, full-width brackets.
    EnterpriseName,
    /// Amount of money 金额; standard form plain decimal yuan, or `USD 1000` for another currency.
    Money,
    /// Whole number 整数.
    Integer,
    /// Decimal number 小数.
    Decimal,
    /// Address 地址 as text.
    Address,
    /// Free text 文本.
    Text,
    /// Yes or no 是否; standard form `true` or `false`.
    Boolean,
}

/// Names a code set 代码集. In JSON it is the plain name, for example `"sex"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum CodeSetId {
    /// Sex of a person 性别 (GB/T 2261.1).
    Sex,
    /// Marital status 婚姻状况 (GB/T 2261.2).
    Marriage,
    /// Ethnic group 民族 (GB/T 3304).
    EthnicGroup,
    /// Relation to the head of household 家庭关系 (GB/T 4761).
    Kinship,
    /// A set loaded at run time, by name.
    Custom(String),
}

impl CodeSetId {
    /// The stable name of the set.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sex => "sex",
            Self::Marriage => "marriage",
            Self::EthnicGroup => "ethnic_group",
            Self::Kinship => "kinship",
            Self::Custom(name) => name,
        }
    }
}

impl From<String> for CodeSetId {
    fn from(name: String) -> Self {
        match name.as_str() {
            "sex" => Self::Sex,
            "marriage" => Self::Marriage,
            "ethnic_group" => Self::EthnicGroup,
            "kinship" => Self::Kinship,
            _ => Self::Custom(name),
        }
    }
}

impl From<CodeSetId> for String {
    fn from(id: CodeSetId) -> Self {
        match id {
            CodeSetId::Custom(name) => name,
            known => known.as_str().to_owned(),
        }
    }
}
