//! Whatever is killed wherever: afterwards the target holds what the source holds, each row once.

use std::time::Duration;

use serde_json::json;

use super::stage::{number, server_target};
use crate::world::{
    AgentProcess, HubOptions, HubProcess, Seeded, Who, run, seed, server_source, until, write_agent,
};

/// Rounds of killing.
const ROUNDS: u32 = 50;
/// Rows at the beginning.
const ROWS: u32 = 3_000;
/// Changes in one round.
const CHANGES: u32 = 25;

/// Numbers that are the same in each run of the test, and hit everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % most
    }
}

/// Two servers, two agents and a hub, each a program of its own that can be killed.
struct Stand {
    seeded: Seeded,
    hub: HubProcess,
    provider: AgentProcess,
    consumer: AgentProcess,
    source: testbed::Postgres,
    target: testbed::Postgres,
    from: testbed::Database,
    to: testbed::Database,
    consumer_agent: String,
    grant: String,
    _dir: tempfile::TempDir,
}

async fn server() -> testbed::Postgres {
    let settings = vec![("wal_level".to_owned(), "logical".to_owned())];
    let options = testbed::PostgresOptions { durable: true, settings, ..testbed::PostgresOptions::default() };
    testbed::postgres(options).await.unwrap()
}

impl Stand {
    async fn raise() -> Self {
        let (source, target) = (server().await, server().await);
        let (from, to) = (source.create_database().await.unwrap(), target.create_database().await.unwrap());
        let dir = tempfile::tempdir().unwrap();
        let (hub, admin) = HubProcess::start(dir.path(), HubOptions::default()).await;
        let seeded = seed(&hub.url, admin).await;
        let sources = [("register", server_source("postgres", from.url()))];
        let config = write_agent(&dir.path().join("provider"), &hub.url, &sources, &[]);
        let provider = AgentProcess::join(&config, &seeded.join_code);
        let agent = json!({"name": "民政局前置机", "organisation_id": seeded.consumer});
        let made = seeded.as_(Who::Platform).post("/api/v1/agents", &agent).await.ok();
        let targets = [("hall", server_target("postgres", to.url()))];
        let config = write_agent(&dir.path().join("consumer"), &hub.url, &[], &targets);
        let consumer = AgentProcess::join(&config, made["join_code"].as_str().unwrap());
        let consumer_agent = made["agent"]["id"].as_str().unwrap().to_owned();
        seeded.wait_connected(true).await;
        let mut stand = Self {
            seeded,
            hub,
            provider,
            consumer,
            source,
            target,
            from,
            to,
            consumer_agent,
            grant: String::new(),
            _dir: dir,
        };
        stand.at_source(
            "CREATE TABLE rkxx (sfzh varchar(30) PRIMARY KEY, xm varchar(60), xb varchar(10), csrq varchar(30), \
             sjh varchar(30), dz varchar(200), qh varchar(12), gxsj timestamp NOT NULL DEFAULT '2026-01-02 03:04:05'); \
             CREATE PUBLICATION guantong FOR TABLE rkxx",
        )
        .await;
        let rows: Vec<String> = (0..ROWS).map(|row| format!("('{}', '张三')", number(row))).collect();
        stand.at_source(&format!("INSERT INTO rkxx (sfzh, xm) VALUES {}", rows.join(", "))).await;
        stand.seeded.mount_and_publish("register").await;
        stand.grant = stand
            .seeded
            .grant(|body| {
                body["shapes"] = json!(["batch"]);
                body["items"] = json!([{"item": "resident_id"}, {"item": "name"}]);
            })
            .await;
        stand
    }

