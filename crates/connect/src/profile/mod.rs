//! What the values of a table look like (数据探查), without giving the values.
//!
//! A profile leaves the department to help people mount a table, so it never holds a raw value of a
//! person: examples are masked by their kind, values of no known kind are shown only as their shape.

mod column;
mod distinct;
mod kinds;
mod shape;

use serde::Serialize;
use standards::value::ValueKind;

pub(crate) use column::ColumnProfiler;
pub use shape::shape_of;

use crate::source::{Note, RowCount};

/// What the values of a table look like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableProfile {
    /// The table.
    pub table: String,
    /// Rows of the table, when known.
    pub rows: Option<RowCount>,
    /// Rows looked at.
    pub sampled_rows: u64,
    /// How these rows were chosen.
    pub sampling: Sampling,
    /// Columns in their order.
    pub columns: Vec<ColumnProfile>,
    /// What is wrong with the table, with places.
    pub notes: Vec<Note>,
}

/// How the rows of a profile were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Every row.
    All,
    /// Rows spread over the whole table.
    Spread,
    /// The first rows that the system gave; figures may not speak for the whole table.
    Head,
}

/// What the values of a column look like. Figures are over the rows looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnProfile {
    /// The column.
    pub name: String,
    /// Rows without a value: null, or empty text in a file.
    pub nulls: u64,
    /// Different values.
    pub distinct: DistinctCount,
    /// Shortest value, characters; 0 when there is no value.
    pub min_length: u64,
    /// Longest value, characters.
    pub max_length: u64,
    /// Most frequent shapes, at most 5.
    pub patterns: Vec<Pattern>,
    /// Kinds that at least three in ten values can be read as, best first.
    pub kinds: Vec<KindShare>,
    /// Up to 3 different values, masked.
    pub examples: Vec<String>,
    /// The values themselves when the column is plainly a list of codes (few short values, each of many
    /// rows, none that identifies somebody), most frequent first; for mapping them to standard codes.
    pub codes: Vec<CodeCount>,
}

/// How many different values there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DistinctCount {
    /// The number.
    pub values: u64,
    /// Whether it was counted; otherwise it is an estimate within about three per cent.
    pub exact: bool,
}

/// A shape and its frequency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pattern {
    /// The shape, see [`shape_of`].
    pub shape: String,
    /// Rows of this shape.
    pub rows: u64,
    /// Share of the rows that have a value, 0 to 1.
    pub share: f64,
}

/// How many values can be read as a kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindShare {
    /// The kind.
    pub kind: ValueKind,
    /// Share of the values that can be read as it, 0 to 1.
    pub share: f64,
    /// Share of the values that had to be repaired for it, 0 to 1.
    pub repaired: f64,
}

/// A code and its frequency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeCount {
    /// The value as it stands in the source.
    pub value: String,
    /// Rows with it.
    pub rows: u64,
}
