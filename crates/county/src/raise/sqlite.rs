//! Tables in SQLite files: those of systems that keep them so, and those of all others where there is no server.

use std::path::Path;

use anyhow::Context;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, QueryBuilder, Sqlite, SqliteConnection, raw_sql};

use super::Dialect;
use crate::table::{ColumnType, Table};

const DIALECT: Dialect =
    Dialect { quote: '"', date: "DATE", timestamp: "DATETIME", inline_comments: false, suffix: "" };
/// Rows in one statement; a statement may hold 32766 values.
const ROWS: usize = 500;

/// Writes a system's tables into an SQLite file.
///
/// # Errors
/// When the file cannot be written.
pub async fn raise_sqlite(tables: &[Table], path: &Path) -> anyhow::Result<()> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    }
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .connect()
        .await
        .with_context(|| format!("cannot open {}", path.display()))?;
    for table in tables {
        write(&mut connection, table).await.with_context(|| format!("table {}", table.name))?;
    }
    connection.close().await?;
    Ok(())
}

async fn write(connection: &mut SqliteConnection, table: &Table) -> anyhow::Result<()> {
    let mut transaction = connection.begin().await?;
    raw_sql(AssertSqlSafe(DIALECT.drop(table))).execute(&mut *transaction).await?;
    raw_sql(AssertSqlSafe(DIALECT.create(table))).execute(&mut *transaction).await?;
    for rows in table.rows.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(DIALECT.insert(table));
        insert.push_values(rows, |mut values, row| {
            for (column, cell) in table.columns.iter().zip(&row.cells) {
                match (column.kind, cell.as_deref().map(str::parse::<i64>)) {
                    (ColumnType::Integer, Some(Ok(number))) => values.push_bind(number),
                    _ => values.push_bind(cell.as_deref()),
                };
            }
        });
        insert.build().persistent(false).execute(&mut *transaction).await?;
    }
    for index in DIALECT.indexes(table) {
        raw_sql(AssertSqlSafe(index)).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    raw_sql("ANALYZE").execute(&mut *connection).await?;
    Ok(())
}
