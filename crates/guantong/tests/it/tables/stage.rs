//! A register at the provider, a database at the consumer, an agent on each side.

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::world::{
    AgentTask, Backing, HubTask, Seeded, Who, resident_id, run_program, seed, server_source, until,
    write_agent,
};

/// Two offices with a grant for tables.
pub struct Stage {
    pub seeded: Seeded,
    pub hub: HubTask,
    /// The provider's agent; taken away by tests in which it is gone.
    pub provider: Option<AgentTask>,
    pub _consumer: AgentTask,
    pub consumer_agent: String,
    pub grant: String,
    pub source: sqlx::PgPool,
    pub target: sqlx::PgPool,
    _source: testbed::Database,
    _target: testbed::Database,
    dir: tempfile::TempDir,
}

/// Identity number of the row of that number.
pub fn number(row: u32) -> String {
    resident_id(&format!("1101011990{:02}{:02}{:03}", row / 28 % 12 + 1, row % 28 + 1, row / 336 + 1))
}

impl Stage {
    /// Raises it with that many rows in the register.
    pub async fn raise(rows: u32) -> Self {
        Self::with(rows, &[], &[]).await
    }

    /// The same, with more sources at the provider's agent.
    pub async fn beside(rows: u32, more: &[(&str, toml::Table)]) -> Self {
        Self::with(rows, more, &[]).await
    }

    /// The same, with more targets at the consumer's agent.
    pub async fn towards(rows: u32, more: &[(&str, toml::Table)]) -> Self {
        Self::with(rows, &[], more).await
    }

    async fn with(
        rows: u32,
        more_sources: &[(&str, toml::Table)],
        more_targets: &[(&str, toml::Table)],
    ) -> Self {
        let postgres = logical().await;
        let (from, to) =
            (postgres.create_database().await.unwrap(), postgres.create_database().await.unwrap());
        let source = sqlx::PgPool::connect(from.url()).await.unwrap();
        let target = sqlx::PgPool::connect(to.url()).await.unwrap();
        sqlx::query(
            "CREATE TABLE rkxx (sfzh varchar(30) PRIMARY KEY, xm varchar(60), xb varchar(10), csrq varchar(30), \
             sjh varchar(30), dz varchar(200), qh varchar(12), gxsj timestamp NOT NULL DEFAULT '2026-01-02 03:04:05')",
        )
        .execute(&source)
        .await
        .unwrap();
        let dir = tempfile::tempdir().unwrap();
        let hub = HubTask::start(dir.path(), Backing::Sqlite).await;
        let admin = hub.first_user().await;
        let seeded = seed(&hub.url, admin).await;
        let mut sources = vec![("register", server_source("postgres", from.url()))];
        sources.extend(more_sources.iter().cloned());
        let config = write_agent(&dir.path().join("provider"), &hub.url, &sources, &[]);
        let provider = AgentTask::join(&config, &seeded.join_code).await;
        seeded.wait_connected(true).await;
        seeded.mount_and_publish("register").await;

        let agent = json!({"name": "民政局前置机", "organisation_id": seeded.consumer});
        let made = seeded.as_(Who::Platform).post("/api/v1/agents", &agent).await.ok();
        let consumer_agent = made["agent"]["id"].as_str().unwrap().to_owned();
        let files = dir.path().join("files");
        std::fs::create_dir_all(&files).unwrap();
        let folder = toml::Table::from_iter([
            ("kind".to_owned(), "files".into()),
            ("dir".to_owned(), files.to_str().unwrap().into()),
        ]);
        let mut targets = vec![("hall", server_target("postgres", to.url())), ("folder", folder)];
        targets.extend(more_targets.iter().cloned());
        let config = write_agent(&dir.path().join("consumer"), &hub.url, &[], &targets);
        let consumer = AgentTask::join(&config, made["join_code"].as_str().unwrap()).await;
        let path = format!("/api/v1/agents/{consumer_agent}");
        until("the consumer's agent to connect", async || {
            let agent = seeded.as_(Who::Platform).get(&path).await.ok();
            (agent["connected"] == true && agent["targets"][0]["name"].is_string()).then_some(())
        })
        .await;
        let grant = seeded
            .grant(|body| {
                body["shapes"] = json!(["query", "verify", "batch"]);
                body["items"] = json!([{"item": "resident_id"}, {"item": "name"}, {"item": "sex"},
                    {"item": "birth_date"}, {"item": "mobile", "masked": true}, {"item": "region"},
                    {"item": "address", "verify_only": true}]);
            })
            .await;
        let stage = Self {
            seeded,
            hub,
            provider: Some(provider),
            _consumer: consumer,
            consumer_agent,
            grant,
            source,
            target,
            _source: from,
            _target: to,
            dir,
        };
        stage.fill(0, rows).await;
        stage
    }

    /// Puts a mount in the place of the present one: the department enters it, the authority approves it, and at the department a
    /// person accepts it, as what is mounted elsewhere always waits for one.
    pub async fn remount(&self, mount: &Value) {
        let path = format!("/api/v1/resources/{}/mount", self.seeded.resource);
        self.seeded.as_(Who::ProviderOperator).put(&path, mount).await.ok();
        self.seeded.as_(Who::Business).post(&format!("{path}/approve"), &json!({})).await.ok();
        let config = self.dir.path().join("provider/agent.toml");
        until("the mount to wait at the department, and to be accepted there", async || {
            let config = config.to_str().unwrap();
            let told = run_program(&["agent", "--config", config, "approve", &self.grant], &[]);
            told.status.success().then_some(())
        })
        .await;
    }

