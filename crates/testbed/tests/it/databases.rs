//! The servers answer, keep data over a stop, and freeze on demand.

use std::time::Duration;

use testbed::{MariadbOptions, NginxOptions, PostgresOptions};

/// A PostgreSQL server answers with the right password only, keeps its rows over a stop and over a crash, and
/// answers nothing while it is paused.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_stops_and_starts_with_its_data() {
    let server = testbed::postgres(PostgresOptions { durable: true, ..Default::default() }).await.unwrap();
    assert!(server.url().starts_with("postgres://testbed:"));
    server.psql("create table t (a text); insert into t values ('张三')").await.unwrap();
    server.stop().await.unwrap();
    assert!(server.psql("select 1").await.is_err(), "a stopped server must not answer");
    server.start().await.unwrap();
    assert_eq!(server.psql("select a from t").await.unwrap(), "张三");
    server.kill().await.unwrap();
    server.start().await.unwrap();
    assert_eq!(server.psql("select a from t").await.unwrap(), "张三");

    server.pause().await.unwrap();
    let asked = server.psql("select 1");
    assert!(
        tokio::time::timeout(Duration::from_millis(600), asked).await.is_err(),
        "a paused server must not answer"
    );
    server.resume().await.unwrap();
    assert_eq!(server.psql("select 1").await.unwrap(), "1");
}

/// A database on a disk of its own runs out of room, and goes on when there is room again.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_has_a_small_disk() {
    let options = PostgresOptions { disk_kib: Some(24 * 1024), ..Default::default() };
    let server = testbed::postgres(options).await.unwrap();
    let database = server.create_database_on_disk().await.unwrap();
    let ballast = server.disk().unwrap().join("ballast");
    std::fs::write(&ballast, vec![0_u8; 14 * 1024 * 1024]).unwrap();
    let fill = "create table t as select n, repeat('x', 500) from generate_series(1, 20000) n";
    let full = server.psql_in(database.name(), fill).await.unwrap_err().to_string();
    assert!(full.contains("No space left on device"), "{full}");
    std::fs::remove_file(&ballast).unwrap();
    server.psql_in(database.name(), "create table t as select 1").await.unwrap();
}

/// Tests that share a server get databases of their own.
#[tokio::test(flavor = "multi_thread")]
async fn shared_postgres_gives_separate_databases() {
    let server = testbed::shared_postgres().await.unwrap();
    let (a, b) = (server.create_database().await.unwrap(), server.create_database().await.unwrap());
    server.psql_in(a.name(), "create table only_here (x int)").await.unwrap();
    assert!(server.psql_in(b.name(), "select * from only_here").await.is_err());
    assert!(a.url().ends_with(a.name()));
}

/// A MariaDB server keeps Chinese text over a stop, gives separate databases, and freezes on demand.
#[tokio::test(flavor = "multi_thread")]
async fn mariadb_stops_and_starts_with_its_data() {
    let server = testbed::mariadb(MariadbOptions::default()).await.unwrap();
    let database = server.create_database().await.unwrap();
    server
        .sql_in(
            database.name(),
            "create table 婚姻 (姓名 varchar(50)); insert into 婚姻 values ('阿依古丽·买买提𠮷')",
        )
        .await
        .unwrap();
    server.stop().await.unwrap();
    assert!(server.sql("select 1").await.is_err(), "a stopped server must not answer");
    server.start().await.unwrap();
    assert_eq!(server.sql_in(database.name(), "select 姓名 from 婚姻").await.unwrap(), "阿依古丽·买买提𠮷");
    server.pause().await.unwrap();
    let asked = server.sql("select 1");
    assert!(
        tokio::time::timeout(Duration::from_millis(600), asked).await.is_err(),
        "a paused server must not answer"
    );
    server.resume().await.unwrap();
    assert_eq!(server.sql("select 1").await.unwrap(), "1");
}

/// nginx serves the configuration it was given.
#[tokio::test(flavor = "multi_thread")]
async fn nginx_serves_its_configuration() {
    let http =
        "access_log {dir}/access.log;\nserver { listen 127.0.0.1:{port}; return 200 'guan'; }".to_owned();
    let server = testbed::nginx(NginxOptions { http, workers: 1 }).await.unwrap();
    let port = server.port();
    let said = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        said
    });
    assert!(said.await.unwrap().ends_with("guan"));
    assert!(server.dir().join("access.log").exists());
}
