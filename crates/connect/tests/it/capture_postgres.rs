//! Capturing the changes of tables in PostgreSQL.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use connect::Source;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::sync::OnceCell;

use crate::{
    capture::{Copy, Dice, transaction},
    postgres_bulk::COLUMNS,
    support::{Outcome, source, strings, texts},
};

/// A server that keeps a log of changes.
pub async fn server() -> anyhow::Result<&'static testbed::Postgres> {
    static SHARED: OnceCell<testbed::Postgres> = OnceCell::const_new();
    let settings = [("wal_level", "logical"), ("max_replication_slots", "60")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let options = testbed::PostgresOptions { settings, ..Default::default() };
    SHARED.get_or_try_init(|| testbed::postgres(options)).await
}

/// A database with some tables.
pub async fn sample(sql: &str) -> anyhow::Result<(testbed::Database, Arc<dyn Source>)> {
    let server = server().await?;
    let database = server.create_database().await?;
    server.psql_in(database.name(), sql).await?;
    let source = source(&format!("kind='postgres'\nurl='{}'", database.url()));
    Ok((database, source))
}

/// The name of a watcher: slots are known to the whole server.
pub fn named(database: &testbed::Database) -> String {
    format!("w_{}", database.name())
}

pub const T: &str = "CREATE TABLE t (id int PRIMARY KEY, name text, amount numeric(12,2), note text);
    INSERT INTO t SELECT i, 'first ' || i, i, repeat(md5(i::text), 200) FROM generate_series(1000, 1030) i;
    CREATE PUBLICATION guantong FOR TABLE t;";

/// Three writers work at random while a consumer begins, follows, is dropped and resumes, twice; in the end its copy is
/// the table. With the primary key as the identity of a row, and with whole rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_stay_equal() -> Outcome {
    for full in [false, true] {
        let enough = Arc::new(AtomicBool::new(false));
        let identity = if full { "ALTER TABLE t REPLICA IDENTITY FULL;" } else { "" };
        let (database, source) = sample(&format!("{T}{identity}")).await?;
        let writers: Vec<_> = (1..=3)
            .map(|writer| {
                let (url, enough) = (database.url().to_owned(), enough.clone());
                tokio::spawn(async move {
                    let mut conn = PgConnection::connect(&url).await?;
                    let mut dice = Dice(writer * 7 + u64::from(full));
                    let mut rounds = 0;
                    while rounds < 100 || !enough.load(Ordering::Relaxed) {
                        rounds += 1;
                        for statement in transaction(&mut dice, writer) {
                            // A key that is taken already ends the transaction, as in any program.
                            let statement = statement.replace("UPDATE IGNORE", "UPDATE");
                            let _ = conn.execute(AssertSqlSafe(statement)).await;
                        }
                    }
                    Ok::<_, sqlx::Error>(())
                })
            })
            .collect();
        let name = named(&database);
        let mut copy = Copy::new(&*source, &name, "t", &["id", "name", "amount", "note"]);
        copy.whole_rows = full;
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
        drop(stream);
        source.unwatch(&name).await?;
        source.unwatch(&name).await?;
    }
    Ok(())
}

/// A change tells every value of every type exactly as a whole reading does, in inserts and in whole old images.
#[tokio::test]
async fn values_equal_a_reading() -> Outcome {
    let mut sql =
        "CREATE TABLE t (k int PRIMARY KEY, x1 inet, x2 cidr, x3 bit(4), x4 int[], x5 money".to_owned();
    for (at, (ty, _)) in COLUMNS.iter().enumerate() {
        write!(sql, ", \"c {at}\" {ty}")?;
    }
    sql.push_str("); ALTER TABLE t REPLICA IDENTITY FULL; CREATE PUBLICATION guantong FOR TABLE t");
    let (database, source) = sample(&sql).await?;
    let name = named(&database);
    let mut columns = strings(&["k", "x1", "x2", "x3", "x4", "x5"]);
    columns.extend((0..COLUMNS.len()).map(|at| format!("c {at}")));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut copy = Copy::new(&*source, &name, "t", &columns);
    copy.whole_rows = true;
    copy.begin().await?;
    let mut sql = String::new();
    for row in 0..18 {
        write!(
            sql,
            "INSERT INTO t VALUES ({row}, '10.0.0.{row}', '10.0.0.0/8', B'1010', '{{1,NULL}}', 12.5"
        )?;
        for (_, values) in COLUMNS {
            write!(sql, ", {}", values[row % values.len()])?;
        }
        sql.push_str(");");
    }
    server().await?.psql_in(database.name(), &sql).await?;
    let mut stream = copy.changes().await?;
    copy.settle(&mut stream).await?;
    assert_eq!(copy.taken, 18);
    let whole = copy.rows.clone();
    server().await?.psql_in(database.name(), "UPDATE t SET k = k + 100; DELETE FROM t").await?;
    let mut old = Vec::new();
    while old.len() < 18 {
        let changes = copy.step(&mut stream).await?;
        let rows = texts(&changes.rows).into_iter().zip(&changes.gone);
        old.extend(rows.filter(|(_, gone)| **gone).map(|(row, _)| row).take(18));
    }
    for row in &old[..18] {
        assert_eq!(whole.get(&row[..1]), Some(row));
    }
    Ok(())
}

