//! Tables in PostgreSQL, by COPY.

use anyhow::Context;
use sqlx::{AssertSqlSafe, Connection, PgConnection, raw_sql};

use super::Dialect;
use crate::table::{Row, Table};

const DIALECT: Dialect =
    Dialect { quote: '"', date: "DATE", timestamp: "TIMESTAMP", inline_comments: false, suffix: "" };
/// Bytes sent to the server at a time.
const PIECE: usize = 256 * 1024;

/// Writes a system's tables into a PostgreSQL database, into a schema of their own if one is named.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn raise_postgres(tables: &[Table], url: &str, schema: Option<&str>) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await.context("cannot reach PostgreSQL")?;
    if let Some(schema) = schema {
        let name = format!("\"{schema}\"");
        let make = format!("CREATE SCHEMA IF NOT EXISTS {name}; SET search_path TO {name}");
        raw_sql(AssertSqlSafe(make)).execute(&mut connection).await?;
    }
    for table in tables {
        write(&mut connection, table).await.with_context(|| format!("table {}", table.name))?;
    }
    connection.close().await?;
    Ok(())
}

/// Does what a department's administrator does so that changes of a table can be captured: the table is published, and its log
/// tells whole rows. On a server that keeps its log in another form nothing is done.
pub async fn publish_postgres(url: &str, table: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await.context("cannot reach PostgreSQL")?;
    let level: String = sqlx::query_scalar("SHOW wal_level").fetch_one(&mut connection).await?;
    if level == "logical" {
        let name = DIALECT.quoted(table);
        let make = format!(
            "ALTER TABLE {name} REPLICA IDENTITY FULL; DROP PUBLICATION IF EXISTS guantong; \
             CREATE PUBLICATION guantong FOR TABLE {name}"
        );
        raw_sql(AssertSqlSafe(make)).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Gives somebody of the household register another telephone number, as happens every day.
pub async fn stir_postgres(url: &str, number: u64) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await.context("cannot reach PostgreSQL")?;
    let change = "UPDATE \"HKRK\" SET \"SJHM\" = $1 WHERE ctid = \
                  (SELECT ctid FROM \"HKRK\" OFFSET floor(random() * 900)::int LIMIT 1)";
    let mobile = format!("139{:08}", number % 100_000_000);
    sqlx::query(change).bind(mobile).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn write(connection: &mut PgConnection, table: &Table) -> anyhow::Result<()> {
    let run = |sql: String| raw_sql(AssertSqlSafe(sql));
    run(DIALECT.drop(table)).execute(&mut *connection).await?;
    run(DIALECT.create(table)).execute(&mut *connection).await?;
    let name = DIALECT.quoted(table.name);
    run(format!("COMMENT ON TABLE {name} IS '{}'", table.comment)).execute(&mut *connection).await?;
    for column in table.columns {
        let sql = format!("COMMENT ON COLUMN {name}.{} IS '{}'", DIALECT.quoted(column.name), column.comment);
        run(sql).execute(&mut *connection).await?;
    }
    let mut copy = connection.copy_in_raw(&format!("COPY {name} FROM STDIN")).await?;
    let mut piece = String::with_capacity(PIECE + 1024);
    for row in &table.rows {
        line(&mut piece, row);
        if piece.len() >= PIECE {
            copy.send(piece.as_bytes()).await?;
            piece.clear();
        }
    }
    copy.send(piece.as_bytes()).await?;
    copy.finish().await?;
    for index in DIALECT.indexes(table) {
        run(index).execute(&mut *connection).await?;
    }
    // Fresh tables have no statistics, and the planner would read them from end to end.
    run(format!("ANALYZE {name}")).execute(&mut *connection).await?;
    Ok(())
}

/// A row in the text format of COPY.
fn line(out: &mut String, row: &Row) {
    for (at, cell) in row.cells.iter().enumerate() {
        if at > 0 {
            out.push('\t');
        }
        match cell {
            None => out.push_str("\\N"),
            Some(text) => {
                for c in text.chars() {
                    match c {
                        '\\' => out.push_str("\\\\"),
                        '\t' => out.push_str("\\t"),
                        '\n' => out.push_str("\\n"),
                        '\r' => out.push_str("\\r"),
                        other => out.push(other),
                    }
                }
            }
        }
    }
    out.push('\n');
}
