//! Connectors (连接器) to department systems: PostgreSQL, MySQL/MariaDB, SQLite, folders of CSV and
//! spreadsheet files, and HTTP interfaces that answer JSON.
//!
//! Every system is a [`Source`]: its tables can be listed and profiled, rows looked up by key, and whole
//! tables streamed as Arrow batches. Nothing here writes to a department's system, and nothing here knows
//! who may see what: that is decided by the agent that holds the sources.

mod batch;
mod config;
pub mod digest_compare;
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
    Counts, Delivery, Fit, HeldRow, Load, Misfit, Portion, Stored, Target, TargetColumn, TargetTable,
    TargetType,
};
pub use watch::{After, Changes, Obstacle, Watch, Watchable};
