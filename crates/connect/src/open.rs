//! From configuration to a source.

use std::sync::Arc;

use crate::{
    config::SourceConfig,
    documents::DocumentSource,
    error::SourceError,
    files::FilesSource,
    http::HttpSource,
    source::Source,
    sql::{SqlSource, mysql::Mysql, postgres::Postgres, sqlite::Sqlite},
};

/// A source by its configuration. Nothing is connected yet: that happens at the first use, and again by
/// itself whenever a connection is lost.
///
/// Needs a Tokio runtime with timers and network when it is used.
pub fn open(name: &str, config: &SourceConfig) -> Result<Arc<dyn Source>, SourceError> {
    Ok(match config {
        SourceConfig::Postgres(server) => Arc::new(SqlSource::new(
            name,
            Postgres::new(name, server)?,
            server.max_connections,
            server.limits.clone(),
        )),
        SourceConfig::Mysql(server) => Arc::new(SqlSource::new(
            name,
            Mysql::new(name, server)?,
            server.max_connections,
            server.limits.clone(),
        )),
        SourceConfig::Sqlite(file) => {
            Arc::new(SqlSource::new(name, Sqlite::new(file), file.max_connections, file.limits.clone()))
        }
        SourceConfig::Files(folder) => Arc::new(FilesSource::new(name, folder)?),
        SourceConfig::Http(interface) => Arc::new(HttpSource::new(name, interface)?),
        SourceConfig::Documents(folder) => Arc::new(DocumentSource::new(name, folder)),
    })
}