/// A transaction of many rows comes in several pieces, of which only the last moves the position; one that was rolled
/// back does not come; a reader that stops in the middle gets all of it again.
#[tokio::test]
async fn large_transactions() -> Outcome {
    let (database, source) = sample(T).await?;
    let name = named(&database);
    let mut copy = Copy::new(&*source, &name, "t", &["id", "name"]);
    copy.begin().await?;
    let sql = "BEGIN; INSERT INTO t SELECT i, 'no' FROM generate_series(300000, 301000) i; ROLLBACK;
               BEGIN; INSERT INTO t SELECT i, 'many ' || i FROM generate_series(100000, 112000) i; COMMIT";
    server().await?.psql_in(database.name(), sql).await?;
    let mut stream = copy.changes().await?;
    let first = copy.step(&mut stream).await?;
    assert_eq!(first.rows.num_rows(), 5000);
    drop(stream);
    let mut stream = copy.changes().await?;
    let mut positions = Vec::new();
    copy.taken = 0;
    while copy.taken < 12_001 {
        positions.push(copy.step(&mut stream).await?.position);
    }
    assert_eq!((copy.taken, positions.len()), (12_001, 3));
    assert!(
        positions[0] == first.position && positions[1] == first.position && positions[2] != first.position
    );
    assert_eq!(copy.rows, copy.read().await?);
    Ok(())
}

/// Long values that an update leaves as they were are told nevertheless, whatever the identity of a row.
#[tokio::test]
async fn untouched_long_values() -> Outcome {
    let long = "ALTER TABLE t ALTER note SET STORAGE EXTERNAL; UPDATE t SET note = repeat('长', 5000);
                ALTER TABLE t ADD code char(9); UPDATE t SET code = 'c' || id;
                ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (code, id);";
    for identity in ["", "ALTER TABLE t REPLICA IDENTITY FULL;"] {
        let (database, source) = sample(&format!("{T}{long}{identity}")).await?;
        let name = named(&database);
        let mut copy = Copy::new(&*source, &name, "t", &["id", "code", "name", "note"]);
        copy.key = strings(&["id", "code"]);
        copy.begin().await?;
        let sql = "UPDATE t SET name = 'new' WHERE id < 1010; UPDATE t SET id = id + 1000 WHERE id = 1020;
                   UPDATE t SET name = 'going' WHERE id = 1025; DELETE FROM t WHERE id = 1025";
        server().await?.psql_in(database.name(), sql).await?;
        let mut stream = copy.changes().await?;
        copy.settle(&mut stream).await?;
        assert_eq!(
            copy.rows.values().filter(|row| row[3].as_ref().is_some_and(|note| note.len() == 15_000)).count(),
            30
        );
    }
    Ok(())
}

/// The slot moves on with what the consumer confirmed, also while nothing happens in the table but much elsewhere.
#[tokio::test]
async fn the_server_may_forget() -> Outcome {
    let (database, source) = sample(&format!("{T} CREATE TABLE other (x text)")).await?;
    let name = named(&database);
    let mut copy = Copy::new(&*source, &name, "t", &["id", "name"]);
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    let server = server().await?;
    server
        .psql_in(
            database.name(),
            "INSERT INTO other SELECT repeat(md5(i::text), 60) FROM generate_series(1, 20000) i",
        )
        .await?;
    let quiet = copy.step(&mut stream).await?;
    assert_eq!(quiet.rows.num_rows(), 0);
    source.confirm(&copy.watch(), &quiet.position).await?;
    let confirmed = format!(
        "SELECT confirmed_flush_lsn >= '{}' FROM pg_replication_slots WHERE slot_name = '{name}'",
        quiet.position
    );
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while server.psql_in(database.name(), &confirmed).await?.trim() != "t" {
        assert!(tokio::time::Instant::now() < deadline, "the slot did not move");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    drop(stream);
    // Without a watcher that runs, the slot is moved at once; an older position does not move it back.
    server.psql_in(database.name(), "UPDATE t SET name = 'x'").await?;
    let mut stream = copy.changes().await?;
    copy.settle(&mut stream).await?;
    drop(stream);
    source.confirm(&copy.watch(), &copy.position).await?;
    source.confirm(&copy.watch(), &quiet.position).await?;
    let now =
        format!("SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = '{name}'");
    while server.psql_in(database.name(), &now).await?.trim() != copy.position {
        assert!(tokio::time::Instant::now() < deadline, "the slot did not move");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(copy.source.changes(&copy.watch(), &quiet.position).await.is_err());
    Ok(())
}
