//! What has changed by a watermark column, on every kind of source.

use std::sync::Arc;

use connect::Source;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use crate::support::{Outcome, after, code, source};

/// Numbers of the rows at or above a value.
async fn ids(source: &dyn Source, column: &str, value: Option<&str>) -> anyhow::Result<Vec<String>> {
    let rows = after(source, "t", &["id"], column, value).await?;
    Ok(rows.into_iter().map(|mut row| row.remove(0)).collect())
}

/// Rows as every engine takes them; the fourth and fifth share their watermarks, the sixth has none.
const ROWS: &str = "INSERT INTO t (id, n, made, day, amount) VALUES
    (3, 30, '2024-01-03 00:00:00', '2024-01-03', 3.5), (1, 9, '2024-01-01 08:00:00', '2024-01-01', -1),
    (2, 10, '2024-01-02 23:59:59.25', '2024-01-02', 2.25), (4, 40, '2024-01-04 00:00:00', '2024-01-04', 10),
    (5, 40, '2024-01-04 00:00:00', '2024-01-04', 10), (6, NULL, NULL, NULL, NULL)";

/// What holds for every database: all rows in order with nulls first; from a value on including ties; a row that came
/// later with an equal value is given the next time; a value of the wrong form and a column of the wrong kind are refused.
async fn holds(source: &dyn Source, stamp: fn(&str) -> String) -> anyhow::Result<()> {
    assert_eq!(ids(source, "n", None).await?[..4], ["6", "1", "2", "3"]);
    for (column, value) in [
        ("n", "10".to_owned()),
        ("made", stamp("2024-01-02T23:59:59.25")),
        ("day", "2024-01-02".to_owned()),
        ("amount", "2.25".to_owned()),
    ] {
        let mut found = ids(source, column, Some(&value)).await?;
        assert_eq!(found[..3], ["6", "2", "3"], "{column}");
        found[3..].sort();
        assert_eq!(found[3..], ["4", "5"], "{column}");
    }
    assert_eq!(ids(source, "amount", Some("10.01")).await?, ["6"]);
    assert_eq!(ids(source, "made", Some(&stamp("2024-01-04T00:00:00"))).await?.len(), 3);
    assert_eq!(code(after(source, "t", &["id"], "absent", None).await), "source.column_unknown");
    assert_eq!(code(after(source, "t", &["id"], "raw", None).await), "source.watermark");
    assert_eq!(code(after(source, "t", &["id"], "raw", Some("1")).await), "source.watermark");
    Ok(())
}

/// What holds, also for instants, floats of both widths and padded text.
#[tokio::test]
async fn postgres() -> Outcome {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let make = format!(
        "CREATE TABLE t (id int PRIMARY KEY, n bigint, made timestamp, day date, amount numeric(10,2), raw bytea,
           seen timestamptz, f real, code char(4), low int NOT NULL DEFAULT 0); {ROWS};
         UPDATE t SET seen = made AT TIME ZONE 'UTC', f = 0.7, code = 'a' || id"
    );
    server.psql_in(database.name(), &make).await?;
    let source = source(&format!("kind='postgres'\nurl='{}'", database.url()));
    holds(&*source, str::to_owned).await?;
    assert_eq!(code(after(&*source, "t", &["id"], "n", Some("x")).await), "source.watermark");
    assert_eq!(code(after(&*source, "t", &["id"], "day", Some("x")).await), "source.watermark");
    assert_eq!(ids(&*source, "seen", Some("2024-01-04T00:00:00Z")).await?.len(), 3);
    assert_eq!(ids(&*source, "f", Some("0.7")).await?.len(), 6);
    assert_eq!(ids(&*source, "code", Some("a4")).await?[..], ["4", "5", "6"]);
    server.psql_in(database.name(), "INSERT INTO t (id, n) VALUES (7, 40)").await?;
    assert!(ids(&*source, "n", Some("40")).await?.contains(&"7".to_owned()));
    Ok(())
}

/// An index answers the condition on each kind of column, with and without nulls.
#[tokio::test]
async fn postgres_uses_the_index() -> Outcome {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let make = "CREATE TABLE t AS SELECT i AS id, i::bigint AS n, i AS low, timestamp '2020-01-01' + i * interval '1 minute' AS made,
                  timestamptz '2020-01-01 00:00:00+00' + i * interval '1 minute' AS seen, i::numeric(10,2) AS amount,
                  i::real AS f, date '1900-01-01' + i AS day FROM generate_series(1, 30000) i;
                UPDATE t SET made = NULL WHERE id = 7; ALTER TABLE t ALTER low SET NOT NULL;
                CREATE INDEX ON t (n); CREATE INDEX ON t (low); CREATE INDEX ON t (made); CREATE INDEX ON t (seen);
                CREATE INDEX ON t (amount); CREATE INDEX ON t (f); CREATE INDEX ON t (day); ANALYZE t";
    server.psql_in(database.name(), make).await?;
    // Making an index reads the whole table too, and is counted at the end of its transaction.
    server.psql_in(database.name(), "SELECT pg_stat_reset()").await?;
    let source = source(&format!("kind='postgres'\nurl='{}'", database.url()));
    for (column, value, found) in [
        ("n", "29990", 11),
        ("low", "29990", 11),
        ("made", "2020-01-21T19:50:00", 12),
        ("seen", "2020-01-21T19:50:00Z", 11),
        ("amount", "29990.00", 11),
        ("f", "29990", 11),
        ("day", "1982-02-10", 11),
    ] {
        assert_eq!(ids(&*source, column, Some(value)).await?.len(), found, "{column}");
    }
    drop(source);
    let scans = "SELECT pg_stat_force_next_flush(); SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname = 't'";
    assert_eq!(server.psql_in(database.name(), scans).await?.trim().lines().last(), Some("0"));
    Ok(())
}

