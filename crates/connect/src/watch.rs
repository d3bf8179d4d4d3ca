//! What of a table has changed: by a column that grows with every change (增量), or from the engine's own log (变更捕获).

use arrow::{compute::concat_batches, error::ArrowError, record_batch::RecordBatch};
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

impl Changes {
    /// Several that follow each other as one. `None` when there is none.
    ///
    /// # Errors
    /// When they are not of one table, or together too large for one batch.
    pub fn joined(all: Vec<Self>) -> Result<Option<Self>, ArrowError> {
        if all.len() < 2 {
            return Ok(all.into_iter().next());
        }
        let Some(schema) = all.first().map(|one| one.rows.schema()) else { return Ok(None) };
        let rows = concat_batches(&schema, all.iter().map(|one| &one.rows))?;
        let gone = all.iter().flat_map(|one| one.gone.iter().copied()).collect();
        let last = all.into_iter().last();
        Ok(last.map(|last| Self { position: last.position, committed_ms: last.committed_ms, rows, gone }))
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, AsArray as _, StringArray};

    use super::*;

    fn changes(position: &str, keys: &[&str], gone: &[bool]) -> Changes {
        let keys: ArrayRef = Arc::new(StringArray::from(keys.to_vec()));
        let rows = RecordBatch::try_from_iter([("id", keys)]).unwrap();
        let committed_ms = Some(gone.len() as i64);
        Changes { position: position.to_owned(), committed_ms, rows, gone: gone.to_vec() }
    }

    /// Changes that are joined keep their order, and stand where the last of them stood.
    #[test]
    fn joined_in_their_order() {
        let all = vec![
            changes("p1", &["a", "b"], &[true, false]),
            changes("p2", &["a", "a", "c"], &[false, true, true]),
        ];
        let one = Changes::joined(all).unwrap().unwrap();
        let keys: Vec<&str> = one.rows.column(0).as_string::<i32>().iter().flatten().collect();
        assert_eq!((keys, one.gone), (vec!["a", "b", "a", "a", "c"], vec![true, false, false, true, true]));
        assert_eq!((one.position.as_str(), one.committed_ms), ("p2", Some(3)));
        assert!(Changes::joined(Vec::new()).unwrap().is_none());
    }
}
