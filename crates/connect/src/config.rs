//! How a department describes its sources in the agent's own configuration file.
//!
//! Credentials are [`Secret`]s: they are read from the file, used to connect, and never printed.

use std::{collections::BTreeMap, fmt, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::documents::DocumentsConfig;

/// A credential. It can be read from configuration and used, but neither `Debug`, `Display` nor
/// serialisation shows it: all give `***`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a credential.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The credential itself. Only for handing it to a driver.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

/// One source (数据源) of a department, tagged by `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum SourceConfig {
    /// A PostgreSQL database, or one that speaks its protocol.
    Postgres(ServerConfig),
    /// A MySQL or MariaDB database.
    #[serde(alias = "mariadb")]
    Mysql(ServerConfig),
    /// An SQLite file, opened read-only.
    Sqlite(SqliteConfig),
    /// A folder of CSV and spreadsheet files.
    Files(FilesConfig),
    /// An HTTP interface that answers JSON.
    Http(HttpConfig),
    /// A folder of documents that are handed over as they are.
    Documents(DocumentsConfig),
}

/// A database server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Connection URL, for example `postgres://user:password@host:5432/database`. Secret as a whole,
    /// because it usually holds the password.
    pub url: Secret,
    /// Password, when the URL does not hold it.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Schemas to offer (PostgreSQL only); empty means `public`. With more than one, tables are named
    /// `schema.table`.
    #[serde(default)]
    pub schemas: Vec<String>,
    /// Connections held at most; each table whose changes are captured holds one more.
    #[serde(default = "defaults::connections")]
    pub max_connections: u32,
    /// Time limits.
    #[serde(flatten)]
    pub limits: Limits,
}

/// An SQLite file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqliteConfig {
    /// The database file.
    pub path: PathBuf,
    /// How long to wait for a writer of the department to release its lock, milliseconds.
    #[serde(default = "defaults::busy_ms")]
    pub busy_timeout_ms: u64,
    /// Connections (and so threads) held at most.
    #[serde(default = "defaults::connections")]
    pub max_connections: u32,
    /// Time limits.
    #[serde(flatten)]
    pub limits: Limits,
}

/// A folder of files: `.csv`, `.tsv`, `.txt`, `.xlsx`, `.xlsm`, `.xls`.
///
/// A text file is a table under its file name; a sheet is a table under `file.xlsx#sheet`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesConfig {
    /// The folder. Files in sub-folders are not offered.
    pub dir: PathBuf,
    /// Where indexes, and text copies of spreadsheets, are kept: a folder of the agent's own, as private
    /// as the files themselves.
    pub index_dir: PathBuf,
    /// Encoding by file name where it is known (`gb18030`, `utf-8`, `utf-16le`, `utf-16be`); others are
    /// recognised from their bytes.
    #[serde(default)]
    pub encodings: BTreeMap<String, String>,
    /// Accepted for likeness with other sources; files are read without a limit.
    #[serde(flatten)]
    pub limits: Limits,
}

/// An HTTP interface that answers JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Address that all paths are joined to, for example `https://10.1.2.3/api/`.
    pub base_url: Secret,
    /// Headers sent with each request, for example an access token.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// PEM file with the certificate authority of the department, when it is not a public one.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The tables, by name.
    pub tables: BTreeMap<String, HttpTable>,
    /// Largest answer accepted, bytes.
    #[serde(default = "defaults::body_bytes")]
    pub max_body_bytes: usize,
    /// Time limits.
    #[serde(flatten)]
    pub limits: Limits,
}

/// How one table is read over HTTP.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpTable {
    /// What the table holds, for people.
    #[serde(default)]
    pub comment: Option<String>,
    /// Path that lists rows, for example `persons`. Without it the table can only be looked up.
    #[serde(default)]
    pub list_path: Option<String>,
    /// JSON pointer (RFC 6901) to the array of rows; empty means the answer itself.
    #[serde(default)]
    pub rows: String,
    /// Paging of the list; without it the list is one answer.
    #[serde(default)]
    pub page: Option<HttpPaging>,
    /// How rows are found by key, by key column.
    #[serde(default)]
    pub lookups: BTreeMap<String, HttpLookup>,
    /// Columns offered. Empty means those of the first listed rows.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// Paging by number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpPaging {
    /// Query parameter that takes the page number.
    pub page_param: String,
    /// Query parameter that takes the page size.
    pub size_param: String,
    /// Rows asked for in each page.
    #[serde(default = "defaults::page_size")]
    pub size: u32,
    /// Number of the first page.
    #[serde(default = "defaults::first_page")]
    pub first: u32,
}

/// How rows are found by one key column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpLookup {
    /// Path; `{key}` in it is replaced by the key, percent-encoded.
    pub path: String,
    /// Query parameter that takes the key, when the path does not.
    #[serde(default)]
    pub param: Option<String>,
    /// JSON pointer to the row or the array of rows, when it is not that of the list.
    #[serde(default)]
    pub rows: Option<String>,
}

/// Time limits of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Longest time to establish a connection, milliseconds.
    #[serde(default = "defaults::connect_ms")]
    pub connect_timeout_ms: u64,
    /// Longest time for one statement or request, milliseconds. A system that does not even report the end of this time is given up a
    /// tenth later. Whole tables have twelve times as long for each batch: the first row may lie behind much that is skipped.
    #[serde(default = "defaults::statement_ms")]
    pub statement_timeout_ms: u64,
}

impl Limits {
    /// Longest time to establish a connection.
    pub fn connect(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.max(1))
    }

    /// Longest time for one statement or request.
    pub fn statement(&self) -> Duration {
        Duration::from_millis(self.statement_timeout_ms.max(1))
    }

    /// Longest time for a batch of a whole table.
    pub fn batch(&self) -> Duration {
        self.statement() * 12
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect_timeout_ms: defaults::connect_ms(), statement_timeout_ms: defaults::statement_ms() }
    }
}

mod defaults {
    pub(super) fn connections() -> u32 {
        8
    }
    pub(super) fn connect_ms() -> u64 {
        2_000
    }
    pub(super) fn statement_ms() -> u64 {
        10_000
    }
    pub(super) fn busy_ms() -> u64 {
        2_000
    }
    pub(super) fn body_bytes() -> usize {
        32 * 1024 * 1024
    }
    pub(super) fn page_size() -> u32 {
        500
    }
    pub(super) fn first_page() -> u32 {
        1
    }
}