/// What holds, also with unsigned numbers beyond 63 bits, zero dates and instants; few rows are read for it.
#[tokio::test]
async fn mariadb() -> Outcome {
    let server = testbed::shared_mariadb().await?;
    let database = server.create_database().await?;
    let make = format!(
        "SET sql_mode = '';
         CREATE TABLE t (id int PRIMARY KEY, n bigint unsigned, made datetime(3), day date, amount decimal(10,2), raw blob,
           seen timestamp(3) NULL, code varchar(4), low int NOT NULL DEFAULT 0, KEY (n), KEY (made), KEY (low)); {ROWS};
         SET time_zone = '+00:00'; UPDATE t SET seen = made, code = id; UPDATE t SET n = 18446744073709551615 WHERE id = 5;
         UPDATE t SET n = 40 WHERE id = 5; UPDATE t SET day = '2024-01-04' WHERE id = 5"
    );
    server.sql_in(database.name(), &make).await?;
    let source = source(&format!("kind='mysql'\nurl='{}'", database.url()));
    holds(&*source, str::to_owned).await?;
    assert_eq!(code(after(&*source, "t", &["id"], "n", Some("x")).await), "source.watermark");
    assert_eq!(ids(&*source, "seen", Some("2024-01-04T00:00:00Z")).await?.len(), 3);
    assert_eq!(ids(&*source, "n", Some("18446744073709551615")).await?, ["6"]);
    assert_eq!(ids(&*source, "day", Some("0000-00-00")).await?.len(), 6);
    assert_eq!(ids(&*source, "code", Some("5")).await?[..], ["5", "6"]);
    let fill = "INSERT INTO t (id, n, low, made) SELECT seq + 100, seq, seq, '2020-01-01' + INTERVAL seq MINUTE FROM seq_1_to_30000;
                ANALYZE TABLE t; SET GLOBAL userstat = 1; FLUSH TABLE_STATISTICS";
    server.sql_in(database.name(), fill).await?;
    assert_eq!(ids(&*source, "low", Some("29990")).await?.len(), 11);
    assert!(!ids(&*source, "n", Some("29990")).await?.is_empty());
    assert!(!ids(&*source, "made", Some("2024-01-03T00:00:00")).await?.is_empty());
    let read = format!(
        "SELECT COALESCE(SUM(rows_read), 0) FROM information_schema.table_statistics
          WHERE table_schema = '{}' AND table_name = 't'",
        database.name()
    );
    let rows: f64 = server.sql_in(database.name(), &read).await?.trim().parse()?;
    assert!(rows < 1000.0, "{rows} rows were read");
    Ok(())
}

/// What holds, where dates and times are texts in columns of numbers.
#[tokio::test]
async fn sqlite() -> Outcome {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("t.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut conn = options.connect().await?;
    conn.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, made DATETIME, day DATE, amount DECIMAL(10,2), raw BLOB)")
        .await?;
    conn.execute(ROWS).await?;
    conn.close().await?;
    let source: Arc<dyn Source> = source(&format!("kind='sqlite'\npath='{}'", path.display()));
    holds(&*source, |stamp| stamp.replace('T', " ")).await?;
    Ok(())
}

/// Files are read whole and filtered: numbers by size, not by their letters; times however they are written; an empty
/// watermark passes; a column that holds other things is refused, and the watermark need not be among the columns.
#[tokio::test]
async fn files() -> Outcome {
    let dir = tempfile::tempdir()?;
    let rows = "id,n,made,mixed\n1,9,2024-01-01 08:00:00,7\n2,10,2024-01-02T23:59:59.25,8\n3,100,2024-01-03,甲\n4,,,\n";
    std::fs::write(dir.path().join("t.csv"), rows)?;
    let (folder, index) = (dir.path().display(), tempfile::tempdir()?);
    let source = source(&format!("kind='files'\ndir='{folder}'\nindex_dir='{}'", index.path().display()));
    let ids = async |column: &str, value: Option<&str>| {
        let rows = after(&*source, "t.csv", &["id"], column, value).await?;
        Ok::<_, anyhow::Error>(rows.into_iter().flatten().collect::<String>())
    };
    assert_eq!(ids("n", Some("10")).await?, "234");
    assert_eq!(ids("n", Some("10.5")).await?, "34");
    assert_eq!(ids("n", None).await?, "1234");
    assert_eq!(ids("made", Some("2024-01-02T23:59:59.25")).await?, "234");
    assert_eq!(ids("made", Some("2024-01-03 00:00:00")).await?, "34");
    assert_eq!(after(&*source, "t.csv", &[], "n", Some("100")).await?[0], ["3", "100", "2024-01-03", "甲"]);
    for (column, value) in
        [("mixed", None), ("mixed", Some("7")), ("n", Some("x")), ("n", Some("2024-01-03"))]
    {
        assert_eq!(
            code(after(&*source, "t.csv", &["id"], column, value).await),
            "source.watermark",
            "{column}"
        );
    }
    assert_eq!(code(after(&*source, "t.csv", &["id"], "absent", None).await), "source.column_unknown");
    Ok(())
}
