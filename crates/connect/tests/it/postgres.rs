//! PostgreSQL, a real server.

use std::sync::Arc;

use arrow::datatypes::DataType;
use connect::{ProfileOptions, Source, Values};

use crate::support::{ATTACKS, Outcome, code, lookup, read, source, table};

const SQL: &str = r#"
    CREATE TYPE colour AS ENUM ('红', '绿');
    CREATE DOMAIN idno AS varchar(18);
    CREATE TABLE persons (
        id idno PRIMARY KEY, "姓 ""名""" text NOT NULL, code char(6), n2 smallint, n4 int, n8 bigint,
        amount numeric(20,4), free numeric, ok boolean, f4 real, f8 double precision, born date,
        made timestamp, seen timestamptz, tag uuid, hue colour, doc jsonb, raw bytea, parts text[]);
    COMMENT ON TABLE persons IS '人口基本信息';
    COMMENT ON COLUMN persons.id IS '公民身份号码';
    CREATE INDEX ON persons (code); CREATE INDEX ON persons (n4); CREATE INDEX ON persons (n8);
    CREATE INDEX ON persons (amount); CREATE INDEX ON persons (born); CREATE INDEX ON persons (tag);
    INSERT INTO persons VALUES
      ('110101199003077715', '张三', 'AB', 1, 7, 9007199254740993, 12.5, 1.10, true, 0.1, 1e20, '1990-03-07',
       '2024-01-05 08:30:00', '2024-01-05 08:30:00.25+08', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '红',
       '{"a": 1}', '\x00ff', '{a,b}'),
      ('O''Brien', '李四', NULL, NULL, NULL, NULL, NULL, 'NaN', NULL, NULL, 'NaN', 'infinity', NULL, NULL, NULL, NULL,
       NULL, NULL, NULL);
    CREATE VIEW adults AS SELECT id, n4 FROM persons;
    CREATE TABLE big AS SELECT i, 'key' || i AS k FROM generate_series(1, 150000) i;
    CREATE INDEX ON big (k); ANALYZE big;
    CREATE SCHEMA other; CREATE TABLE other."T 2" (a int);
"#;

async fn sample() -> anyhow::Result<(testbed::Database, Arc<dyn Source>)> {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    server.psql_in(database.name(), SQL).await?;
    let source = source(&format!("kind='postgres'\nurl='{}'", database.url()));
    Ok((database, source))
}

/// Tables, views, comments, keys, indexes, types and counts; a large table is estimated.
#[tokio::test]
async fn lists() -> Outcome {
    let (database, one) = sample().await?;
    let persons = table(&*one, "persons").await;
    assert_eq!(persons.comment.as_deref(), Some("人口基本信息"));
    assert_eq!(persons.rows.map(|count| (count.rows, count.exact)), Some((2, true)));
    let column = |name: &str| persons.columns.iter().find(|column| column.name == name).unwrap();
    assert_eq!(column("id").comment.as_deref(), Some("公民身份号码"));
    assert!(column("id").key && column("id").indexed && column("code").indexed && !column("n2").indexed);
    assert_eq!(column("amount").data_type, DataType::Decimal128(20, 4));
    assert_eq!(column("free").data_type, DataType::Utf8);
    assert_eq!(column("n2").declared, "smallint");
    assert!(!column("姓 \"名\"").nullable);
    assert_eq!(table(&*one, "adults").await.form, connect::TableForm::View);
    let big = table(&*one, "big").await.rows.unwrap();
    assert!(!big.exact && (140_000..160_000).contains(&big.rows), "{big:?}");
    let both = source(&format!("kind='postgres'\nurl='{}'\nschemas=['public','other']", database.url()));
    assert_eq!(table(&*both, "other.T 2").await.columns.len(), 1);
    assert!(lookup(&*both, "other.T 2", "a", &["1"], &["a"]).await?.is_empty());
    Ok(())
}

