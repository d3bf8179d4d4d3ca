//! Reading whole tables of PostgreSQL in bulk.

use std::fmt::Write as _;

use connect::{Scan, Values};
use futures::TryStreamExt as _;

use crate::support::{Outcome, code, lookup, read, source, texts};

/// Columns of every kind with values at their edges: each row is one value of each column, in turn.
pub const COLUMNS: [(&str, &[&str]); 21] = [
    ("text", &["''", "'O''Brien \"x\" \\\\'", "E'tab\\t\\n'", "'😀𠮷'", "repeat('汉', 5000)", "NULL"]),
    ("varchar(20)", &["'  blanks  '", "NULL", "'a'"]),
    ("char(6)", &["'AB'", "''", "'汉 字'", "NULL"]),
    ("name", &["'n'", "NULL"]),
    ("smallint", &["-32768", "32767", "0", "NULL"]),
    ("int", &["-2147483648", "2147483647", "NULL"]),
    ("bigint", &["-9223372036854775808", "9223372036854775807", "0", "NULL"]),
    ("real", &["0.1", "'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e20", "1e-20", "16777216", "NULL"]),
    ("double precision", &["0.1", "'NaN'", "'Infinity'", "'-0'", "1e300", "1e-300", "123456789.125", "NULL"]),
    ("numeric(20,4)", &["12.5", "-0.0001", "0", "1234567890123456.7891", "NULL"]),
    (
        "numeric",
        &[
            "'NaN'",
            "'Infinity'",
            "'-Infinity'",
            "1.10",
            "0",
            "0.000",
            "-0.00001",
            "10000",
            "100000000",
            "99999999.99990000",
            "0.0001",
            "0.00012345",
            "1e40",
            "1e-40",
            "12345678901234567890.123456789",
            "NULL",
            "10000.0001",
            "1e100 + 1e-9",
        ],
    ),
    ("boolean", &["true", "false", "NULL"]),
    (
        "date",
        &[
            "'infinity'",
            "'-infinity'",
            "'0044-03-15 BC'",
            "'0001-01-01'",
            "'2024-02-29'",
            "'12345-06-07'",
            "'4713-01-01 BC'",
            "NULL",
        ],
    ),
    (
        "timestamp",
        &[
            "'infinity'",
            "'-infinity'",
            "'0044-03-15 12:00:00 BC'",
            "'2024-01-05 08:30:00'",
            "'2024-01-05 08:30:00.000001'",
            "'1999-12-31 23:59:59.9'",
            "'12345-06-07 00:00:00'",
            "NULL",
        ],
    ),
    (
        "timestamptz",
        &[
            "'infinity'",
            "'0044-03-15 12:00:00+00 BC'",
            "'2024-01-05 08:30:00.25+08'",
            "'1900-01-01 00:00:00+08'",
            "NULL",
            "'1969-12-31 23:59:59.999999+00'",
        ],
    ),
    ("uuid", &["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'", "NULL"]),
    ("bytea", &["'\\x00ff10'", "''", "NULL"]),
    ("jsonb", &["'{\"a\": [1, null]}'", "NULL"]),
    ("text[]", &["'{a,\"b c\",NULL}'", "NULL"]),
    ("interval", &["'1 year 2 days 03:04:05.6'", "NULL"]),
    ("time", &["'08:30:00.5'", "NULL"]),
];

