//! SQLite files.

use std::{path::Path, sync::Arc};

use arrow::datatypes::DataType;
use connect::{ProfileOptions, Source, Values};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::support::{ATTACKS, Outcome, code, lookup, read, source, table};

const SQL: &str = r#"
    CREATE TABLE persons (id TEXT PRIMARY KEY, "姓 ""名""" TEXT NOT NULL, born DATE, n INTEGER, amount DECIMAL(10,2),
                          ok BOOLEAN, score REAL, raw BLOB, untyped);
    INSERT INTO persons VALUES
        ('110101199003077715', '张三', '1990-03-07', 9007199254740993, 12.5, 1, 0.1, x'00ff', 7),
        ('A''b', '李四', NULL, 'abc', NULL, 0, 1e20, NULL, 'seven');
    CREATE TABLE numbers (no INTEGER, note TEXT COLLATE NOCASE);
    CREATE INDEX numbers_no ON numbers (no);
    CREATE INDEX numbers_note ON numbers (note);
    INSERT INTO numbers VALUES (7, 'a'), (100, 'A'), ('123abc', 'b');
    CREATE VIEW "v 1" AS SELECT id FROM persons;
    CREATE VIEW broken AS SELECT * FROM persons;
    CREATE TABLE secrets (x TEXT);
"#;

async fn run(path: &Path, sql: &'static str) -> Outcome {
    let mut conn = SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await?;
    conn.execute(sqlx::raw_sql(sql)).await?;
    conn.close().await?;
    Ok(())
}

async fn sample() -> anyhow::Result<(TempDir, Arc<dyn Source>)> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("库 1.db");
    run(&path, SQL).await?;
    let source = source(&format!("kind='sqlite'\npath='{}'", path.display()));
    Ok((dir, source))
}

/// Tables and views are listed with types, keys, indexes and counts.
#[tokio::test]
async fn lists() -> Outcome {
    let (_dir, source) = sample().await?;
    let persons = table(&*source, "persons").await;
    assert_eq!(persons.rows.map(|count| (count.rows, count.exact)), Some((2, true)));
    let id = &persons.columns[0];
    assert!(id.key && id.indexed);
    assert_eq!(persons.columns[1].name, "姓 \"名\"");
    assert!(!persons.columns[1].nullable);
    assert_eq!(persons.columns[3].data_type, DataType::Int64);
    assert!(table(&*source, "numbers").await.columns[0].indexed);
    assert_eq!(table(&*source, "v 1").await.form, connect::TableForm::View);
    Ok(())
}

/// Each stored value comes out in its canonical text, whatever the declared type promised.
#[tokio::test]
async fn values_are_lossless() -> Outcome {
    let (_dir, source) = sample().await?;
    let columns = ["姓 \"名\"", "born", "n", "amount", "ok", "score", "raw", "untyped"];
    let rows = lookup(&*source, "persons", "id", &["110101199003077715"], &columns).await?;
    assert_eq!(rows, [["张三", "1990-03-07", "9007199254740993", "12.5", "true", "0.1", "\\x00ff", "7"]]);
    let rows = lookup(&*source, "persons", "id", &["A'b"], &columns).await?;
    assert_eq!(rows, [["李四", "∅", "abc", "∅", "false", "100000000000000000000", "∅", "seven"]]);
    Ok(())
}

/// A key matches exactly: leading zeros of a number do not count, but neither is `1e2` a hundred nor `A`
/// the same as `a`, and a text in a number column is found.
#[tokio::test]
async fn keys_match_exactly() -> Outcome {
    let (_dir, source) = sample().await?;
    let find = |column: &'static str, value: &'static str| {
        let source = source.clone();
        async move { lookup(&*source, "numbers", column, &[value], &["note"]).await.unwrap().concat().join(",") }
    };
    assert_eq!(find("no", "007").await, "a");
    assert_eq!(find("no", "1e2").await, "");
    assert_eq!(find("no", "123").await, "");
    assert_eq!(find("no", "123abc").await, "b");
    assert_eq!(find("no", " 7").await, "");
    assert_eq!(find("note", "A").await, "A");
    assert_eq!(lookup(&*source, "persons", "untyped", &["7"], &["id"]).await?.len(), 1);
    assert_eq!(lookup(&*source, "persons", "untyped", &["seven"], &["id"]).await?.len(), 1);
    let both = lookup(&*source, "numbers", "no", &["7", "100", "7", "x"], &["no"]).await?;
    assert_eq!(both.len(), 2);
    Ok(())
}

