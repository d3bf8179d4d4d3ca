//! Tables in MariaDB.

use anyhow::Context;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, MySql, MySqlConnection, QueryBuilder, raw_sql,
};

use super::Dialect;
use crate::table::Table;

const DIALECT: Dialect = Dialect {
    quote: '`',
    date: "DATE",
    timestamp: "DATETIME",
    inline_comments: true,
    suffix: " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci",
};
/// Rows in one statement; a statement may hold 65535 values.
const ROWS: usize = 1_000;

/// Writes a system's tables into a MariaDB or MySQL database.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn raise_mariadb(tables: &[Table], url: &str) -> anyhow::Result<()> {
    let mut connection = MySqlConnection::connect(url).await.context("cannot reach MariaDB")?;
    // As on the department's old server: zero dates are let in.
    connection.execute("SET SESSION sql_mode = ''").await?;
    for table in tables {
        write(&mut connection, table).await.with_context(|| format!("table {}", table.name))?;
    }
    connection.close().await?;
    Ok(())
}

/// Makes a database beside the one that the address names, and gives its address. One that is there already is kept.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn mariadb_database(url: &str, suffix: &str) -> anyhow::Result<String> {
    let options: MySqlConnectOptions = url.parse().context("address of MariaDB")?;
    let name = format!("{}_{suffix}", options.get_database().unwrap_or("guantong"));
    let mut connection = options.connect().await.context("cannot reach MariaDB")?;
    let make = format!("CREATE DATABASE IF NOT EXISTS `{name}` DEFAULT CHARSET utf8mb4");
    raw_sql(AssertSqlSafe(make)).execute(&mut connection).await?;
    connection.close().await?;
    Ok(options.database(&name).to_url_lossy().to_string())
}

async fn write(connection: &mut MySqlConnection, table: &Table) -> anyhow::Result<()> {
    raw_sql(AssertSqlSafe(DIALECT.drop(table))).execute(&mut *connection).await?;
    let create = format!("{} COMMENT='{}'", DIALECT.create(table), table.comment);
    raw_sql(AssertSqlSafe(create)).execute(&mut *connection).await?;
    let mut transaction = connection.begin().await?;
    for rows in table.rows.chunks(ROWS) {
        let mut insert = QueryBuilder::<MySql>::new(DIALECT.insert(table));
        insert.push_values(rows, |mut values, row| {
            for cell in &row.cells {
                values.push_bind(cell.as_deref());
            }
        });
        // Statements of this size are not worth a place in the cache.
        insert.build().persistent(false).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    for index in DIALECT.indexes(table) {
        raw_sql(AssertSqlSafe(index)).execute(&mut *connection).await?;
    }
    Ok(())
}
