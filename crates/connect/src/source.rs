//! What every source can do, whatever system stands behind it.

use std::fmt;

use arrow::{datatypes::DataType, record_batch::RecordBatch};
use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::{
    documents::DocumentFolder,
    error::SourceError,
    profile::TableProfile,
    watch::{After, Changes, Watch, Watchable},
};

/// A department system (数据源) that can be listed, profiled, looked up and read.
///
/// All access is read-only; a watching keeps no more than a place in the database's own log. Table and column names are always checked against the source's own schema
/// before they reach it, so a name can never carry a statement.
#[async_trait]
pub trait Source: Send + Sync {
    /// Which kind of system it is.
    fn kind(&self) -> SourceKind;

    /// Reaches the system and proves that the account may use it.
    async fn ping(&self) -> Result<(), SourceError>;

    /// Tables, views, files or sheets with their columns and row counts, read anew.
    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError>;

    /// What the values of a table look like. Examples are masked; see [`TableProfile`].
    async fn profile(&self, table: &str, opts: ProfileOptions) -> Result<TableProfile, SourceError>;

    /// Rows whose key column equals one of the key values, exactly.
    ///
    /// The batch has one nullable text column for each entry of `columns`, in that order, in the canonical
    /// text of [`crate::text`]. A key value that the column's type cannot hold matches nothing. No row is
    /// `Ok` with an empty batch. With more than `limit` rows the first `limit` are given, so a caller who
    /// must know asks for one more.
    async fn lookup(&self, req: &Lookup<'_>) -> Result<RecordBatch, SourceError>;

    /// A whole table as batches, or what has changed in it by a watermark column, with bounded memory. One reading sees
    /// the table as it was at one moment, where the source is a database. Dropping the stream ends the reading.
    async fn stream(
        &self,
        req: &Scan<'_>,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError>;

    /// What stands in the way of watching a table, with what the department has to run; nothing when watching may begin.
    async fn watchable(&self, _watch: &Watch<'_>) -> Result<Watchable, SourceError> {
        Err(SourceError::watch_unsupported(self.kind()))
    }

    /// Begins to watch, anew when the name was watched before, and gives the position from which changes will be given.
    /// A reading of the table that begins afterwards overlaps with them and misses nothing. No stream of this name may be
    /// running. What stands in the way is refused with `watch.refused`.
    async fn watch_from_now(&self, _watch: &Watch<'_>) -> Result<String, SourceError> {
        Err(SourceError::watch_unsupported(self.kind()))
    }

    /// What changes in a table from a position on, without end: in the order of the commits, soon after each. Holds a
    /// connection of its own. After an error the stream ends (an end without one counts as `source.down`); a transient
    /// one is resumed from the last position; after the codes `watch.position_lost`, `watch.truncated` and
    /// `watch.schema_changed` the watcher has to begin anew with [`Source::watch_from_now`] and a whole reading. Dropping
    /// the stream ends the watching.
    async fn changes(
        &self,
        _watch: &Watch<'_>,
        _from: &str,
    ) -> Result<BoxStream<'static, Result<Changes, SourceError>>, SourceError> {
        Err(SourceError::watch_unsupported(self.kind()))
    }

    /// Tells the source that everything up to the position is kept for good at the consumer, so that the source need
    /// not hold it any longer.
    async fn confirm(&self, _watch: &Watch<'_>, _position: &str) -> Result<(), SourceError> {
        Err(SourceError::watch_unsupported(self.kind()))
    }

    /// Ends a watching for good: whatever the source holds for that name is given up. Nothing to give up is no error.
    async fn unwatch(&self, _name: &str) -> Result<(), SourceError> {
        Err(SourceError::watch_unsupported(self.kind()))
    }

    /// The folder behind it, where what is listed are documents that can be handed over; `None` for all other sources.
    fn documents(&self) -> Option<&DocumentFolder> {
        None
    }
}

/// The kinds of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
    /// A folder of CSV and spreadsheet files.
    Files,
    /// An HTTP interface that answers JSON.
    Http,
    /// A folder of documents.
    Documents,
}

