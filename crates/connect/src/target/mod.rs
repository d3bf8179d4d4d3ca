//! What every target can do: a department's own system as the place where a subscription (订阅) is delivered.
//!
//! A delivery either replaces what a table holds ([`Load::Replace`]), which becomes visible all at once, or applies
//! changes portion by portion ([`Load::Apply`]). In both the position that the source was read to is stored by the same
//! transaction as the rows, so that whoever was killed anywhere goes on without loss and without writing anything twice.

mod config;
mod errors;
mod files;
mod fit;
mod http;
mod postgres;
mod slot;
mod tables;
mod values;

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

pub use self::{
    config::{FilesTarget, HttpTarget, ServerTarget, SqliteTarget, TargetConfig, TargetLimits},
    values::normal,
};
use crate::error::SourceError;

/// A target by its configuration. Nothing is connected yet: that happens at the first use.
///
/// Needs a Tokio runtime with timers and network when it is used.
pub fn open_target(name: &str, config: &TargetConfig) -> Result<Arc<dyn Target>, SourceError> {
    Ok(match config {
        TargetConfig::Postgres(server) => Arc::new(postgres::PgTarget::new(name, server)?),
        TargetConfig::Mysql(server) => tables::mysql(name, server)?,
        TargetConfig::Sqlite(file) => tables::sqlite(name, file),
        TargetConfig::Files(folder) => Arc::new(files::FolderTarget::new(name, folder)),
        TargetConfig::Http(endpoint) => Arc::new(http::EndpointTarget::new(name, endpoint)?),
        TargetConfig::Documents(_) => return Err(errors::takes_documents(name)),
    })
}

/// What a column of a target table holds. Values come as standard text (crate `standards`) and are converted by the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetType {
    /// Text of any length.
    Text,
    /// Calendar date; text `2024-01-05`.
    Date,
    /// Local date and time (China Standard Time, without an offset); text `2024-01-05T08:30:00`.
    Timestamp,
    /// Plain decimal number of any size; text `-12.50`.
    Decimal,
    /// Whole number of 64 bits; text `42`.
    Integer,
    /// Text `true` or `false`.
    Boolean,
}

/// A column of a target table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetColumn {
    /// Name in the target table.
    pub name: String,
    /// What it holds.
    pub holds: TargetType,
    /// Name of the item for people; becomes the column's comment where the engine keeps one.
    #[serde(default)]
    pub comment: String,
    /// It tells why other columns hold no value, and belongs to the delivery rather than to the table.
    #[serde(default)]
    pub companion: bool,
}

/// The table that one subscription is delivered into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetTable {
    /// Id of the subscription; 1 to 64 characters of `[a-z0-9-]`. A table belongs to one subscription.
    pub subscription: String,
    /// Table (`table` or `schema.table`), or file name without its folder (`households.csv`, `.xlsx`, `.parquet`).
    pub table: String,
    /// Name of the resource for people; becomes the table's comment.
    #[serde(default)]
    pub comment: String,
    /// All columns in the order in which portions hold them.
    pub columns: Vec<TargetColumn>,
    /// Columns that tell rows apart; never empty, never null.
    pub key: Vec<String>,
    /// Whether rows may be overwritten that stand in the table already and were not delivered by this subscription.
    #[serde(default)]
    pub adopt: bool,
}

/// How a delivery changes a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// Afterwards the table holds exactly the delivered rows. Nothing is seen before [`Delivery::finish`].
    Replace,
    /// Rows are inserted, updated and deleted by key; each portion is visible when it was written.
    Apply,
}

/// Some rows on their way into a table.
#[derive(Debug, Clone)]
pub struct Portion {
    /// Number within the run, from 1.
    pub seq: u64,
    /// Where the source stands after this portion; opaque, at most 64 KiB.
    pub position: String,
    /// Rows to insert or update: one nullable `Utf8` column for each column of the table, in its order. No key twice in
    /// one portion when applying; when replacing, a key may come again in the same or another portion.
    pub rows: RecordBatch,
    /// Keys of rows to delete: the key columns as `Utf8`, in the order of [`TargetTable::key`]; disjoint from `rows`.
    pub deleted: Option<RecordBatch>,
    /// Rows held back (隔离) with their reasons: `Utf8` columns `row_key`, `reasons` (codes parted by blanks) and `row`
    /// (JSON object).
    pub held: Option<RecordBatch>,
}

