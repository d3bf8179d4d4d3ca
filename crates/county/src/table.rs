//! A department's table before it is written into an engine.

use crate::dirt::{Dirt, Hand};
use crate::streams::stream;
use crate::truth::County;

/// How a column is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text of at most so many characters.
    Text(u16),
    /// Whole number.
    Integer,
    /// Date of the engine's own type, where it has one.
    Date,
    /// Date and time of the engine's own type, where it has one.
    Timestamp,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name at the department.
    pub name: &'static str,
    /// Comment in the department's data dictionary.
    pub comment: &'static str,
    /// How it is stored.
    pub kind: ColumnType,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truth {
    /// A person, by index.
    Person(usize),
    /// A household, by index.
    Household(usize),
    /// An enterprise, by index.
    Enterprise(usize),
}

/// A row, with the truth behind it and the mistakes that were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Values in the order of the columns, as texts.
    pub cells: Vec<Option<String>>,
    /// What it is about.
    pub truth: Truth,
    /// Mistakes in it; empty for a clean row.
    pub dirt: Vec<Dirt>,
}

/// A table with all its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name at the department.
    pub name: &'static str,
    /// Comment in the department's data dictionary.
    pub comment: &'static str,
    /// Columns; the first is the department's own row number.
    pub columns: &'static [Column],
    /// Columns that have an index.
    pub indexes: &'static [&'static str],
    /// Rows.
    pub rows: Vec<Row>,
}

/// A text column.
pub(crate) const fn text(name: &'static str, width: u16, comment: &'static str) -> Column {
    Column { name, comment, kind: ColumnType::Text(width) }
}

/// A column with whole numbers.
pub(crate) const fn integer(name: &'static str, comment: &'static str) -> Column {
    Column { name, comment, kind: ColumnType::Integer }
}

/// A column with dates.
pub(crate) const fn date(name: &'static str, comment: &'static str) -> Column {
    Column { name, comment, kind: ColumnType::Date }
}

/// A column with date and time.
pub(crate) const fn timestamp(name: &'static str, comment: &'static str) -> Column {
    Column { name, comment, kind: ColumnType::Timestamp }
}

/// Rows about things, each written by a hand of its own and numbered in the first column.
pub(crate) fn written<T>(
    county: &County,
    purpose: &str,
    things: impl Iterator<Item = (Truth, T)>,
    cells: impl Fn(&mut Hand<'_>, T) -> Vec<Option<String>>,
) -> Vec<Row> {
    let mut rng = stream(county.seed, purpose);
    let mut rows = Vec::new();
    for (number, (truth, thing)) in things.enumerate() {
        let mut hand = Hand::new(&mut rng);
        let mut cells = cells(&mut hand, thing);
        if let Some(first) = cells.first_mut() {
            *first = Some((number + 1).to_string());
        }
        rows.push(Row { cells, truth, dirt: hand.noted() });
    }
    rows
}

/// A cell with this text.
#[expect(clippy::unnecessary_wraps, reason = "cells are optional, and most are filled")]
pub(crate) fn cell(text: impl Into<String>) -> Option<String> {
    Some(text.into())
}
