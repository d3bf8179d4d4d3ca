//! A kernel with its own tables on a fresh database.

use std::sync::Arc;

use kernel::Kernel;
use kernel::clock::ManualClock;
use kernel::config::{Config, Database};
use kernel::entropy::SeededEntropy;
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use tempfile::TempDir;

pub const NOW: i64 = 1_790_000_000_000;

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        kernel::migration::migrations()
    }
}

pub struct Node {
    pub kernel: Kernel,
    pub clock: Arc<ManualClock>,
    config: Config,
    _database: Option<testbed::Database>,
    _dir: TempDir,
}

/// Both engines, by name.
pub async fn both() -> Vec<(&'static str, Node)> {
    let server = testbed::shared_postgres().await.expect("PostgreSQL starts");
    let database = server.create_database().await.expect("a database");
    vec![("sqlite", node(None).await), ("postgres", node(Some(database)).await)]
}

async fn node(database: Option<testbed::Database>) -> Node {
    let dir = tempfile::tempdir().expect("a folder");
    let url = database.as_ref().map(|database| database.url().to_owned()).unwrap_or_default();
    let config = Config { data_dir: dir.path().join("hub"), database: Database { url }, ..Config::default() };
    let clock = Arc::new(ManualClock::at(NOW));
    let kernel = open(&config, &clock).await;
    Migrator::up(&kernel.db, None).await.expect("tables");
    Node { kernel, clock, config, _database: database, _dir: dir }
}

async fn open(config: &Config, clock: &Arc<ManualClock>) -> Kernel {
    Kernel::open(config.clone(), clock.clone(), Arc::new(SeededEntropy::new(7))).await.expect("a kernel")
}

impl Node {
    /// Ends this kernel as a crash would, and opens the same data again.
    pub async fn reopen(mut self) -> Self {
        drop(self.kernel);
        self.kernel = open(&self.config, &self.clock).await;
        self
    }
}
