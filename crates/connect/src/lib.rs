//! Connectors (连接器) to department systems: PostgreSQL, MySQL/MariaDB, SQLite, folders of CSV and
//! spreadsheet files, HTTP interfaces that answer JSON, and folders of [`documents`].
//!
//! Every system is a [`Source`]: its tables can be listed and profiled, rows looked up by key, and whole
//! tables streamed as Arrow batches. A source is only ever read.
//!
//! A system that takes deliveries (投递) is a [`Target`], configured apart and reached with an account of its
//! own: a table is replaced or changed there, rows and the position of the delivery in one transaction.
//!
//! Nothing here knows who may see what: that is decided by the agent that holds sources and targets.

mod batch;
mod config;
pub mod digest_compare;
pub mod documents;
mod error;
mod files;
mod hash;
mod http;
mod open;
pub mod profile;
mod source;
mod sql;
mod target;
pub mod text;
mod watch;
pub mod watermark;

pub use config::{
    FilesConfig, HttpConfig, HttpLookup, HttpPaging, HttpTable, Limits, Secret, ServerConfig, SourceConfig,
    SqliteConfig,
};
pub use error::{SourceCode, SourceError};
pub use open::open;
pub use source::{
    ColumnInfo, Lookup, Note, ProfileOptions, RowCount, Scan, Source, SourceKind, TableForm, TableInfo,
    Values,
};
pub use target::{
    Counts, Delivery, FilesTarget, Fit, HeldRow, HttpTarget, Load, Misfit, Portion, ServerTarget,
    SqliteTarget, Stored, Target, TargetColumn, TargetConfig, TargetLimits, TargetTable, TargetType, normal,
    open_target,
};
pub use watch::{After, Changes, Obstacle, Watch, Watchable};
