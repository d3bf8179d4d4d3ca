//! What is known of a table: the part of an agent's list of tables and of its profile that a proposal looks at.
//!
//! The shape is that of `GET …/sources/{source}/tables` and of `POST …/tables/{table}/profile`; what is not needed
//! there is ignored, so that the answers can be passed on as they came.

use serde::{Deserialize, Serialize};
use standards::kind::ValueKind;

/// A table as the agent lists it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct TableFacts {
    /// Name at the department.
    pub name: String,
    /// What the department wrote about it.
    #[serde(default)]
    pub comment: Option<String>,
    /// Columns in their order.
    #[serde(default)]
    pub columns: Vec<ColumnFacts>,
}

/// A column as the agent lists it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, utoipa::ToSchema)]
pub struct ColumnFacts {
    /// Name at the department.
    pub name: String,
    /// Type as the source declares it.
    #[serde(default)]
    pub declared: String,
    /// What the department wrote about it.
    #[serde(default)]
    pub comment: Option<String>,
    /// Part of the primary key.
    #[serde(default)]
    pub key: bool,
    /// First column of an index.
    #[serde(default)]
    pub indexed: bool,
}

/// A profile as the agent gives it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct TableShape {
    /// Rows looked at.
    #[serde(default)]
    pub sampled_rows: u64,
    /// Columns.
    #[serde(default)]
    pub columns: Vec<ColumnShape>,
}

/// What the values of a column look like.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct ColumnShape {
    /// The column.
    pub name: String,
    /// Rows without a value.
    #[serde(default)]
    pub nulls: u64,
    /// Different values.
    #[serde(default)]
    pub distinct: Distinct,
    /// Longest value, characters.
    #[serde(default)]
    pub max_length: u64,
    /// Most frequent shapes.
    #[serde(default)]
    pub patterns: Vec<Shape>,
    /// Kinds that the values can be read as, best first.
    #[serde(default)]
    pub kinds: Vec<KindShare>,
    /// The values themselves when the column is a list of codes.
    #[serde(default)]
    pub codes: Vec<CodeCount>,
}

/// How many different values there are.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
pub struct Distinct {
    /// The number.
    #[serde(default)]
    pub values: u64,
}

/// A shape and its share.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Shape {
    /// Digits as `9`, Han characters as `汉`.
    pub shape: String,
    /// Share of the rows that have a value.
    #[serde(default)]
    pub share: f64,
}

/// How many values can be read as a kind.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct KindShare {
    /// The kind.
    #[schema(value_type = Object)]
    pub kind: ValueKind,
    /// Share of the values that can be read as it, 0 to 1.
    pub share: f64,
}

/// A code and its frequency.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct CodeCount {
    /// The value as it stands in the source.
    pub value: String,
    /// Rows with it.
    #[serde(default)]
    pub rows: u64,
}

impl ColumnShape {
    /// Share of the values that can be read as a kind for which `fits` holds.
    pub fn share_of(&self, fits: impl Fn(&ValueKind) -> bool) -> f64 {
        self.kinds.iter().filter(|found| fits(&found.kind)).map(|found| found.share).fold(0.0, f64::max)
    }

    /// Rows with a value, out of so many.
    pub fn filled(&self, rows: u64) -> u64 {
        rows.saturating_sub(self.nulls)
    }

    /// True when nearly every value stands once. Copied rows must not hide a key.
    pub fn unique(&self, rows: u64) -> bool {
        let filled = self.filled(rows);
        filled >= 20 && self.distinct.values as f64 >= 0.97 * filled as f64
    }
}
