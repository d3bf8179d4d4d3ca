//! How a department describes where deliveries go, in the agent's own configuration file.
//!
//! The account of a target is never that of a source: reading needs no right to write.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{config::Secret, documents::DocumentsConfig};

/// One target (投递目标) of a department, tagged by `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum TargetConfig {
    /// A PostgreSQL database (12 or later), or one that speaks its protocol. Connected directly: a pooler that changes the server
    /// process between transactions would lose locks and staged rows.
    Postgres(ServerTarget),
    /// A MySQL or MariaDB database.
    #[serde(alias = "mariadb")]
    Mysql(ServerTarget),
    /// An SQLite file.
    Sqlite(SqliteTarget),
    /// A folder that CSV, XLSX and Parquet files are written into.
    Files(FilesTarget),
    /// An HTTP endpoint that takes JSON.
    Http(HttpTarget),
    /// A folder that takes documents in, and no tables.
    Documents(DocumentsConfig),
}

impl TargetConfig {
    /// The stable name of its kind, as in configuration.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::Mysql(_) => "mysql",
            Self::Sqlite(_) => "sqlite",
            Self::Files(_) => "files",
            Self::Http(_) => "http",
            Self::Documents(_) => "documents",
        }
    }
}

/// A database server to deliver into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerTarget {
    /// Connection URL, for example `postgres://user:password@host:5432/database`. Secret as a whole, because it usually
    /// holds the password.
    pub url: Secret,
    /// Password, when the URL does not hold it.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Schema (PostgreSQL) or database (MySQL) of tables that are named without one; `public`, or the database of the
    /// URL, when it is not given.
    #[serde(default)]
    pub schema: Option<String>,
    /// Time limits.
    #[serde(flatten)]
    pub limits: TargetLimits,
}

/// An SQLite file to deliver into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqliteTarget {
    /// The database file; made when it is not there.
    pub path: PathBuf,
    /// Time limits.
    #[serde(flatten)]
    pub limits: TargetLimits,
}

/// A folder to deliver files into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesTarget {
    /// The folder. Besides the files it holds a hidden `.<file>.gt.json` for each, which tells where its delivery stands.
    pub dir: PathBuf,
}

/// An HTTP endpoint to deliver to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpTarget {
    /// Address that portions are posted to.
    pub url: Secret,
    /// Headers sent with each request, for example an access token.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// PEM file with the certificate authority of the department, when it is not a public one.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Time limits.
    #[serde(flatten)]
    pub limits: TargetLimits,
}

/// Time limits of a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetLimits {
    /// Longest time to establish a connection, milliseconds.
    #[serde(default = "defaults::connect_ms")]
    pub connect_timeout_ms: u64,
    /// Longest time for one statement, request or portion, milliseconds.
    #[serde(default = "defaults::statement_ms")]
    pub statement_timeout_ms: u64,
    /// Longest time for what ends a replacement (merging, the key), milliseconds. Whether the target still lives is
    /// asked meanwhile.
    #[serde(default = "defaults::load_ms")]
    pub load_timeout_ms: u64,
    /// How long to wait for locks: of the department's own writers, and of another delivery of the subscription,
    /// milliseconds.
    #[serde(default = "defaults::lock_ms")]
    pub lock_timeout_ms: u64,
}

impl TargetLimits {
    pub(super) fn connect(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.max(1))
    }

    pub(super) fn statement(&self) -> Duration {
        Duration::from_millis(self.statement_timeout_ms.max(1))
    }

    pub(super) fn load(&self) -> Duration {
        Duration::from_millis(self.load_timeout_ms.max(1))
    }

    pub(super) fn lock(&self) -> Duration {
        Duration::from_millis(self.lock_timeout_ms.max(1))
    }
}

impl Default for TargetLimits {
    fn default() -> Self {
        Self {
            connect_timeout_ms: defaults::connect_ms(),
            statement_timeout_ms: defaults::statement_ms(),
            load_timeout_ms: defaults::load_ms(),
            lock_timeout_ms: defaults::lock_ms(),
        }
    }
}

mod defaults {
    pub(super) fn connect_ms() -> u64 {
        5_000
    }
    pub(super) fn statement_ms() -> u64 {
        30_000
    }
    pub(super) fn load_ms() -> u64 {
        3_600_000
    }
    pub(super) fn lock_ms() -> u64 {
        5_000
    }
}
