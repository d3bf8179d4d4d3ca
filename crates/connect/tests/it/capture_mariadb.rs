//! Capturing the changes of tables in MariaDB.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use connect::{Source, SourceError};
use futures::StreamExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection};
use tokio::sync::OnceCell;

use crate::{
    capture::{Copy, Dice, transaction},
    support::{Outcome, code, source, strings, texts},
};

pub fn options() -> testbed::MariadbOptions {
    let args = ["--log-bin=mysql-bin", "--binlog-format=ROW", "--binlog-row-image=FULL", "--server-id=1"];
    testbed::MariadbOptions { args: strings(&args), ..Default::default() }
}

/// A server that keeps a log of changes.
async fn server() -> anyhow::Result<&'static testbed::Mariadb> {
    static SHARED: OnceCell<testbed::Mariadb> = OnceCell::const_new();
    SHARED.get_or_try_init(|| testbed::mariadb(options())).await
}

async fn sample(sql: &str) -> anyhow::Result<(testbed::Database, Arc<dyn Source>)> {
    let database = server().await?.create_database().await?;
    server().await?.sql_in(database.name(), sql).await?;
    let source = source(&format!("kind='mysql'\nurl='{}'", database.url()));
    Ok((database, source))
}

const T: &str = "CREATE TABLE t (id int PRIMARY KEY, name text, amount decimal(12,2), note longtext);
    INSERT INTO t SELECT seq, CONCAT('first ', seq), seq, REPEAT(MD5(seq), 200) FROM seq_1000_to_1030;";

/// Three writers work at random while a consumer begins, follows, is dropped and resumes, twice; in the end its copy is
/// the table.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_stay_equal() -> Outcome {
    let (database, source) = sample(T).await?;
    let enough = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (1..=3)
        .map(|writer| {
            let (url, enough) = (database.url().to_owned(), enough.clone());
            tokio::spawn(async move {
                let mut conn = MySqlConnection::connect(&url).await?;
                let (mut dice, mut rounds) = (Dice(writer * 7), 0);
                while rounds < 100 || !enough.load(Ordering::Relaxed) {
                    rounds += 1;
                    for statement in transaction(&mut dice, writer) {
                        // A key that is taken already is an error, as in any program.
                        let _ = conn.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await;
                    }
                }
                Ok::<_, sqlx::Error>(())
            })
        })
        .collect();
    let mut copy = Copy::new(&*source, "w_copies", "t", &["id", "name", "amount", "note"]);
    copy.whole_rows = true;
    copy.begin().await?;
    for _ in 0..2 {
        let mut stream = copy.changes().await?;
        for _ in 0..10 {
            copy.step(&mut stream).await?;
            source.confirm(&copy.watch(), &copy.position).await?;
        }
    }
    enough.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await??;
    }
    let mut stream = copy.changes().await?;
    copy.settle(&mut stream).await?;
    assert!(copy.taken > 500, "{} images", copy.taken);
    source.unwatch("w_copies").await?;
    Ok(())
}

