//! What of a table has changed: by a column that grows with every change (增量), or from the engine's own log (变更捕获).

use arrow::record_batch::RecordBatch;
use serde::{Deserialize, Serialize};

/// Only rows whose watermark column (增量字段) holds at least a value: from a database in the order of that column, from
/// files and HTTP interfaces in their own order (see [`crate::watermark`] for the greatest). Rows at the very value are given again,
/// because others of the same value may have come later.
///
/// The column holds numbers or times. In databases it may also be a text column, in the order of its collation.
#[derive(Debug, Clone, Copy)]
pub struct After<'a> {
    /// The column: a time or a number that grows with every change of a row.
    pub column: &'a str,
    /// Rows at or above this value, in the canonical text of [`crate::text`]; all rows when there is none. Rows whose
    /// watermark is null are given each time; from a database first.
    pub value: Option<&'a str>,
}

/// What to watch.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'a> {
    /// Names the watcher at the source, for example a replication slot: 1 to 60 characters of `[a-z0-9_]`.
    pub name: &'a str,
    /// Table as listed by [`crate::Source::tables`].
    pub table: &'a str,
    /// Columns to give.
    pub columns: &'a [String],
    /// Columns that must be known of a row that is gone.
    pub key_columns: &'a [String],
    /// Whether every column must be known of a row that is gone, for example because a row condition stands on others.
    pub whole_rows: bool,
}

/// Some changes, in the order in which they were committed. An update is what is gone and then what is there now; where
/// the source does not tell what is gone and the key stayed the same, only the latter.
///
/// A large transaction comes in several pieces, of which only the last moves the position: after a resumption in between
/// all of it is given again. Without rows only the position is to be kept, so that the source need not hold its log for a
/// table in which nothing happens.
#[derive(Debug, Clone)]
pub struct Changes {
    /// Where the source stands after them; changes are given again from here on.
    pub position: String,
    /// When the last of them was committed at the source, Unix milliseconds, when the source tells.
    pub committed_ms: Option<i64>,
    /// One row for each image, with a nullable `Utf8` column for each of [`Watch::columns`], in canonical text.
    pub rows: RecordBatch,
    /// For each row: whether it is what is gone (the old image of an update or a delete) or what is there now.
    pub gone: Vec<bool>,
}

/// Whether a table can be watched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watchable {
    /// Everything that stands in the way, each with its remedy; empty when watching may begin.
    pub obstacles: Vec<Obstacle>,
}

/// One thing in the way of watching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// Stable code, for example `watch.wal_level`.
    pub code: String,
    /// What is wrong and what the department has to do, in Chinese; statements to run stand in it.
    pub zh: String,
    /// The same in English.
    pub en: String,
}