/// Every type comes out in its canonical text, also what typed decoders cannot express.
#[tokio::test]
async fn values_are_lossless() -> Outcome {
    let (_database, source) = sample().await?;
    let columns = [
        "姓 \"名\"",
        "code",
        "n2",
        "n4",
        "n8",
        "amount",
        "free",
        "ok",
        "f4",
        "f8",
        "born",
        "made",
        "seen",
        "tag",
        "hue",
        "doc",
        "raw",
        "parts",
    ];
    let rows = lookup(&*source, "persons", "id", &["110101199003077715"], &columns).await?;
    assert_eq!(
        rows,
        [[
            "张三",
            "AB",
            "1",
            "7",
            "9007199254740993",
            "12.5000",
            "1.10",
            "true",
            "0.1",
            "100000000000000000000",
            "1990-03-07",
            "2024-01-05T08:30:00",
            "2024-01-05T00:30:00.25Z",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "红",
            "{\"a\": 1}",
            "\\x00ff",
            "{a,b}"
        ]]
    );
    let rows = lookup(&*source, "persons", "id", &["O'Brien"], &["free", "f8", "born", "made"]).await?;
    assert_eq!(rows, [["NaN", "NaN", "infinity", "∅"]]);
    assert_eq!(code(read(&*source, "persons", Values::Typed).await), "source.value");
    assert_eq!(read(&*source, "persons", Values::Text).await?[0].num_rows(), 2);
    let typed = read(&*source, "big", Values::Typed).await?;
    assert_eq!(typed.iter().map(|batch| batch.num_rows()).sum::<usize>(), 150_000);
    Ok(())
}