/// What a delivery did to a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows that were not there.
    pub inserted: u64,
    /// Rows that were there with other values.
    pub updated: u64,
    /// Rows taken away.
    pub deleted: u64,
    /// Rows that were there with the same values.
    pub unchanged: u64,
    /// Rows held back, those with a repeated key among them.
    pub held: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.deleted += other.deleted;
        self.unchanged += other.unchanged;
        self.held += other.held;
    }
}

/// Where a delivery stands, as the target itself tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Run that wrote last.
    pub run: String,
    /// Its last portion.
    pub seq: u64,
    /// Position of that portion.
    pub position: String,
}

/// Whether a table can take a delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// The table is not there and would be created.
    pub creates: bool,
    /// Rows that stand in it now, when it is there (an estimate for large tables).
    pub rows: u64,
    /// Everything that does not fit; empty when the delivery may begin.
    pub misfits: Vec<Misfit>,
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misfit {
    /// Stable code, for example `target.column_missing`.
    pub code: String,
    /// Column; empty when the table as a whole does not fit.
    pub column: String,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// A row that was held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    /// Its key, values joined by `|`.
    pub key: String,
    /// Codes of why, parted by blanks.
    pub reasons: String,
    /// The row as a JSON object.
    pub row: String,
}

/// A system that takes deliveries.
#[async_trait]
pub trait Target: Send + Sync {
    /// Whether the table can take a delivery; changes nothing.
    async fn fit(&self, table: &TargetTable) -> Result<Fit, SourceError>;

    /// Where the subscription's deliveries stand; `None` before the first.
    async fn stored(&self, table: &TargetTable) -> Result<Option<Stored>, SourceError>;

    /// Begins a delivery; creates the table when it is not there. What an earlier, broken delivery of the same
    /// subscription staged is thrown away. A second delivery of the same subscription at the same time is refused.
    ///
    /// `run` names the delivery: 1 to 128 visible ASCII characters. A table that is created for a replacement is seen
    /// with its first rows in PostgreSQL; MySQL and SQLite show it empty until then.
    ///
    /// # Errors
    /// `target.misfit` with everything that [`Target::fit`] tells, before anything is moved; `target.busy` when a
    /// delivery of the subscription runs; `target.unsupported` when files are to be changed instead of replaced.
    async fn begin(
        &self,
        table: &TargetTable,
        run: &str,
        load: Load,
    ) -> Result<Box<dyn Delivery>, SourceError>;

    /// All rows of the table as standard text in the form of [`normal`], one `Utf8` column for each column of `table`, in
    /// its order; the rows in any order. A value that somebody else put there and that is none of its kind comes as the
    /// system writes it. Files of text know no empty text: it comes back as null. An endpoint cannot be read back.
    async fn rows(
        &self,
        table: &TargetTable,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError>;

    /// Rows held back by the last run that held any back, at most `limit`.
    async fn held(&self, table: &TargetTable, limit: usize) -> Result<Vec<HeldRow>, SourceError>;
}

/// A delivery in progress. Dropped, it leaves nothing visible that was not finished or applied.
#[async_trait]
pub trait Delivery: Send {
    /// Takes a portion. When applying, rows and position are committed when this returns; when replacing they are staged
    /// and the counts are zero. A portion whose number is not above the last one taken is skipped: the last of this
    /// delivery, and when applying also the stored one of the same run. A replacement that is begun again starts anew.
    ///
    /// After an error, or when the future was dropped, the delivery is over: begin another one.
    ///
    /// # Errors
    /// `target.value` with column, portion and row when a value is none of its kind or the column would cut or round it;
    /// `target.refused` by constraints, triggers and rights; `target.full`; `target.busy` when the table is locked.
    async fn write(&mut self, portion: Portion) -> Result<Counts, SourceError>;

    /// Ends the delivery and stores `position`. When replacing, everything becomes visible in the same transaction; of
    /// rows with the same key the first stays, the others are held with the reason `key.duplicate`.
    async fn finish(self: Box<Self>, position: &str) -> Result<Counts, SourceError>;
}
