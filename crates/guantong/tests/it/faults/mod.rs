//! What breaks, breaks clearly, loses nothing, and heals by itself.

mod disk;
mod kill;
mod link;
mod proxy;
mod sources;

use std::path::Path;

use parking_lot::Mutex;

use crate::world::{AgentProcess, HubOptions, HubProcess, Seeded, seed, write_config, write_sqlite};

/// A hub and an agent as processes of their own.
pub struct Site {
    pub hub: HubProcess,
    pub agent: AgentProcess,
    pub county: Seeded,
    pub dir: tempfile::TempDir,
}

impl Site {
    /// With a SQLite source at the provider.
    pub async fn plain(options: HubOptions) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let source = dir.path().join("provider.db");
        write_sqlite(&source).await;
        let table = toml::Table::from_iter([
            ("kind".to_owned(), "sqlite".into()),
            ("path".to_owned(), source.to_str().unwrap().into()),
        ]);
        Self::with_source(dir, options, &table).await
    }

    /// With that source at the provider.
    pub async fn with_source(dir: tempfile::TempDir, options: HubOptions, source: &toml::Table) -> Self {
        Self::behind(dir, options, source, &Mutex::default()).await
    }

    /// The same; the address of the hub's link is put where a relay looks for it.
    pub async fn behind(
        dir: tempfile::TempDir,
        options: HubOptions,
        source: &toml::Table,
        link: &Mutex<String>,
    ) -> Self {
        let (hub, admin) = HubProcess::start(dir.path(), options).await;
        link.lock().clone_from(&hub.link);
        let county = seed(&hub.url, admin).await;
        let config = write_config(&dir.path().join("agent"), &hub.url, source);
        let agent = AgentProcess::join(&config, &county.join_code);
        county.wait_connected(true).await;
        county.mount_and_publish("register").await;
        Self { hub, agent, county, dir }
    }
}

/// Asserts that a log is complete and unchanged.
#[track_caller]
pub fn intact(log: &Path) -> u64 {
    let report = ledger::verify_dir(log, &ledger::VerifyOptions::default()).unwrap();
    assert!(report.is_ok(), "{}: {:?}", log.display(), report.findings);
    report.size
}