/// A key is found in a column of any comparable type; what the type cannot hold matches nothing.
#[tokio::test]
async fn keys_of_every_type() -> Outcome {
    let (_database, source) = sample().await?;
    for (column, value, rows) in [
        ("code", "AB", 1),
        ("code", "AB    ", 1),
        ("code", "ab", 0),
        ("n2", "1", 1),
        ("n4", "007", 1),
        ("n4", "7abc", 0),
        ("n4", "7.0", 0),
        ("n4", "99999999999", 0),
        ("n4", "99999999999999999999", 0),
        ("n8", "9007199254740993", 1),
        ("n8", "9007199254740992", 0),
        ("amount", "12.5", 1),
        ("amount", "1e1", 0),
        ("born", "1990-03-07", 1),
        ("born", "1990-3-7", 0),
        ("tag", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", 1),
        ("tag", "x", 0),
        ("hue", "红", 1),
        ("hue", "蓝", 0),
        ("ok", "true", 1),
        ("ok", "1", 0),
        ("id", "nul\0", 0),
    ] {
        let one = lookup(&*source, "persons", column, &[value], &["id"]).await;
        assert_eq!(one.map(|found| found.len()).ok(), Some(rows), "{column} {value}");
        let several = lookup(&*source, "persons", column, &[value, "0", "zz", value], &["id"]).await;
        assert_eq!(several.map(|found| found.len()).ok(), Some(rows), "{column} {value} among others");
    }
    assert_eq!(code(lookup(&*source, "persons", "raw", &["x"], &["id"]).await), "source.key_unsupported");
    Ok(())
}

/// The condition made for each type is one that PostgreSQL answers from the index.
#[tokio::test]
async fn keys_use_the_index() -> Outcome {
    let (database, source) = sample().await?;
    let server = testbed::shared_postgres().await?;
    let sql = "INSERT INTO persons (id, \"姓 \"\"名\"\"\", code, n4, n8, amount, born, tag)
               SELECT 'x' || i, 'y', 'c' || i, i + 100, i + 100, i, date '1900-01-01' + i, gen_random_uuid()
                 FROM generate_series(1, 20000) i; ANALYZE persons; SELECT pg_stat_reset();";
    server.psql_in(database.name(), sql).await?;
    for (column, value) in [
        ("id", "x77"),
        ("code", "c77"),
        ("n4", "177"),
        ("n8", "177"),
        ("amount", "77"),
        ("born", "1900-03-19"),
        ("tag", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ] {
        for values in [&[value][..], &[value, "0"][..]] {
            assert_eq!(
                lookup(&*source, "persons", column, values, &["id"]).await?.len(),
                1,
                "{column} {values:?}"
            );
        }
    }
    drop(source);
    // The server writes the figures of a session when it ends.
    let scans = "SELECT pg_stat_force_next_flush(); SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname = 'persons'";
    let found = server.psql_in(database.name(), scans).await?;
    assert_eq!(found.trim().lines().last(), Some("0"));
    Ok(())
}

/// What tries to become a statement stays a name that is not known, or a value that is not found.
#[tokio::test]
async fn injection_is_impossible() -> Outcome {
    let (_database, source) = sample().await?;
    for attack in ATTACKS {
        assert_eq!(code(lookup(&*source, attack, "id", &["1"], &["id"]).await), "source.table_unknown");
        assert_eq!(code(lookup(&*source, "persons", attack, &["1"], &["id"]).await), "source.column_unknown");
        assert_eq!(code(lookup(&*source, "persons", "id", &["1"], &[attack]).await), "source.column_unknown");
        assert!(lookup(&*source, "persons", "id", &[attack], &["id"]).await?.is_empty());
    }
    assert_eq!(table(&*source, "persons").await.rows.map(|count| count.rows), Some(2));
    Ok(())
}

/// A table made later is found; a column that changed its type under a prepared statement is read anew.
#[tokio::test]
async fn schema_changes_are_followed() -> Outcome {
    let (database, source) = sample().await?;
    let server = testbed::shared_postgres().await?;
    assert_eq!(lookup(&*source, "persons", "n4", &["7"], &["n8"]).await?, [["9007199254740993"]]);
    server
        .psql_in(database.name(), "DROP VIEW adults; ALTER TABLE persons ALTER n8 TYPE text USING n8 || 'x'")
        .await?;
    assert_eq!(lookup(&*source, "persons", "n4", &["7"], &["n8"]).await?, [["9007199254740993x"]]);
    server.psql_in(database.name(), "ALTER TABLE persons DROP n8").await?;
    assert_eq!(code(lookup(&*source, "persons", "n4", &["7"], &["n8"]).await), "source.column_unknown");
    Ok(())
}

/// A profile of a large table takes rows spread over it.
#[tokio::test]
async fn profiles() -> Outcome {
    let (_database, source) = sample().await?;
    let profile = source.profile("big", ProfileOptions { sample_rows: 5000 }).await?;
    assert_eq!(profile.sampling, connect::profile::Sampling::Spread);
    assert!((3000..=5000).contains(&profile.sampled_rows), "{}", profile.sampled_rows);
    let profile = source.profile("persons", ProfileOptions::default()).await?;
    assert_eq!((profile.sampled_rows, profile.columns[2].nulls), (2, 1));
    Ok(())
}

/// A wrong password and a table that may not be read are matters of permission; even a view that would
/// write when it is read cannot, although the account could.
#[tokio::test]
async fn permissions() -> Outcome {
    let (database, one) = sample().await?;
    let server = testbed::shared_postgres().await?;
    let make = "CREATE SEQUENCE s; CREATE VIEW writes AS SELECT 'k' AS k, nextval('s')::text AS n";
    server.psql_in(database.name(), make).await?;
    assert_eq!(code(lookup(&*one, "writes", "k", &["k"], &["n"]).await), "source.query");
    let called = server.psql_in(database.name(), "SELECT is_called FROM s").await?;
    assert_eq!(called.trim(), "f");
    let wrong = database.url().replacen("testbed:", "testbed:wrong", 1);
    let refused = source(&format!("kind='postgres'\nurl='{wrong}'"));
    assert_eq!(code(refused.ping().await), "source.permission");
    Ok(())
}