    /// Runs statements at the source, again and again while it is away: a department's own system would do so too.
    async fn at_source(&self, statements: &str) {
        until("the source to take a change", async || {
            let pool = sqlx::PgPool::connect(self.from.url()).await.ok()?;
            let done = sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned())).execute(&pool).await;
            pool.close().await;
            // What was committed although the answer got lost is there already.
            match done {
                Ok(_) => Some(()),
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("23505") => Some(()),
                Err(_) => None,
            }
        })
        .await;
    }

    async fn rows(url: &str, statement: &'static str) -> Option<Vec<(String, Option<String>)>> {
        let pool = sqlx::PgPool::connect(url).await.ok()?;
        let rows = sqlx::query_as(statement).fetch_all(&pool).await.ok();
        pool.close().await;
        rows
    }

    async fn equal(&self, table: &'static str) {
        until(&format!("source and {table} to be equal"), async || {
            let here = Self::rows(self.from.url(), "SELECT sfzh, xm FROM rkxx ORDER BY 1").await?;
            let there = match table {
                "live" => Self::rows(self.to.url(), "SELECT resident_id, name FROM live ORDER BY 1").await?,
                _ => Self::rows(self.to.url(), "SELECT resident_id, name FROM whole ORDER BY 1").await?,
            };
            (here == there).then_some(())
        })
        .await;
    }

    async fn subscribe(&self, table: &str, method: &str, schedule: &str) -> String {
        let body = json!({
            "name": table, "grant_id": self.grant, "agent_id": self.consumer_agent, "target": "hall", "table": table,
            "columns": [{"item": "resident_id"}, {"item": "name"}], "keys": ["resident_id"], "method": method,
            "schedule": {"kind": schedule}, "purpose": {"matter": "MZ-DB-001", "basis": "社会救助暂行办法 第十一条"},
        });
        let made = self.seeded.as_(Who::ConsumerOperator).post("/api/v1/subscriptions", &body).await.ok();
        made["id"].as_str().unwrap().to_owned()
    }

    async fn kill(&mut self, victim: u32) {
        match victim {
            0 => self.provider.kill().await,
            1 => self.consumer.kill().await,
            2 => self.hub.kill().await,
            3 => self.source.kill().await.unwrap(),
            _ => self.target.kill().await.unwrap(),
        }
    }

    async fn up(&mut self, victim: u32) {
        match victim {
            0 => self.provider.up(),
            1 => self.consumer.up(),
            2 => self.hub.up().await,
            // What a killed server leaves behind holds its memory for a moment.
            3 => until("the source to start", async || self.source.start().await.ok()).await,
            _ => until("the target to start", async || self.target.start().await.ok()).await,
        }
    }
}

/// Fifty times one of five programs is killed at some moment while rows change and a whole table is on its way: source agent, target
/// agent, hub, source server, target server. Afterwards both tables hold what the source holds, each row once.
#[test]
fn whatever_is_killed_nothing_is_lost_or_doubled() {
    run(async {
        let mut stand = Stand::raise().await;
        stand.subscribe("live", "changes", "continuous").await;
        let whole = stand.subscribe("whole", "full", "manual").await;
        stand.equal("live").await;
        let mut dice = Dice(2_026);
        let mut next = ROWS;
        for round in 0..ROUNDS {
            // Whether it begins, or is going on, or the hub is away: all of it may be met.
            let path = format!("/api/v1/subscriptions/{whole}/run");
            let session = stand.seeded.as_(Who::ConsumerOperator);
            let _begun = session
                .try_raw(reqwest::Method::POST, &path, Some(("application/json", b"{}".to_vec())))
                .await;
            let mut changes = String::new();
            for _ in 0..CHANGES {
                let row = number(dice.below(next));
                // A name of the round and the row, of common characters.
                let name = char::from_u32(0x5000 + dice.below(2_000)).unwrap();
                changes += &match dice.below(4) {
                    0 => format!("DELETE FROM rkxx WHERE sfzh = '{row}';"),
                    1 => {
                        next += 1;
                        format!("INSERT INTO rkxx (sfzh, xm) VALUES ('{}', '新人');", number(next - 1))
                    }
                    _ => format!("UPDATE rkxx SET xm = '张{name}' WHERE sfzh = '{row}';"),
                };
            }
            let (victim, moment) = (dice.below(5), dice.below(120));
            if victim == 3 {
                stand.at_source(&changes).await;
                tokio::time::sleep(Duration::from_millis(moment.into())).await;
                stand.kill(victim).await;
            } else {
                let killing = async {
                    tokio::time::sleep(Duration::from_millis(moment.into())).await;
                };
                tokio::join!(stand.at_source(&changes), killing);
                stand.kill(victim).await;
            }
            stand.up(victim).await;
            if round % 10 == 9 {
                stand.equal("live").await;
            }
        }
        stand.equal("live").await;
        until("a last run of the whole table", async || {
            let operator = stand.seeded.as_(Who::ConsumerOperator);
            let begun = operator.post(&format!("/api/v1/subscriptions/{whole}/run"), &json!({})).await;
            begun.body["run_id"].is_string().then_some(())
        })
        .await;
        stand.equal("whole").await;
    });
}