    /// Folder of the target `folder`.
    pub fn folder(&self) -> std::path::PathBuf {
        self.dir.path().join("files")
    }

    /// Puts rows `from..to` into the register.
    pub async fn fill(&self, from: u32, to: u32) {
        let numbers: Vec<String> = (from..to).map(number).collect();
        let names: Vec<String> =
            (from..to).map(|row| format!("张{}", ["三", "四", "五"][row as usize % 3])).collect();
        sqlx::query(
            "INSERT INTO rkxx (sfzh, xm, xb, csrq, sjh, dz, qh) \
             SELECT a, b, '1', '1990-03-07', '13912342233', '北京市东城区景山前街4号', '110101' \
             FROM unnest($1::text[], $2::text[]) AS t(a, b)",
        )
        .bind(&numbers)
        .bind(&names)
        .execute(&self.source)
        .await
        .unwrap();
    }

    /// A subscription of the whole table, as tests vary it.
    pub fn body(&self, table: &str) -> Value {
        json!({
            "name": "户籍人口入库", "grant_id": self.grant, "agent_id": self.consumer_agent, "target": "hall", "table": table,
            "columns": [{"item": "resident_id"}, {"item": "name", "column": "xm"}, {"item": "sex"},
                {"item": "birth_date"}, {"item": "mobile"}],
            "keys": ["resident_id"], "method": "full", "schedule": {"kind": "manual"},
            "purpose": {"matter": "MZ-DB-001", "basis": "社会救助暂行办法 第十一条"},
        })
    }

    /// Makes a subscription; its id.
    pub async fn subscribe(&self, table: &str, vary: impl FnOnce(&mut Value)) -> String {
        let mut body = self.body(table);
        vary(&mut body);
        let made = self.operator().post("/api/v1/subscriptions", &body).await.ok();
        made["id"].as_str().unwrap().to_owned()
    }

    pub fn operator(&self) -> &crate::world::Session {
        self.seeded.as_(Who::ConsumerOperator)
    }

    /// Starts a run.
    pub async fn start(&self, id: &str, what: &str) -> String {
        let begun =
            self.operator().post(&format!("/api/v1/subscriptions/{id}/{what}"), &json!({})).await.ok();
        begun["run_id"].as_str().unwrap().to_owned()
    }

    /// Waits until a run has ended; how.
    pub async fn ended(&self, run: &str) -> Value {
        until("a run to end", async || {
            let seen = self.operator().get(&format!("/api/v1/runs/{run}")).await;
            (seen.body["state"].is_string() && seen.body["state"] != "running").then_some(seen.body)
        })
        .await
    }

    /// Runs a subscription to its end.
    pub async fn run(&self, id: &str, what: &str) -> Value {
        let run = self.start(id, what).await;
        self.ended(&run).await
    }

    /// Waits until the last run of a subscription has succeeded after somebody has mended what stood in its way; goes on by
    /// hand where it waits for that.
    pub async fn mended(&self, id: &str) -> Value {
        let path = format!("/api/v1/subscriptions/{id}");
        until("a run to succeed", async || {
            let seen = self.operator().get(&path).await.ok();
            if seen["state"] == "halted" {
                self.operator().post(&format!("{path}/resume"), &json!({"reason": "已修复"})).await.ok();
            }
            // While one is tried by itself, a second is refused.
            let begun = self.operator().post(&format!("{path}/run"), &json!({})).await;
            let run = begun.body["run_id"].as_str()?.to_owned();
            let ended = self.ended(&run).await;
            (ended["state"] == "succeeded").then_some(ended)
        })
        .await
    }

    /// What a row of the register looks like at the target, by key: key, name, date of birth.
    pub async fn register(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT concat_ws('|', sfzh, xm, csrq) FROM rkxx ORDER BY sfzh")
            .fetch_all(&self.source)
            .await
            .unwrap()
    }

    /// Runs a statement at the source.
    pub async fn at_source(&self, statement: &str) {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&self.source).await.unwrap();
    }

    /// Waits until the target holds what the source holds, by key, name and date.
    pub async fn equal(&self, table: &str) {
        self.equal_to(table, "SELECT sfzh, xm, csrq FROM rkxx ORDER BY 1").await;
    }

    /// The same, with what is to be read at the source.
    pub async fn equal_to(&self, table: &str, source: &str) {
        let target = format!("SELECT resident_id, xm, birth_date::text FROM {table} ORDER BY 1");
        until("source and target to be equal", async || {
            type Row = (String, Option<String>, Option<String>);
            let there: Vec<Row> =
                sqlx::query_as(sqlx::AssertSqlSafe(target.clone())).fetch_all(&self.target).await.ok()?;
            let here: Vec<Row> =
                sqlx::query_as(sqlx::AssertSqlSafe(source)).fetch_all(&self.source).await.ok()?;
            (there == here).then_some(())
        })
        .await;
    }
}

/// The server of these tests: it keeps its log in the form from which changes can be read.
async fn logical() -> &'static testbed::Postgres {
    static SERVER: OnceCell<testbed::Postgres> = OnceCell::const_new();
    let settings = [("wal_level", "logical"), ("max_replication_slots", "40"), ("max_wal_senders", "10")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let options = testbed::PostgresOptions { settings, ..testbed::PostgresOptions::default() };
    SERVER.get_or_init(async || testbed::postgres(options).await.unwrap()).await
}

/// A database server as target.
pub fn server_target(kind: &str, url: &str) -> toml::Table {
    toml::Table::from_iter([("kind".to_owned(), kind.into()), ("url".to_owned(), url.into())])
}
