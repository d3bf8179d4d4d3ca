//! What can go wrong while changes of PostgreSQL are captured.

use connect::SourceError;
use futures::StreamExt as _;

use crate::{
    capture::Copy,
    capture_postgres::{T, named, sample, server},
    support::{Outcome, code, source, strings},
};

fn codes(found: Result<connect::Watchable, SourceError>) -> Vec<String> {
    found.unwrap().obstacles.into_iter().map(|obstacle| obstacle.code).collect()
}

/// Everything in the way is named at once with the statement that removes it; after those statements nothing is.
#[tokio::test]
async fn obstacles_are_named() -> Outcome {
    let plain = testbed::shared_postgres().await?;
    let database = plain.create_database().await?;
    plain.psql_in(database.name(), "CREATE TABLE t (id int, name text)").await?;
    let one = source(&format!("kind='postgres'\nurl='{}'", database.url()));
    let copy = Copy::new(&*one, "w_plain", "t", &["id", "name"]);
    let found = one.watchable(&copy.watch()).await?;
    let named: Vec<_> = found.obstacles.iter().map(|obstacle| obstacle.code.as_str()).collect();
    assert_eq!(named, ["watch.wal_level", "watch.replica_identity", "watch.publication"]);
    assert!(
        found
            .obstacles
            .iter()
            .all(|obstacle| obstacle.en.contains("ALTER") || obstacle.en.contains("CREATE"))
    );
    assert!(found.obstacles.iter().all(|obstacle| obstacle.zh.contains("请")));
    assert_eq!(code(one.watch_from_now(&copy.watch()).await), "watch.refused");

    let sql = "CREATE TABLE t (id int PRIMARY KEY, name text, twice int GENERATED ALWAYS AS (id * 2) STORED);
               CREATE VIEW v AS SELECT * FROM t; CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
               CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)";
    let (database, one) = sample(sql).await?;
    let run = async |sql: &str| server().await?.psql_in(database.name(), sql).await;
    let role = format!("r_{}", database.name());
    run(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    ))
    .await?;
    let port = server().await?.port();
    let poor =
        source(&format!("kind='postgres'\nurl='postgres://{role}:x@127.0.0.1:{port}/{}'", database.name()));
    let name = crate::capture_postgres::named(&database);
    let mut copy = Copy::new(&*poor, &name, "t", &["id", "name"]);
    assert_eq!(codes(poor.watchable(&copy.watch()).await), ["watch.replication_right", "watch.publication"]);
    run(&format!(
        "ALTER ROLE {role} REPLICATION; CREATE PUBLICATION guantong FOR TABLE p WITH (publish = 'insert')"
    ))
    .await?;
    assert_eq!(
        codes(poor.watchable(&copy.watch()).await),
        ["watch.publication_partial", "watch.publication_table"]
    );
    run("ALTER PUBLICATION guantong SET (publish = 'insert, update, delete, truncate');
         ALTER PUBLICATION guantong ADD TABLE t")
    .await?;
    assert!(codes(poor.watchable(&copy.watch()).await).is_empty());
    copy.whole_rows = true;
    assert_eq!(codes(poor.watchable(&copy.watch()).await), ["watch.replica_identity"]);
    copy.whole_rows = false;
    copy.key = strings(&["name"]);
    assert_eq!(codes(poor.watchable(&copy.watch()).await), ["watch.replica_identity"]);
    run("ALTER TABLE t REPLICA IDENTITY FULL").await?;
    copy.whole_rows = true;
    assert!(codes(poor.watchable(&copy.watch()).await).is_empty());
    copy.begin().await?;
    assert!(copy.changes().await.is_ok());

    let twice = Copy::new(&*one, "w_t", "t", &["id", "twice"]);
    assert_eq!(codes(one.watchable(&twice.watch()).await), ["watch.generated"]);
    let view = Copy::new(&*one, "w_v", "v", &["id"]);
    assert_eq!(codes(one.watchable(&view.watch()).await), ["watch.not_a_table"]);
    let parts = Copy::new(&*one, "w_p", "p", &["id"]);
    assert_eq!(codes(one.watchable(&parts.watch()).await), ["watch.publication_root"]);
    run(
        "ALTER PUBLICATION guantong DROP TABLE t; ALTER PUBLICATION guantong ADD TABLE t (id) WHERE (id > 5)",
    )
    .await?;
    assert_eq!(codes(one.watchable(&copy.watch()).await), ["watch.publication_filtered"]);
    let bad = Copy::new(&*one, "Robert'); --", "t", &["id"]);
    assert_eq!(code(one.watchable(&bad.watch()).await), "source.config");
    Ok(())
}

/// A partitioned table that is published as a whole is watched as one.
#[tokio::test]
async fn partitions() -> Outcome {
    let sql = "CREATE TABLE t (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
               CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
               CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
               CREATE PUBLICATION guantong FOR TABLE t WITH (publish_via_partition_root = true)";
    let (database, source) = sample(sql).await?;
    let name = named(&database);
    let mut copy = Copy::new(&*source, &name, "t", &["id", "name"]);
    copy.begin().await?;
    let sql = "INSERT INTO t SELECT i, 'x' FROM generate_series(1, 19) i; UPDATE t SET id = 0 WHERE id = 15";
    server().await?.psql_in(database.name(), sql).await?;
    let mut stream = copy.changes().await?;
    copy.settle(&mut stream).await?;
    assert_eq!(copy.rows.len(), 19);
    Ok(())
}