/// A change tells every value of every type exactly as a whole reading does, new images and old.
#[tokio::test]
async fn values_equal_a_reading() -> Outcome {
    let sql = "SET sql_mode = ''; CREATE TABLE t (k int PRIMARY KEY, i1 tinyint, u1 tinyint unsigned, i2 smallint, u2 smallint unsigned,
         i3 mediumint, u3 mediumint unsigned, u4 int unsigned, i8 bigint, u8 bigint unsigned, b1 tinyint(1), f float, d double,
         n1 decimal(20,4), n2 decimal(65,30), n3 decimal(9,0), n4 decimal(5,5), da date, t0 datetime, t3 datetime(3), t6 datetime(6),
         s0 timestamp NULL, s4 timestamp(4) NULL, ti time, ti2 time(2), ti6 time(6), y year, c char(6), v varchar(300), tt tinytext,
         lt longtext, g varchar(20) CHARACTER SET gbk, gc char(8) CHARACTER SET gb2312, l varchar(20) CHARACTER SET latin1, u3c varchar(9) CHARACTER SET utf8mb3,
         bi binary(4), vb varbinary(9), bl blob, bt bit(11), e enum('甲','b''c','(d),'), st set('x','y','z'), js json,
         skip1 geometry, skip2 uuid, skip3 inet6, gen int AS (k + 1) STORED, vir int AS (k + 2) VIRTUAL, last int)";
    let (database, source) = sample(sql).await?;
    let columns = [
        "k", "i1", "u1", "i2", "u2", "i3", "u3", "u4", "i8", "u8", "b1", "f", "d", "n1", "n2", "n3", "n4",
        "da", "t0", "t3", "t6", "s0", "s4", "ti", "ti2", "ti6", "y", "c", "v", "tt", "lt", "g", "gc", "l",
        "u3c", "bi", "vb", "bl", "bt", "e", "st", "js", "gen", "last",
    ];
    let mut copy = Copy::new(&*source, "w_values", "t", &columns);
    copy.begin().await?;
    let rows = "SET sql_mode = ''; SET NAMES utf8mb4; SET time_zone = '+08:00';
         INSERT INTO t VALUES
         (1, -128, 255, -32768, 65535, -8388608, 16777215, 4294967295, -9223372036854775808, 18446744073709551615, 2, 0.1, 0.1,
          12.5, 1.5, -7, 0.00001, '1990-03-07', '2024-01-05 08:30:00', '2024-01-05 08:30:00.250', '2024-01-05 08:30:00.000001',
          '2024-01-05 08:30:00', '2024-01-05 08:30:00.1200', '08:30:00', '-01:02:03.25', '838:59:59.000000', 1999, 'AB', '😀𠮷', '''', REPEAT('长', 400),
          '汉字', '汉', 'é€', '汉', x'0100', x'00ff00', x'00ff', b'10000000001', '甲', 'x,z', '{\"a\": [1, null]}', POINT(1, 2), UUID(), '::1', DEFAULT, DEFAULT, 5),
         (2, 127, 0, 32767, 0, 8388607, 0, 0, 9223372036854775807, 0, 0, 16777216, 1e300, -0.0001, -99999999999999999999999999999999999.999999999999999999999999999999,
          999999999, -0.5, '0000-00-00', '0000-00-00 00:00:00', '0001-01-01 00:00:00.000', '9999-12-31 23:59:59.999999', '0000-00-00 00:00:00',
          '1970-01-01 08:00:01', '-838:59:59', '00:00:00.5', '-00:00:00.000001', 0, '', '', '', '', '', '', '', '', '', '', '', b'0', 2, '', '[]', NULL, NULL, NULL, DEFAULT, DEFAULT, NULL),
         (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
          NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, DEFAULT, NULL),
         (4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1.5e20, -0.0, 1000000000, 0, 0, 0, '2024-02-29', '2024-02-29 00:00:00', '2024-02-29 01:02:03', '2024-02-29 01:02:03.5',
          '2038-01-19 11:14:07', '2000-01-01 00:00:00.5', '00:00:00', '10:00:00', '10:00:00.1', 2155, 'a b', 'trailing  ', 't', 't', 'é?', 'x', 'ÿ', 'ü',
          x'ffffffff', x'', x'', b'11111111111', 'zzz', 'z', 'null', NULL, NULL, NULL, DEFAULT, DEFAULT, -2147483648);
         INSERT INTO t (k, f, d) VALUES (5, 1e-20, 1e-20), (6, 123456.7, 123456.789), (7, 1e15, 1e15), (8, 999999.9, 0.5), (9, 3.4e38, 5e-324),
          (10, -0.0000001234567, 3), (11, 1234567, 1e20), (12, 100000, 4), (13, 0.00001, 5), (14, 1e14, 1e14), (15, 12345.6789, 6)";
    server().await?.sql_in(database.name(), rows).await?;
    let mut stream = copy.changes().await?;
    while copy.rows.len() < 15 {
        copy.step(&mut stream).await?;
    }
    let table = copy.read().await?;
    for (key, row) in &table {
        for (at, cell) in row.iter().enumerate() {
            assert_eq!(copy.rows[key][at], *cell, "{key:?} {}", columns[at]);
        }
    }
    server().await?.sql_in(database.name(), "UPDATE t SET k = k + 100; DELETE FROM t").await?;
    let mut old = Vec::new();
    while old.len() < 15 {
        let changes = copy.step(&mut stream).await?;
        let rows = texts(&changes.rows).into_iter().zip(&changes.gone);
        old.extend(rows.filter(|(_, gone)| **gone).map(|(row, _)| row));
    }
    for row in &old[..15] {
        assert_eq!(table.get(&row[..1]), Some(row));
    }
    Ok(())
}

/// A transaction of many rows comes in several pieces, of which only the last moves the position; one that was rolled
/// back does not come; a reader that stops in the middle gets all of it again. Tables without transactions are told too.
#[tokio::test]
async fn large_transactions() -> Outcome {
    let (database, source) =
        sample(&format!("{T} CREATE TABLE a (id int PRIMARY KEY, name text) ENGINE = MyISAM")).await?;
    let mut copy = Copy::new(&*source, "w_large", "t", &["id", "name"]);
    copy.begin().await?;
    let sql = "BEGIN; INSERT INTO t (id) SELECT seq FROM seq_300000_to_301000; ROLLBACK;
               BEGIN; INSERT INTO t (id, name) SELECT seq, CONCAT('many ', seq) FROM seq_100000_to_112000; COMMIT";
    server().await?.sql_in(database.name(), sql).await?;
    let mut stream = copy.changes().await?;
    let first = copy.step(&mut stream).await?;
    assert!(first.rows.num_rows() >= 5000);
    drop(stream);
    let mut stream = copy.changes().await?;
    let mut positions = Vec::new();
    copy.taken = 0;
    while copy.taken < 12_001 {
        positions.push(copy.step(&mut stream).await?.position);
    }
    assert_eq!(copy.taken, 12_001);
    let (last, before) = positions.split_last().unwrap();
    assert!(before.len() >= 2 && before.iter().all(|position| *position == first.position));
    assert_ne!(*last, first.position);
    assert_eq!(copy.rows, copy.read().await?);
    let mut other = Copy::new(&*source, "w_aria", "a", &["id", "name"]);
    other.begin().await?;
    let sql = "INSERT INTO a VALUES (1, 'x'), (2, 'y'); UPDATE a SET name = 'z' WHERE id = 1; DELETE FROM a WHERE id = 2";
    server().await?.sql_in(database.name(), sql).await?;
    let mut stream = other.changes().await?;
    while other.taken < 5 {
        other.step(&mut stream).await?;
    }
    assert_eq!(other.rows, other.read().await?);
    Ok(())
}

fn codes(found: Result<connect::Watchable, SourceError>) -> Vec<String> {
    found.unwrap().obstacles.into_iter().map(|obstacle| obstacle.code).collect()
}

/// Everything in the way is named with what the administrator has to do.
#[tokio::test]
async fn obstacles_are_named() -> Outcome {
    let plain = testbed::shared_mariadb().await?;
    let database = plain.create_database().await?;
    plain.sql_in(database.name(), "CREATE TABLE t (id int, name text)").await?;
    let one = source(&format!("kind='mysql'\nurl='{}'", database.url()));
    let copy = Copy::new(&*one, "w", "t", &["id", "name"]);
    let found = one.watchable(&copy.watch()).await?;
    let named: Vec<_> = found.obstacles.iter().map(|obstacle| obstacle.code.as_str()).collect();
    assert_eq!(named, ["watch.log_bin", "watch.binlog_format"]);
    assert!(found.obstacles[0].en.contains("binlog_format = ROW") && found.obstacles[0].zh.contains("请"));
    assert_eq!(code(one.watch_from_now(&copy.watch()).await), "watch.refused");

    let poor_server = testbed::mariadb(testbed::MariadbOptions {
        args: strings(&[
            "--log-bin=mysql-bin",
            "--binlog-row-image=MINIMAL",
            "--server-id=1",
            "--log-bin-compress=ON",
        ]),
        ..Default::default()
    })
    .await?;
    let database = poor_server.create_database().await?;
    let sql = "CREATE TABLE t (id int PRIMARY KEY, name text, u uuid, v int AS (id + 1) VIRTUAL); CREATE VIEW v AS SELECT * FROM t;
               CREATE TABLE c (id int, x text COMPRESSED); CREATE USER p@'127.0.0.1' IDENTIFIED BY 'x'; GRANT SELECT ON *.* TO p@'127.0.0.1'";
    poor_server.sql_in(database.name(), sql).await?;
    let port = poor_server.port();
    let poor = source(&format!("kind='mysql'\nurl='mysql://p:x@127.0.0.1:{port}/{}'", database.name()));
    let mut copy = Copy::new(&*poor, "w", "t", &["id", "name"]);
    assert_eq!(
        codes(poor.watchable(&copy.watch()).await),
        [
            "watch.binlog_format",
            "watch.binlog_row_image",
            "watch.binlog_compressed",
            "watch.replication_right"
        ]
    );
    let sql = "SET GLOBAL binlog_format = 'ROW'; SET GLOBAL binlog_row_image = 'FULL'; SET GLOBAL log_bin_compress = 'OFF';
               GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'p'@'127.0.0.1'";
    poor_server.sql(sql).await?;
    assert!(codes(poor.watchable(&copy.watch()).await).is_empty());
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    // What is in the log of tables that cannot be read does not disturb the reading of others.
    let sql =
        "INSERT INTO c VALUES (1, REPEAT('x', 9999)); INSERT INTO t (id, name, u) VALUES (1, 'x', UUID())";
    poor_server.sql_in(database.name(), sql).await?;
    copy.settle(&mut stream).await?;
    for (table, columns, expected) in [
        ("t", &["id", "u"][..], "watch.column_unsupported"),
        ("t", &["id", "v"], "watch.column_unsupported"),
        ("c", &["id"], "watch.column_unsupported"),
        ("v", &["id"], "watch.not_a_table"),
    ] {
        let copy = Copy::new(&*poor, "w2", table, columns);
        assert_eq!(codes(poor.watchable(&copy.watch()).await), [expected], "{table} {columns:?}");
    }
    Ok(())
}

/// What the log does not tell row by row, a change of the columns and a log that is gone are told apart; statements on
/// other tables and new indexes are nothing; after beginning anew the watcher goes on.
#[tokio::test]
async fn begins_anew() -> Outcome {
    let server = testbed::mariadb(options()).await?;
    let database = server.create_database().await?;
    server.sql_in(database.name(), &format!("{T} CREATE TABLE u LIKE t")).await?;
    let source = source(&format!("kind='mysql'\nurl='{}'", database.url()));
    let run = async |sql: &str| server.sql_in(database.name(), sql).await;
    let mut copy = Copy::new(&*source, "w", "t", &["id", "name"]);
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    run("TRUNCATE u; ALTER TABLE u ADD x int; ALTER TABLE t ADD INDEX (amount); UPDATE t SET name = 'a'; FLUSH BINARY LOGS;
         INSERT INTO t (id, name) VALUES (1, 'b')")
    .await?;
    copy.settle(&mut stream).await?;
    assert!(copy.position.contains(".000002:"), "{}", copy.position);
    for (sql, expected) in [
        ("DELETE FROM t WHERE id = 1; TRUNCATE t; INSERT INTO t (id) VALUES (2)", "watch.truncated"),
        ("RENAME TABLE t TO old; CREATE TABLE t LIKE old; INSERT INTO t (id) VALUES (2)", "watch.truncated"),
        ("SET binlog_format = 'STATEMENT'; INSERT INTO t (id) VALUES (3)", "watch.truncated"),
        ("ALTER TABLE t ADD more int; INSERT INTO t (id) VALUES (4)", "watch.schema_changed"),
        ("ALTER TABLE t MODIFY amount text; INSERT INTO t (id) VALUES (5)", "watch.schema_changed"),
    ] {
        run(sql).await?;
        assert_eq!(copy.failure(&mut stream).await, expected, "{sql}");
        assert!(stream.next().await.is_none());
        if expected == "watch.schema_changed" {
            assert_eq!(code(copy.changes().await), expected);
        }
        copy.begin().await?;
        stream = copy.changes().await?;
        run("UPDATE t SET name = 'again'").await?;
        copy.settle(&mut stream).await?;
    }
    drop(stream);
    run("FLUSH BINARY LOGS; FLUSH BINARY LOGS").await?;
    // A server does not remove a log that a reader still holds; it notices soon that this one is gone.
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let last = run("SHOW BINARY LOGS")
            .await?
            .lines()
            .last()
            .unwrap_or_default()
            .split('\t')
            .next()
            .unwrap_or_default()
            .to_owned();
        run(&format!("PURGE BINARY LOGS TO '{last}'")).await?;
        if run("SHOW BINARY LOGS").await?.lines().count() == 1 {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "the log was not removed");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let failed = match copy.changes().await {
        Ok(mut stream) => copy.failure(&mut stream).await,
        Err(error) => error.code().as_str(),
    };
    assert_eq!(failed, "watch.position_lost");
    copy.position = "nonsense".to_owned();
    assert_eq!(code(copy.changes().await), "source.config");
    Ok(())
}

/// A connection that is cut, and a server that is killed and started again, are told as down; the watcher resumes from
/// its position and misses nothing. A frozen server is a timeout.
#[tokio::test]
async fn outages_are_survived() -> Outcome {
    // What was committed must outlive the kill, in the table as in the log.
    let durable = testbed::MariadbOptions { durable: true, ..options() };
    let server = testbed::mariadb(durable).await?;
    let database = server.create_database().await?;
    server.sql_in(database.name(), T).await?;
    let limits = "connect_timeout_ms=1500\nstatement_timeout_ms=1500";
    let source = source(&format!("kind='mysql'\nurl='{}'\n{limits}", database.url()));
    let mut copy = Copy::new(&*source, "w", "t", &["id", "name"]);
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    for round in 0..3 {
        server.sql_in(database.name(), &format!("UPDATE t SET name = 'before {round}'")).await?;
        copy.settle(&mut stream).await?;
        match round {
            0 => {
                let dump = "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'";
                let id = server.sql(dump).await?;
                server.sql(&format!("KILL {}", id.trim())).await?;
            }
            1 => server.kill().await?,
            _ => server.stop().await?,
        }
        assert_eq!(copy.failure(&mut stream).await, "source.down");
        server.start().await?;
        server
            .sql_in(database.name(), &format!("INSERT INTO t (id, name) VALUES ({round}, 'meanwhile')"))
            .await?;
        stream = copy.changes().await?;
        copy.settle(&mut stream).await?;
    }
    server.pause().await?;
    assert_eq!(copy.failure(&mut stream).await, "source.timeout");
    server.resume().await?;
    Ok(())
}
