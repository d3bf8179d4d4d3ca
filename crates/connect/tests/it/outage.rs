//! Servers that stop, freeze and come back.

use connect::{Scan, Values};
use futures::StreamExt as _;

use crate::support::{Outcome, code, lookup, source};

const LIMITS: &str = "connect_timeout_ms=1500\nstatement_timeout_ms=1500\nmax_connections=2";

/// PostgreSQL stopped, killed and started again: the failure says that it is down, and the next look-up
/// after the start works, without anybody doing anything.
#[tokio::test]
async fn postgres_comes_back() -> Outcome {
    let server = testbed::postgres(testbed::PostgresOptions::default()).await?;
    let database = server.create_database().await?;
    let make = "CREATE TABLE t (k text PRIMARY KEY, v int); INSERT INTO t SELECT 'k' || i, i FROM generate_series(1, 200000) i";
    server.psql_in(database.name(), make).await?;
    let source = source(&format!("kind='postgres'\nurl='{}'\n{LIMITS}", database.url()));
    for kill in [false, true] {
        assert_eq!(lookup(&*source, "t", "k", &["k7"], &["v"]).await?, [["7"]]);
        let scan = Scan { table: "t", columns: &[], batch_rows: 100, values: Values::Typed, after: None };
        let mut stream = source.stream(&scan).await?;
        assert!(stream.next().await.is_some_and(|batch| batch.is_ok()));
        if kill {
            server.kill().await?
        } else {
            server.stop().await?
        }
        let mut last = None;
        while let Some(batch) = stream.next().await {
            last = Some(batch);
        }
        assert_eq!(last.map(code), Some("source.down"));
        assert_eq!(code(lookup(&*source, "t", "k", &["k7"], &["v"]).await), "source.down");
        assert_eq!(code(source.ping().await), "source.down");
        server.start().await?;
    }
    assert_eq!(lookup(&*source, "t", "k", &["k7"], &["v"]).await?, [["7"]]);
    Ok(())
}

/// A connection that broke while it was idle is replaced within the look-up: the caller notices nothing.
#[tokio::test]
async fn idle_connections_may_break() -> Outcome {
    let server = testbed::postgres(testbed::PostgresOptions::default()).await?;
    let database = server.create_database().await?;
    server.psql_in(database.name(), "CREATE TABLE t (k int PRIMARY KEY); INSERT INTO t VALUES (7)").await?;
    let source = source(&format!("kind='postgres'\nurl='{}'\n{LIMITS}", database.url()));
    assert_eq!(lookup(&*source, "t", "k", &["7"], &["k"]).await?.len(), 1);
    server.stop().await?;
    server.start().await?;
    assert_eq!(lookup(&*source, "t", "k", &["7"], &["k"]).await?.len(), 1);
    Ok(())
}

/// A frozen PostgreSQL is a timeout, not a hang; thawed, it answers again.
#[tokio::test]
async fn postgres_freezes() -> Outcome {
    let server = testbed::postgres(testbed::PostgresOptions::default()).await?;
    let database = server.create_database().await?;
    let make = "CREATE TABLE t (k int PRIMARY KEY); INSERT INTO t VALUES (7); CREATE VIEW slow AS SELECT k, pg_sleep(60)::text AS z FROM t";
    server.psql_in(database.name(), make).await?;
    let source = source(&format!("kind='postgres'\nurl='{}'\n{LIMITS}", database.url()));
    assert_eq!(lookup(&*source, "t", "k", &["7"], &["k"]).await?.len(), 1);
    assert_eq!(code(lookup(&*source, "slow", "k", &["7"], &["z"]).await), "source.timeout");
    server.pause().await?;
    assert_eq!(code(lookup(&*source, "t", "k", &["7"], &["k"]).await), "source.timeout");
    let again = code(lookup(&*source, "t", "k", &["7"], &["k"]).await);
    assert!(["source.down", "source.timeout"].contains(&again), "{again}");
    server.resume().await?;
    assert_eq!(lookup(&*source, "t", "k", &["7"], &["k"]).await?.len(), 1);
    Ok(())
}

/// The same for MariaDB: stopped, killed, frozen, slow.
#[tokio::test]
async fn mariadb_comes_back() -> Outcome {
    let server = testbed::mariadb(testbed::MariadbOptions::default()).await?;
    let database = server.create_database().await?;
    let make = "CREATE TABLE t (k varchar(9) PRIMARY KEY); INSERT INTO t VALUES ('k7');
                CREATE VIEW slow AS SELECT k, SLEEP(60) AS z FROM t";
    server.sql_in(database.name(), make).await?;
    let source = source(&format!("kind='mysql'\nurl='{}'\n{LIMITS}", database.url()));
    for kill in [false, true] {
        assert_eq!(lookup(&*source, "t", "k", &["k7"], &["k"]).await?.len(), 1);
        if kill {
            server.kill().await?
        } else {
            server.stop().await?
        }
        assert_eq!(code(lookup(&*source, "t", "k", &["k7"], &["k"]).await), "source.down");
        server.start().await?;
    }
    assert_eq!(lookup(&*source, "t", "k", &["k7"], &["k"]).await?.len(), 1);
    assert_eq!(code(lookup(&*source, "slow", "k", &["k7"], &["z"]).await), "source.timeout");
    server.pause().await?;
    assert_eq!(code(lookup(&*source, "t", "k", &["k7"], &["k"]).await), "source.timeout");
    server.resume().await?;
    assert_eq!(lookup(&*source, "t", "k", &["k7"], &["k"]).await?.len(), 1);
    Ok(())
}

/// More callers than connections wait for their turn and all get their answer.
#[tokio::test(flavor = "multi_thread")]
async fn callers_wait_their_turn() -> Outcome {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    server
        .psql_in(
            database.name(),
            "CREATE TABLE t (k int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 500)",
        )
        .await?;
    let source = source(&format!("kind='postgres'\nurl='{}'\nmax_connections=2", database.url()));
    let callers = (1..=200).map(|k| {
        let source = source.clone();
        tokio::spawn(async move { lookup(&*source, "t", "k", &[&k.to_string()], &["k"]).await })
    });
    for (at, caller) in futures::future::join_all(callers).await.into_iter().enumerate() {
        assert_eq!(caller??, [[(at + 1).to_string()]]);
    }
    let open = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'guantong-agent' AND datname = current_database()";
    assert_eq!(server.psql_in(database.name(), open).await?.trim(), "2");
    Ok(())
}
