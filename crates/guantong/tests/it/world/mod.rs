//! The fixture: a hub, a provider with a source of clean and dirty rows, a consumer, and a department that is party
//! to nothing.
//!
//! Tests of one kind share a world, because raising one costs seconds; each test makes a grant of its own
//! and names it in its calls, so that they do not meet.

mod agent;
mod api;
mod hub;
mod rows;
mod seed;
mod values;

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

pub use agent::{AgentProcess, AgentTask, write_agent, write_config};
pub use api::{Answer, Session};
pub use hub::{HubOptions, HubProcess, HubTask, run_program};
pub use rows::{CLEAN, DIRTY, ELSEWHERE, WRONG, resident_id, sql, write_sqlite};
pub use seed::{PASSWORD, RESOURCE, Seeded, Who, assessments, resource_body, seed, seed_by};
pub use values::{fitting_code, server_source};

/// How long anything in a test may take to come true.
const PATIENCE: Duration = Duration::from_secs(60);

/// The runtime of all tests: what a world spawns outlives the test that raised it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap()
});

/// Runs a test on the shared runtime.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    // Every TLS connection of the process uses the same provider; a second installation changes nothing.
    let _already = rustls::crypto::ring::default_provider().install_default();
    RUNTIME.block_on(test)
}

/// Asks again until there is a result, and fails the test when patience ends.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Everything of one county, within this process.
pub struct World {
    /// People, ids, sessions.
    pub seeded: Seeded,
    /// The hub.
    pub hub: HubTask,
    /// The provider's agent.
    pub agent: AgentTask,
    /// The provider's own file.
    pub source: std::path::PathBuf,
    _dir: tempfile::TempDir,
}

impl std::ops::Deref for World {
    type Target = Seeded;
    fn deref(&self) -> &Seeded {
        &self.seeded
    }
}

/// Database of the hub itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backing {
    Sqlite,
    Postgres,
}

impl World {
    /// Raises a world that nobody else uses.
    pub async fn raise(backing: Backing) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let hub = HubTask::start(dir.path(), backing).await;
        let admin = hub.first_user().await;
        let seeded = seed(&hub.url, admin).await;
        let source = dir.path().join("provider.db");
        write_sqlite(&source).await;
        let config = write_config(&dir.path().join("agent"), &hub.url, &values::sqlite_source(&source));
        let agent = AgentTask::join(&config, &seeded.join_code).await;
        seeded.wait_connected(true).await;
        seeded.mount_and_publish("register").await;
        Self { seeded, hub, agent, source, _dir: dir }
    }

    /// The world of that backing that tests share.
    pub async fn shared(backing: Backing) -> Arc<Self> {
        static SQLITE: OnceCell<Arc<World>> = OnceCell::const_new();
        static POSTGRES: OnceCell<Arc<World>> = OnceCell::const_new();
        let cell = if backing == Backing::Sqlite { &SQLITE } else { &POSTGRES };
        cell.get_or_init(async || Arc::new(Self::raise(backing).await)).await.clone()
    }
}

impl World {
    /// Raises an agent of the consumer with an SQLite file `hall.db` of that folder as its target `hall`; its id.
    pub async fn take_in(&self, dir: &std::path::Path) -> (String, AgentTask) {
        let agent = serde_json::json!({"name": "民政局前置机", "organisation_id": self.consumer});
        let agent = self.as_(Who::Platform).post("/api/v1/agents", &agent).await.ok();
        let id = agent["agent"]["id"].as_str().unwrap().to_owned();
        let target = values::sqlite_source(&dir.join("hall.db"));
        let config = write_agent(&dir.join("agent"), &self.url, &[], &[("hall", target)]);
        let task = AgentTask::join(&config, agent["join_code"].as_str().unwrap()).await;
        until("the consumer's agent to connect", async || {
            let seen = self.as_(Who::Platform).get(&format!("/api/v1/agents/{id}")).await.ok();
            (seen["connected"] == true).then_some(())
        })
        .await;
        (id, task)
    }

    /// Waits until the list of evidence shows the whole log; it follows a moment later.
    pub async fn index_is_complete(&self) {
        until("the list of evidence to follow", async || {
            let note = self.as_(Who::Nobody).get("/api/v1/ledger/checkpoint").await.ok();
            let size: u64 = note.as_str()?.lines().nth(1)?.parse().ok()?;
            let list = self.as_(Who::Auditor).get("/api/v1/evidence?page_size=1").await.ok();
            (list["total"].as_u64()? == size).then_some(())
        })
        .await;
    }

    /// Waits until the list of evidence shows that many calls of a grant; it follows the log a moment later.
    pub async fn index_has(&self, grant: &str, calls: u64) {
        let path = format!("/api/v1/evidence?grant={grant}&kind=exchange.query");
        until("the list of evidence to follow", async || {
            let list = self.as_(Who::Auditor).get(&path).await.ok();
            (list["total"].as_u64()? >= calls).then_some(())
        })
        .await;
    }
}
