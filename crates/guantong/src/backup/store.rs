//! Statements that no entity of ours covers: copies of whole databases, and counts for the doctor.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use futures::TryStreamExt as _;
use kernel::Result;
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, Query};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    Statement, StreamTrait as _, TransactionTrait as _, Value,
};

use super::archive::Writer;

/// Rows written by one statement.
const BATCH: usize = 500;
/// Derived from the log and rebuilt from it.
const DERIVED: [&str; 1] = ["evidence_index"];
/// Written by the migrations themselves.
const MIGRATIONS: &str = "seaql_migrations";

async fn count(db: &DatabaseConnection, query: &sea_orm::sea_query::SelectStatement) -> Result<u64> {
    let row = db.query_one(query).await?;
    let found: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// Agents that are registered and not disabled.
///
/// # Errors
/// When the database cannot be read.
pub async fn count_agents(db: &DatabaseConnection) -> Result<u64> {
    let query = Query::select()
        .expr(Func::count(Expr::col("id")))
        .from("exchange_agent")
        .and_where(Expr::col("disabled").eq(false))
        .to_owned();
    count(db, &query).await
}

/// Accounts of a role that are not disabled.
///
/// # Errors
/// When the database cannot be read.
pub async fn count_active(db: &DatabaseConnection, role: &str) -> Result<u64> {
    let query = Query::select()
        .expr(Func::count(Expr::col("id")))
        .from("console_user")
        .and_where(Expr::col("disabled").eq(false))
        .and_where(Expr::col("role").eq(role))
        .to_owned();
    count(db, &query).await
}

/// Copies a SQLite database as it is at one moment, also while it is written.
pub async fn copy_sqlite(db: &DatabaseConnection, to: &Path) -> anyhow::Result<()> {
    let path = to.to_str().context("path")?;
    let statement = Statement::from_sql_and_values(db.get_database_backend(), "VACUUM INTO ?", [path.into()]);
    db.execute_raw(statement).await?;
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn names<C: ConnectionTrait>(db: &C, sql: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let mut all = Vec::new();
    for row in rows {
        let width = row.column_names().len();
        all.push((0..width).map(|at| row.try_get_by_index(at)).collect::<std::result::Result<_, _>>()?);
    }
    Ok(all)
}

/// Tables of the database.
async fn tables<C: ConnectionTrait>(db: &C) -> anyhow::Result<Vec<String>> {
    let rows = names(
        db,
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = \
         'BASE TABLE' ORDER BY 1",
    )
    .await?;
    Ok(rows.into_iter().flatten().collect())
}

/// Which table refers to which.
async fn references<C: ConnectionTrait>(db: &C) -> anyhow::Result<Vec<(String, String)>> {
    let rows = names(
        db,
        "SELECT f.relname::text, t.relname::text FROM pg_constraint c JOIN pg_class f ON f.oid = c.conrelid JOIN pg_class t \
         ON t.oid = c.confrelid WHERE c.contype = 'f' ORDER BY 1, 2",
    )
    .await?;
    Ok(rows.into_iter().filter_map(|mut row| Some((row.first()?.clone(), row.pop()?))).collect())
}

/// Exports every table as JSON lines, all as they are at one moment.
pub async fn export_tables(db: &DatabaseConnection, work: &Path, writer: &mut Writer) -> anyhow::Result<()> {
    let tx = db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?;
    for table in tables(&tx).await? {
        if DERIVED.contains(&table.as_str()) || table == MIGRATIONS {
            continue;
        }
        let path = work.join("table");
        let mut file = BufWriter::new(File::create(&path)?);
        let sql = format!("SELECT row_to_json(t)::text FROM {} t", quoted(&table));
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let mut rows = tx.stream_raw(statement).await?;
        while let Some(row) = rows.try_next().await? {
            let line: String = row.try_get_by_index(0)?;
            file.write_all(line.as_bytes())?;
            file.write_all(b"\n")?;
        }
        drop(rows);
        file.flush()?;
        drop(file);
        writer.add_file(&path, &format!("database/tables/{table}.jsonl"))?;
    }
    tx.commit().await?;
    Ok(())
}

/// Order in which tables can be filled: what is referred to comes first.
fn order(tables: &[String], references: &[(String, String)]) -> Vec<String> {
    let mut needs: BTreeMap<&str, BTreeSet<&str>> =
        tables.iter().map(|table| (table.as_str(), BTreeSet::new())).collect();
    for (from, to) in references {
        if from != to
            && needs.contains_key(to.as_str())
            && let Some(needed) = needs.get_mut(from.as_str())
        {
            needed.insert(to);
        }
    }
    let mut done: Vec<String> = Vec::new();
    while !needs.is_empty() {
        let free: Vec<&str> = needs
            .iter()
            .filter(|(_, needed)| needed.iter().all(|one| !needs.contains_key(one)))
            .map(|(table, _)| *table)
            .collect();
        // A ring of references cannot be ordered; the database will say which.
        let free = if free.is_empty() { needs.keys().copied().collect() } else { free };
        for table in free {
            needs.remove(table);
            done.push(table.to_owned());
        }
    }
    done
}

/// Fills the tables of a database that was migrated and holds nothing yet.
pub async fn import_tables(db: &DatabaseConnection, folder: &Path) -> anyhow::Result<()> {
    server::migrate_database(db).await?;
    let tx = db.begin().await?;
    let (all, references) = (tables(&tx).await?, references(&tx).await?);
    let ordered = order(&all, &references);
    for table in ordered.iter().rev().filter(|table| *table != MIGRATIONS) {
        tx.execute_unprepared(&format!("DELETE FROM {}", quoted(table))).await?;
    }
    for table in &ordered {
        let path = folder.join(format!("{table}.jsonl"));
        if !path.exists() {
            continue;
        }
        // A table that refers to itself is filled by one statement, at whose end its references are checked.
        let whole = references.iter().any(|(from, to)| from == table && to == table);
        fill(&tx, table, &path, if whole { usize::MAX } else { BATCH })
            .await
            .with_context(|| table.clone())?;
    }
    tx.commit().await?;
    Ok(())
}

async fn fill(tx: &DatabaseTransaction, table: &str, path: &Path, batch: usize) -> anyhow::Result<()> {
    let mut lines = BufReader::new(File::open(path)?).lines();
    let sql =
        format!("INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, $1::json)", quoted(table));
    loop {
        let mut rows = Vec::new();
        while rows.len() < batch {
            match lines.next() {
                Some(line) => rows.push(line?),
                None => break,
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let text: Value = format!("[{}]", rows.join(",")).into();
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, &sql, [text])).await?;
    }
}

/// True when nothing of a node is in the database.
pub async fn is_empty(db: &DatabaseConnection) -> anyhow::Result<bool> {
    Ok(server::applied_migrations(db).await?.is_empty())
}

#[cfg(test)]
mod tests {
    use super::order;

    /// What is referred to is filled first, and a ring does not hang.
    #[test]
    fn tables_are_ordered() {
        let tables = ["a", "b", "c"].map(str::to_owned);
        let refers = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(order(&tables, &refers(&[("a", "b"), ("b", "c"), ("c", "c")])), ["c", "b", "a"]);
        assert_eq!(order(&tables, &refers(&[("a", "b"), ("b", "a")])).len(), 3);
    }
}
