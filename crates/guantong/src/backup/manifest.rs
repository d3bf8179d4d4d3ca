//! What a backup says of itself: every file with its SHA-256.

use serde::{Deserialize, Serialize};

/// Version of the archive's form.
pub const FORMAT: u32 = 1;
/// Name of the manifest in the archive; it is the last file.
pub const NAME: &str = "manifest.json";

/// How the database lies in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseKind {
    /// A whole SQLite file.
    Sqlite,
    /// What `pg_dump` wrote, custom form.
    PgDump,
    /// Our own export of a PostgreSQL database: a file of JSON lines for each table.
    Tables,
}

/// The evidence log when it was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Entries under the last checkpoint.
    pub size: u64,
    /// Their root.
    pub root: String,
}

/// A file in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Path in the archive.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the archive's form.
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// When, Unix milliseconds.
    pub created_ms: i64,
    /// Name of the node in its evidence.
    pub origin: String,
    /// How the database lies in it.
    pub database: DatabaseKind,
    /// Migrations that the database had.
    pub migrations: Vec<String>,
    /// The evidence log.
    pub evidence: Evidence,
    /// Every other file.
    pub files: Vec<File>,
}