/// A table that is emptied, changed or replaced, and a slot that is gone, are told apart; after beginning anew the watcher
/// goes on. Columns that were not asked for may come and go.
#[tokio::test]
async fn begins_anew() -> Outcome {
    let (database, source) = sample(T).await?;
    let run = async |sql: &str| server().await?.psql_in(database.name(), sql).await;
    let name = named(&database);
    let mut copy = Copy::new(&*source, &name, "t", &["id", "name"]);
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    run("ALTER TABLE t ADD more int; UPDATE t SET name = 'a'; ALTER TABLE t DROP amount; UPDATE t SET name = 'b'").await?;
    copy.settle(&mut stream).await?;
    run("UPDATE t SET name = 'c' WHERE id = 1000; TRUNCATE t; INSERT INTO t VALUES (1, 'd')").await?;
    assert_eq!(copy.failure(&mut stream).await, "watch.truncated");
    assert!(stream.next().await.is_none());
    let mut stream = copy.changes().await?;
    assert_eq!(copy.failure(&mut stream).await, "watch.truncated");
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    run("INSERT INTO t VALUES (2, 'e')").await?;
    copy.settle(&mut stream).await?;
    for change in ["ALTER TABLE t ALTER name TYPE varchar(40)", "ALTER TABLE t RENAME name TO called"] {
        run(&format!("{change}; INSERT INTO t SELECT max(id) + 1 FROM t")).await?;
        assert_eq!(copy.failure(&mut stream).await, "watch.schema_changed", "{change}");
        if change.contains("TYPE") {
            copy.begin().await?;
            stream = copy.changes().await?;
        }
    }
    assert_eq!(code(copy.changes().await), "watch.schema_changed");
    run("ALTER TABLE t RENAME called TO name").await?;
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    run("ALTER TABLE t RENAME TO old; CREATE TABLE t (id int PRIMARY KEY, name text)").await?;
    assert_eq!(copy.failure(&mut stream).await, "watch.schema_changed");
    assert_eq!(code(copy.changes().await), "watch.refused");
    run("ALTER PUBLICATION guantong ADD TABLE t").await?;
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    // The watcher may look at the slot at this very moment.
    let gone = format!("SELECT pg_drop_replication_slot('{name}')");
    while let Err(error) = run(&gone).await {
        assert!(error.to_string().contains("is active"), "{error}");
    }
    assert_eq!(copy.failure(&mut stream).await, "watch.position_lost");
    assert_eq!(code(copy.changes().await), "watch.position_lost");
    copy.position = "nonsense".to_owned();
    assert_eq!(code(copy.changes().await), "source.config");
    Ok(())
}

/// A slot that fell so far behind that the server removed its log is told as a lost position.
#[tokio::test]
async fn an_overrun_slot() -> Outcome {
    let settings = [
        ("wal_level", "logical"),
        ("max_slot_wal_keep_size", "1MB"),
        ("min_wal_size", "32MB"),
        ("max_wal_size", "32MB"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let server = testbed::postgres(testbed::PostgresOptions { settings, ..Default::default() }).await?;
    let database = server.create_database().await?;
    server.psql_in(database.name(), T).await?;
    let source = source(&format!("kind='postgres'\nurl='{}'", database.url()));
    let mut copy = Copy::new(&*source, "w", "t", &["id", "name"]);
    copy.begin().await?;
    for _ in 0..3 {
        for sql in [
            "CREATE TABLE x AS SELECT repeat(md5(i::text), 60) FROM generate_series(1, 20000) i",
            "DROP TABLE x",
            "SELECT pg_switch_wal()",
            "CHECKPOINT",
        ] {
            server.psql_in(database.name(), sql).await?;
        }
    }
    assert_eq!(code(copy.changes().await), "watch.position_lost");
    copy.begin().await?;
    assert!(copy.changes().await.is_ok());
    Ok(())
}

/// A connection that is cut, and a server that is killed and started again, are told as down; the watcher resumes from
/// its position and misses nothing.
#[tokio::test]
async fn outages_are_survived() -> Outcome {
    let settings = [("wal_level".to_owned(), "logical".to_owned())].to_vec();
    let server = testbed::postgres(testbed::PostgresOptions { settings, ..Default::default() }).await?;
    let database = server.create_database().await?;
    server.psql_in(database.name(), T).await?;
    let limits = "connect_timeout_ms=1500\nstatement_timeout_ms=1500";
    let source = source(&format!("kind='postgres'\nurl='{}'\n{limits}", database.url()));
    let mut copy = Copy::new(&*source, "w", "t", &["id", "name"]);
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    for round in 0..3 {
        let sql = format!("UPDATE t SET name = 'before {round}'");
        server.psql_in(database.name(), &sql).await?;
        copy.settle(&mut stream).await?;
        source.confirm(&copy.watch(), &copy.position).await?;
        match round {
            0 => {
                let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'guantong-agent'";
                server.psql_in(database.name(), cut).await?;
            }
            1 => server.kill().await?,
            _ => server.stop().await?,
        }
        assert_eq!(copy.failure(&mut stream).await, "source.down");
        server.start().await?;
        let sql = format!("INSERT INTO t VALUES ({round}, 'meanwhile')");
        server.psql_in(database.name(), &sql).await?;
        stream = copy.changes().await?;
        copy.settle(&mut stream).await?;
    }
    server.pause().await?;
    assert_eq!(copy.failure(&mut stream).await, "source.timeout");
    server.resume().await?;
    Ok(())
}