impl SourceKind {
    /// The stable name, as in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
            Self::Files => "files",
            Self::Http => "http",
            Self::Documents => "documents",
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One look-up by key.
#[derive(Debug, Clone, Copy)]
pub struct Lookup<'a> {
    /// Table as listed by [`Source::tables`].
    pub table: &'a str,
    /// Column that the key values stand in.
    pub key_column: &'a str,
    /// Values that all mean the same subject, or several subjects.
    pub key_values: &'a [String],
    /// Columns to read; add the key column to tell rows of several keys apart.
    pub columns: &'a [String],
    /// Most rows to give.
    pub limit: usize,
}

/// One reading of a whole table, or of what has changed in it.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'a> {
    /// Table as listed by [`Source::tables`].
    pub table: &'a str,
    /// Columns to read; empty means all.
    pub columns: &'a [String],
    /// Rows in each batch; the last may have fewer, and one of very long values.
    pub batch_rows: usize,
    /// How values come.
    pub values: Values,
    /// Only what has changed by a watermark column; `None` for the whole table.
    pub after: Option<After<'a>>,
}

/// How the values of a stream come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Values {
    /// In the Arrow type that [`ColumnInfo::data_type`] tells. A value that its declared type cannot
    /// hold (a date `0000-00-00`, a text in a number column of SQLite) ends the stream with an error:
    /// it is never dropped silently.
    #[default]
    Typed,
    /// As canonical text, as [`Source::lookup`] gives it. Holds every value.
    Text,
}

/// How to profile.
#[derive(Debug, Clone, Copy)]
pub struct ProfileOptions {
    /// Rows to look at, at most.
    pub sample_rows: usize,
}

impl Default for ProfileOptions {
    fn default() -> Self {
        Self { sample_rows: 100_000 }
    }
}

/// A table, view, file or sheet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableInfo {
    /// Name to use in requests.
    pub name: String,
    /// Whether it is a table or something else.
    pub form: TableForm,
    /// What the department wrote about it.
    pub comment: Option<String>,
    /// Rows, when known.
    pub rows: Option<RowCount>,
    /// Columns in their order.
    pub columns: Vec<ColumnInfo>,
    /// What is wrong with it; a file that cannot be read at all has notes and no columns.
    pub notes: Vec<Note>,
}

/// What stands behind a table name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TableForm {
    /// A table.
    Table,
    /// A view.
    View,
    /// A text file.
    File,
    /// A sheet of a spreadsheet.
    Sheet,
    /// An HTTP path.
    Endpoint,
    /// A folder of documents.
    Folder,
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RowCount {
    /// The number.
    pub rows: u64,
    /// Whether every row was counted; otherwise it is the engine's or our own estimate.
    pub exact: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnInfo {
    /// Name to use in requests.
    pub name: String,
    /// Type as the source declares it; `text` for files.
    pub declared: String,
    /// Arrow type of a typed stream.
    #[serde(serialize_with = "type_name")]
    pub data_type: DataType,
    /// Whether it may be null.
    pub nullable: bool,
    /// What the department wrote about it.
    pub comment: Option<String>,
    /// Part of the primary key.
    pub key: bool,
    /// First column of an index, so that look-ups are quick. Files are indexed at the first look-up.
    pub indexed: bool,
}

fn type_name<S: serde::Serializer>(ty: &DataType, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(ty)
}

/// A remark on a table or file, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Stable dotted code, for example `file.ragged_row`.
    pub code: &'static str,
    /// The sentence in Chinese.
    pub zh: String,
    /// The same sentence in English.
    pub en: String,
    /// Line of the first occurrence, from 1.
    pub line: Option<u64>,
    /// How often it occurs.
    pub count: u64,
}