/// What tries to become a statement stays a name that is not known, or a value that is not found.
#[tokio::test]
async fn injection_is_impossible() -> Outcome {
    let (_dir, source) = sample().await?;
    for attack in ATTACKS {
        assert_eq!(code(lookup(&*source, attack, "id", &["1"], &["id"]).await), "source.table_unknown");
        assert_eq!(code(lookup(&*source, "persons", attack, &["1"], &["id"]).await), "source.column_unknown");
        assert_eq!(code(lookup(&*source, "persons", "id", &["1"], &[attack]).await), "source.column_unknown");
        assert_eq!(code(source.profile(attack, ProfileOptions::default()).await), "source.table_unknown");
        assert!(lookup(&*source, "persons", "id", &[attack], &["id"]).await?.is_empty());
    }
    assert_eq!(table(&*source, "persons").await.rows.map(|count| count.rows), Some(2));
    Ok(())
}

/// A typed stream refuses a value that its column's type cannot hold; a text stream has them all.
#[tokio::test]
async fn streams() -> Outcome {
    let (_dir, source) = sample().await?;
    assert_eq!(code(read(&*source, "persons", Values::Typed).await), "source.value");
    let batches = read(&*source, "persons", Values::Text).await?;
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 2);
    Ok(())
}

/// A table made after the first look is found, and a column that was dropped is told as unknown.
#[tokio::test]
async fn schema_changes_are_followed() -> Outcome {
    let (dir, source) = sample().await?;
    let path = dir.path().join("库 1.db");
    assert_eq!(lookup(&*source, "numbers", "no", &["7"], &["note"]).await?.len(), 1);
    run(&path, "DROP INDEX numbers_note; ALTER TABLE numbers DROP COLUMN note").await?;
    assert_eq!(code(lookup(&*source, "numbers", "no", &["7"], &["note"]).await), "source.column_unknown");
    run(&path, "CREATE TABLE later (k TEXT)").await?;
    assert_eq!(table(&*source, "later").await.columns.len(), 1);
    Ok(())
}

/// A missing file is a source that is down, and is not created; a file that is no database is told as such.
#[tokio::test]
async fn bad_files() -> Outcome {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("x.db");
    let missing = source(&format!("kind='sqlite'\npath='{}'", path.display()));
    assert_eq!(code(missing.tables().await), "source.down");
    assert!(!path.exists());
    std::fs::write(&path, "not a database at all, but long enough to look at. ".repeat(100))?;
    assert_eq!(code(missing.tables().await), "source.bad_file");
    std::fs::remove_file(&path)?;
    run(&path, SQL).await?;
    assert_eq!(lookup(&*missing, "numbers", "no", &["7"], &["note"]).await?.len(), 1);
    Ok(())
}

/// A statement that takes too long is given up, and really ends: the department can write to its file again.
#[tokio::test]
async fn slow_statements_end() -> Outcome {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("x.db");
    let make = "CREATE TABLE t (k TEXT); INSERT INTO t VALUES ('1');
                CREATE VIEW endless AS WITH RECURSIVE n(k) AS (SELECT k FROM t UNION ALL SELECT k + 1 FROM n)
                                       SELECT CAST(count(*) AS TEXT) AS k FROM n";
    run(&path, make).await?;
    let source = source(&format!("kind='sqlite'\npath='{}'\nstatement_timeout_ms=300", path.display()));
    assert_eq!(code(lookup(&*source, "endless", "k", &["1"], &["k"]).await), "source.timeout");
    run(&path, "INSERT INTO t VALUES ('2')").await?;
    assert_eq!(lookup(&*source, "t", "k", &["2"], &["k"]).await?.len(), 1);
    Ok(())
}

/// A profile tells nulls, lengths and kinds, and shows no identity number.
#[tokio::test]
async fn profiles() -> Outcome {
    let (_dir, source) = sample().await?;
    let profile = source.profile("persons", ProfileOptions::default()).await?;
    assert_eq!((profile.sampled_rows, profile.columns[2].nulls), (2, 1));
    assert!(!serde_json::to_string(&profile)?.contains("110101199003077715"));
    Ok(())
}
