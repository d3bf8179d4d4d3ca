//! Finding what changed in a source without a log, by comparing a whole reading with the last one (全量比对).
//!
//! Of each row two digests of 128 bits are kept: of its key, and of all its values. In memory they take 32 bytes for each
//! row of the last reading, and about as much for each key that is new; the texts of the keys stand in the file only and
//! are read again when some are gone. The digests are the first half of SHA-256, so that nobody can write two rows that
//! pass for one.
//!
//! ```
//! # fn sample() -> Result<(), connect::SourceError> {
//! # let dir = std::env::temp_dir().join(format!("digests-{}", std::process::id()));
//! # std::fs::create_dir_all(&dir).unwrap();
//! # let batches: Vec<arrow::record_batch::RecordBatch> = Vec::new();
//! use connect::digest_compare::Comparison;
//! let mut comparison = Comparison::begin(&dir.join("persons"), &["id".to_owned()])?;
//! for batch in &batches {
//!     let rows = comparison.diff(batch)?; // deliver them
//! }
//! let compared = comparison.finish()?;
//! for keys in compared.gone()? {
//!     let keys = keys?; // delete them
//! }
//! compared.keep()?; // only now, when everything was delivered, the next reading is compared with this one
//! # Ok(()) }
//! # sample().unwrap();
//! ```
//!
//! One comparison at a time may stand on a path. Everything here reads and writes files and blocks: run it on a thread for that.

mod file;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use arrow::{
    array::{Array, ArrayRef, AsArray as _, BooleanArray, RecordBatch},
    compute::filter_record_batch,
    datatypes::DataType,
};
use sha2::{Digest as _, Sha256};

use self::file::{Kept, Writer, damaged, unwritable};
use crate::error::{SourceCode, SourceError};

/// The digest of some cells.
type Digest128 = u128;

/// What the last reading held: the digests of each row by that of its key, sorted, and which were met again.
struct Digests {
    rows: Vec<(Digest128, Digest128)>,
    met: Vec<bool>,
}

/// A whole reading that is being compared with the last one.
pub struct Comparison {
    path: PathBuf,
    key: Vec<String>,
    last: Option<Digests>,
    new: HashSet<Digest128>,
    writer: Writer,
    counts: Counted,
    scratch: Vec<u8>,
}

/// What a comparison came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Rows of the reading.
    pub rows: u64,
    /// Rows whose key the last reading did not have.
    pub new: u64,
    /// Rows that differ from those of the same key in the last reading.
    pub changed: u64,
    /// Rows left out because another of the same key came before: the key does not tell rows apart.
    pub duplicates: u64,
    /// Keys of the last reading that are no longer there.
    pub gone: u64,
}

impl Comparison {
    /// Begins to compare with the last reading, which is kept at `path`. `key` names the columns that tell rows apart.
    /// Without a last reading, or with one by another key, every row is new, see [`Comparison::is_first`].
    ///
    /// # Errors
    /// When the file is damaged or cannot be read, or a new one cannot be written beside it.
    pub fn begin(path: &Path, key: &[String]) -> Result<Self, SourceError> {
        let last = match Kept::open(path)? {
            Some(mut kept) if kept.key() == key => {
                let mut rows = Vec::with_capacity(usize::try_from(kept.rows()).unwrap_or_default());
                while let Some(record) = kept.next()? {
                    rows.push((record.key, record.row));
                }
                rows.sort_unstable_by_key(|(key, _)| *key);
                let met = vec![false; rows.len()];
                Some(Digests { rows, met })
            }
            _ => None,
        };
        Ok(Self {
            path: path.to_owned(),
            key: key.to_vec(),
            last,
            new: HashSet::new(),
            writer: Writer::create(path, key)?,
            counts: Counted::default(),
            scratch: Vec::new(),
        })
    }

    /// Whether there is no last reading to compare with: then what was delivered before has to be replaced as a whole.
    pub fn is_first(&self) -> bool {
        self.last.is_none()
    }

    /// The rows of a batch of text columns that are new or changed.
    ///
    /// # Errors
    /// When a column of the key is missing, a column is no text, or the file cannot be written.
    pub fn diff(&mut self, batch: &RecordBatch) -> Result<RecordBatch, SourceError> {
        let schema = batch.schema();
        let key: Vec<&ArrayRef> = self
            .key
            .iter()
            .map(|name| batch.column_by_name(name).ok_or_else(|| unusable(name)))
            .collect::<Result<_, _>>()?;
        if let Some(field) = schema.fields().iter().find(|field| *field.data_type() != DataType::Utf8) {
            return Err(unusable(field.name()));
        }
        let columns: Vec<&ArrayRef> = batch.columns().iter().collect();
        let mut kept = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            self.counts.rows += 1;
            encode(&columns, row, &mut self.scratch);
            let whole = digest(&self.scratch);
            encode(&key, row, &mut self.scratch);
            let key = digest(&self.scratch);
            let told = self.judge(key, whole);
            if let Some(told) = told {
                self.writer.write(key, whole, &self.scratch)?;
                kept.push(told);
            } else {
                self.counts.duplicates += 1;
                kept.push(false);
            }
        }
        filter_record_batch(batch, &BooleanArray::from(kept)).map_err(|error| unusable("*").because(error))
    }

    /// Whether a row is to be told; `None` when its key came before.
    fn judge(&mut self, key: Digest128, whole: Digest128) -> Option<bool> {
        if let Some(last) = &mut self.last
            && let Ok(at) = last.rows.binary_search_by_key(&key, |(key, _)| *key)
        {
            let (met, row) = (last.met.get_mut(at)?, last.rows.get(at)?.1);
            if std::mem::replace(met, true) {
                return None;
            }
            self.counts.changed += u64::from(row != whole);
            return Some(row != whole);
        }
        if !self.new.insert(key) {
            return None;
        }
        self.counts.new += 1;
        Some(true)
    }

    /// Ends the reading. Nothing is kept before [`Compared::keep`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<Compared, SourceError> {
        let gone: HashSet<Digest128> = match &self.last {
            Some(last) => {
                let gone = last.rows.iter().zip(&last.met).filter(|(_, met)| !**met);
                gone.map(|((key, _), _)| *key).collect()
            }
            None => HashSet::new(),
        };
        self.counts.gone = gone.len() as u64;
        let made = self.writer.finish()?;
        Ok(Compared { path: self.path, made, key: self.key, gone, counts: self.counts })
    }
}

