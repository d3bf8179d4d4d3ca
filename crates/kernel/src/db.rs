//! The database handle: SQLite by default, PostgreSQL when a county outgrows one file, the same code.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, DatabaseConnection, DbBackend};

use crate::error::{Error, Result};

/// Opens the database named by a URL: `sqlite:///path/file.db`, `sqlite::memory:` or `postgres://…`.
///
/// # Errors
/// `database.url` for an unknown scheme, `database.open` when it cannot be reached. Neither holds the URL,
/// since it may carry a password.
pub async fn open(url: &str) -> Result<DatabaseConnection> {
    let sqlite = url.starts_with("sqlite:");
    if !sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
        return Err(Error::bad_input(
            "database.url",
            "配置项 database.url 须以 sqlite: 或 postgres: 开头，请修改配置文件。",
            "Configuration key database.url must begin with sqlite: or postgres:.",
        ));
    }
    let mut options = ConnectOptions::new(if sqlite && !url.contains('?') && !url.contains(":memory:") {
        format!("{url}?mode=rwc")
    } else {
        url.to_owned()
    });
    options.sqlx_logging(false).acquire_timeout(Duration::from_secs(10));
    if sqlite {
        // One memory database per connection would be many databases.
        options.max_connections(if url.contains(":memory:") { 1 } else { 8 });
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: a committed state change must survive a power cut, as its evidence does.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
        });
    } else {
        options.max_connections(16);
    }
    sea_orm::Database::connect(options).await.map_err(|error| {
        Error::unavailable(
            "database.open",
            "打不开平台自己的数据库，请检查配置项 database.url、磁盘权限和数据库服务。",
            "The platform's own database cannot be opened; check database.url, file permissions and \
             the database service.",
        )
        .caused_by(error)
    })
}

/// True on SQLite.
pub fn is_sqlite(connection: &DatabaseConnection) -> bool {
    connection.get_database_backend() == DbBackend::Sqlite
}