/// The bulk form and a look-up give the same text for every value of every type, also what has no ordinary form:
/// infinity, times before the common era, numbers that are none, long texts, blanks, characters of four bytes; of tables,
/// of domains and of views.
#[tokio::test]
async fn equals_a_lookup() -> Outcome {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let mut sql =
        "CREATE DOMAIN money2 AS numeric(12,2); CREATE DOMAIN day AS date; CREATE TABLE t (k int PRIMARY KEY"
            .to_owned();
    for (at, (ty, _)) in COLUMNS.iter().enumerate() {
        write!(sql, ", \"c {at}\" {ty}")?;
    }
    sql.push_str(", d1 money2, d2 day);");
    let rows = COLUMNS.iter().map(|(_, values)| values.len()).max().unwrap();
    for row in 0..rows {
        write!(sql, "INSERT INTO t VALUES ({row}")?;
        for (_, values) in COLUMNS {
            write!(sql, ", {}", values[row % values.len()])?;
        }
        write!(sql, ", {row}.5, '2024-01-01');")?;
    }
    sql.push_str("CREATE VIEW v AS SELECT * FROM t WHERE k >= 0");
    server.psql_in(database.name(), &sql).await?;
    let source = source(&format!("kind='postgres'\nurl='{}'", database.url()));
    let mut columns = vec!["k".to_owned(), "d1".to_owned(), "d2".to_owned()];
    columns.extend((0..COLUMNS.len()).map(|at| format!("c {at}")));
    for table in ["t", "v"] {
        let scan = Scan { table, columns: &columns, batch_rows: 4, values: Values::Text, after: None };
        let batches: Vec<_> = source.stream(&scan).await?.try_collect().await?;
        assert!(batches.iter().rev().skip(1).all(|batch| batch.num_rows() == 4));
        let streamed: Vec<_> = batches.iter().flat_map(texts).collect();
        assert_eq!(streamed.len(), rows);
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        for row in &streamed {
            let key = row[0].clone().unwrap();
            let looked_up = lookup(&*source, "t", "k", &[&key], &names).await?;
            for (at, cell) in row.iter().enumerate() {
                assert_eq!(cell.as_deref().unwrap_or("∅"), looked_up[0][at], "{table} {key} {}", columns[at]);
            }
        }
    }
    Ok(())
}

/// Long values make a batch end early, so that memory stays bounded; no row is lost by it. A table that is gone, and a
/// view that fails in the middle, are told as before.
#[tokio::test]
async fn long_values_and_failures() -> Outcome {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let sql = "CREATE TABLE long AS SELECT i, repeat('x', 3000000) AS t FROM generate_series(1, 30) i;
               CREATE TABLE n AS SELECT i FROM generate_series(1, 5000) i;
               CREATE VIEW fails AS SELECT 1 / (4000 - i) AS x FROM n; CREATE TABLE gone (i int)";
    server.psql_in(database.name(), sql).await?;
    let source = source(&format!("kind='postgres'\nurl='{}'", database.url()));
    let batches = read(&*source, "long", Values::Text).await?;
    assert!(batches.len() > 1 && batches.len() < 6, "{}", batches.len());
    let numbers: Vec<_> = batches.iter().flat_map(texts).map(|row| row[0].clone().unwrap()).collect();
    assert_eq!(numbers, (1..=30).map(|i| i.to_string()).collect::<Vec<_>>());
    assert_eq!(code(read(&*source, "fails", Values::Text).await), "source.query");
    source.tables().await?;
    server.psql_in(database.name(), "DROP TABLE gone").await?;
    assert_eq!(code(read(&*source, "gone", Values::Text).await), "source.table_unknown");
    assert_eq!(read(&*source, "n", Values::Text).await?.len(), 5);
    Ok(())
}

/// A server that does not know the bulk form is read row by row.
#[tokio::test]
async fn without_the_bulk_form() -> Outcome {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let sql = "CREATE FUNCTION refuse() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
                 IF current_query() LIKE 'COPY%' THEN RAISE EXCEPTION 'no' USING ERRCODE = '0A000'; END IF; RETURN 7; END $$;
               CREATE VIEW v AS SELECT refuse() AS x";
    server.psql_in(database.name(), sql).await?;
    let source = source(&format!("kind='postgres'\nurl='{}'", database.url()));
    let batches = read(&*source, "v", Values::Text).await?;
    assert_eq!(batches.iter().flat_map(texts).collect::<Vec<_>>(), [[Some("7".to_owned())]]);
    Ok(())
}
