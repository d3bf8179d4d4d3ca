//! A department's database is stopped or hangs.

use super::{Site, intact};
use crate::world::{CLEAN, HubOptions, run, server_source, sql, until};

/// A server of either make.
enum Engine {
    Postgres(testbed::Postgres),
    Mariadb(testbed::Mariadb),
}

impl Engine {
    async fn site(&self) -> Site {
        let (kind, url) = match self {
            Self::Postgres(server) => {
                let database = server.create_database().await.unwrap();
                for statement in sql() {
                    server.psql_in(database.name(), &statement).await.unwrap();
                }
                ("postgres", database.url().to_owned())
            }
            Self::Mariadb(server) => {
                let database = server.create_database().await.unwrap();
                for statement in sql() {
                    server.sql_in(database.name(), &statement).await.unwrap();
                }
                ("mysql", database.url().to_owned())
            }
        };
        let source = server_source(kind, &url);
        Site::with_source(tempfile::tempdir().unwrap(), HubOptions::default(), &source).await
    }
    async fn kill(&self) {
        match self {
            Self::Postgres(server) => server.kill().await.unwrap(),
            Self::Mariadb(server) => server.kill().await.unwrap(),
        }
    }
    async fn start(&self) {
        match self {
            Self::Postgres(server) => server.start().await.unwrap(),
            Self::Mariadb(server) => server.start().await.unwrap(),
        }
    }
    async fn pause(&self) {
        match self {
            Self::Postgres(server) => server.pause().await.unwrap(),
            Self::Mariadb(server) => server.pause().await.unwrap(),
        }
    }
    async fn resume(&self) {
        match self {
            Self::Postgres(server) => server.resume().await.unwrap(),
            Self::Mariadb(server) => server.resume().await.unwrap(),
        }
    }
}

/// A database that is stopped is told with department and time, one that hangs ends the call in time; the path heals
/// by itself once the database is back, and nothing that brought no answer is charged.
async fn heals(engine: Engine) {
    let site = engine.site().await;
    let county = &site.county;
    let grant = county.grant(|_| {}).await;
    let question = county.question(&grant, CLEAN);
    let used = async || {
        let path = format!("/api/v1/grants/{grant}");
        county.as_(crate::world::Who::ProviderHead).get(&path).await.ok()["used_today"].as_u64().unwrap()
    };
    assert_eq!(county.query(&question).await.ok()["rows"][0]["items"]["name"]["value"], "张三");
    assert_eq!(used().await, 1);

    engine.pause().await;
    let answer = county.query(&question).await;
    // A statement on an open connection runs out of time; where the agent's own health check held that connection,
    // the call needs a new one, which a hanging server does not accept: an outage.
    let error = match answer.code() {
        "fetch.source_down" => answer.refused(503, "fetch.source_down"),
        _ => answer.refused(504, "fetch.timeout"),
    };
    assert_eq!(error["provider"], "云澜县公安局");
    engine.resume().await;
    until("an answer after the hang", async || {
        county.query(&question).await.status.is_success().then_some(())
    })
    .await;
    assert_eq!(used().await, 2);

    engine.kill().await;
    let since = until("the outage to be told", async || {
        let answer = county.query(&question).await;
        assert!(!answer.status.is_success(), "{}", answer.body);
        (answer.code() == "fetch.source_down").then(|| answer.refused(503, "fetch.source_down").clone())
    })
    .await;
    assert_eq!((&since["provider"], &since["source"]), (&"云澜县公安局".into(), &"register".into()));
    assert!(since["since_ms"].as_i64().unwrap() > 1_700_000_000_000, "{since}");
    engine.start().await;
    until("an answer after the outage", async || {
        county.query(&question).await.status.is_success().then_some(())
    })
    .await;
    assert_eq!(used().await, 3);
    intact(&site.hub.log_dir());
}

/// With PostgreSQL.
#[test]
fn postgres() {
    run(async { heals(Engine::Postgres(testbed::postgres(Default::default()).await.unwrap())).await });
}

/// With MariaDB.
#[test]
fn mariadb() {
    run(async { heals(Engine::Mariadb(testbed::mariadb(Default::default()).await.unwrap())).await });
}