/// A reading that was compared to its end.
pub struct Compared {
    path: PathBuf,
    made: PathBuf,
    key: Vec<String>,
    gone: HashSet<Digest128>,
    counts: Counted,
}

impl Compared {
    /// What it came to.
    pub fn counts(&self) -> Counted {
        self.counts
    }

    /// The keys that are gone, as batches with a text column for each column of the key.
    ///
    /// # Errors
    /// When the file of the last reading cannot be read any more.
    pub fn gone(&self) -> Result<Gone<'_>, SourceError> {
        let kept = if self.gone.is_empty() { None } else { Kept::open(&self.path)? };
        Ok(Gone { kept, compared: self })
    }

    /// Makes this reading the one with which the next is compared: call it when everything was delivered for good. It
    /// takes effect as a whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be put in its place.
    pub fn keep(self) -> Result<(), SourceError> {
        file::replace(&self.made, &self.path).map_err(|error| unwritable(&self.path, error))
    }
}

impl Drop for Compared {
    fn drop(&mut self) {
        // After `keep` there is nothing left to remove.
        let _ = std::fs::remove_file(&self.made);
    }
}

/// The keys that are gone, see [`Compared::gone`].
pub struct Gone<'c> {
    kept: Option<Kept>,
    compared: &'c Compared,
}

impl Gone<'_> {
    fn batch(&mut self) -> Result<Option<RecordBatch>, SourceError> {
        /// Keys in a batch.
        const KEYS: usize = 5_000;
        let compared = self.compared;
        let Some(kept) = &mut self.kept else { return Ok(None) };
        let names = compared.key.iter().map(String::as_str);
        let mut batch = crate::batch::BatchBuilder::new(&crate::batch::text_schema(names));
        while batch.rows() < KEYS {
            let Some(record) = kept.next()? else { break };
            if !compared.gone.contains(&record.key) {
                continue;
            }
            let cells = decode(&record.text).ok_or_else(|| damaged(&compared.path))?;
            if cells.len() != compared.key.len() {
                return Err(damaged(&compared.path));
            }
            for (at, cell) in cells.iter().enumerate() {
                let cell = cell.map_or(crate::text::Cell::Null, crate::text::Cell::Text);
                // A text column takes every text.
                let _ = batch.push(at, &cell);
            }
            batch.end_row();
        }
        if batch.rows() == 0 {
            return Ok(None);
        }
        batch.finish().map(Some).map_err(|error| damaged(&compared.path).because(error))
    }
}

impl Iterator for Gone<'_> {
    type Item = Result<RecordBatch, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

/// Cells as bytes from which they can be told apart and read again.
fn encode(columns: &[&ArrayRef], row: usize, out: &mut Vec<u8>) {
    out.clear();
    for column in columns {
        let texts = column.as_string::<i32>();
        if texts.is_null(row) {
            out.extend_from_slice(&u32::MAX.to_le_bytes());
        } else {
            let text = texts.value(row).as_bytes();
            // A text of Arrow with 32-bit offsets is shorter than the mark of null.
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text);
        }
    }
}

/// Reads what [`encode`] wrote.
fn decode(mut bytes: &[u8]) -> Option<Vec<Option<&str>>> {
    let mut cells = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        bytes = rest;
        let length = u32::from_le_bytes(*length);
        if length == u32::MAX {
            cells.push(None);
            continue;
        }
        let (text, rest) = bytes.split_at_checked(length as usize)?;
        cells.push(Some(std::str::from_utf8(text).ok()?));
        bytes = rest;
    }
    Some(cells)
}

fn digest(bytes: &[u8]) -> Digest128 {
    let whole = Sha256::digest(bytes);
    whole.iter().take(16).fold(0, |digest, byte| digest << 8 | u128::from(*byte))
}

fn unusable(column: &str) -> SourceError {
    SourceError::new(
        SourceCode::ColumnUnknown,
        format!("全量比对需要文本列“{column}”，而读取结果中没有；请核对主键列与挂接。"),
        format!(
            "the comparison needs a text column \"{column}\", which the reading does not have; check the key and the mount"
        ),
    )
}
