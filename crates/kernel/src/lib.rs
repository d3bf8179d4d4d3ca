//! The kernel: what every capability of the hub stands on.
//!
//! Typed ids, the clock and randomness as parameters, the proved actor, one error type, the database with a
//! transaction that carries state change, evidence and follow-up, configuration, telemetry, and the shape of a
//! capability ([`module::Module`]).

pub mod actor;
pub mod clock;
pub mod config;
pub mod db;
pub mod entropy;
pub mod error;
pub mod evidence;
pub mod follow_up;
pub mod http;
pub mod ids;
pub mod migration;
pub mod module;
pub mod notice;
pub mod page;
pub mod settings;
pub mod telemetry;
pub mod todo;
pub mod tx;
pub mod working_time;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use actor::{Actor, Role};
pub use error::{Error, Result};
use sea_orm::DatabaseConnection;
pub use tx::Tx;

/// Everything a use case needs from below; cheap to clone.
#[derive(Clone)]
pub struct Kernel(Arc<Inner>);

/// What [`Kernel`] points to.
pub struct Inner {
    /// The hub's own database.
    pub db: DatabaseConnection,
    /// Time.
    pub clock: clock::SharedClock,
    /// Randomness.
    pub entropy: entropy::SharedEntropy,
    /// Evidence log.
    pub evidence: evidence::Evidence,
    /// Configuration.
    pub config: config::Config,
    /// Woken when follow-up work was left.
    pub follow_ups: tokio::sync::Notify,
    /// Follow-up work in hand in this process, by its row.
    pub(crate) in_hand: parking_lot::Mutex<std::collections::HashSet<String>>,
    /// Only one task appends from the outbox at a time, so that the order of commits is kept.
    pub outbox_turn: tokio::sync::Mutex<()>,
    revision: AtomicU64,
}

impl std::ops::Deref for Kernel {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Kernel {
    /// Opens database and evidence log. Migrations are the server's work, since it knows every capability.
    ///
    /// # Errors
    /// `database.*` or `evidence.open`.
    pub async fn open(
        config: config::Config,
        clock: clock::SharedClock,
        entropy: entropy::SharedEntropy,
    ) -> Result<Self> {
        std::fs::create_dir_all(&config.data_dir).map_err(|error| {
            Error::bad_input(
                "config.data_dir",
                format!("数据目录 {} 无法创建，请检查路径与权限。", config.data_dir.display()),
                format!(
                    "The data folder {} cannot be made; check path and rights.",
                    config.data_dir.display()
                ),
            )
            .caused_by(error)
        })?;
        let db = db::open(&config.database_url()).await?;
        let evidence = evidence::Evidence::open(
            &config.data_dir.join("evidence"),
            &config.origin,
            clock.clone(),
            entropy.clone(),
        )?;
        Ok(Self(Arc::new(Inner {
            db,
            clock,
            entropy,
            evidence,
            config,
            follow_ups: tokio::sync::Notify::new(),
            in_hand: parking_lot::Mutex::default(),
            outbox_turn: tokio::sync::Mutex::new(()),
            revision: AtomicU64::new(1),
        })))
    }

    /// A new id of any typed kind.
    pub fn new_id<I: ids::TypedId>(&self) -> I {
        I::from(ids::new_uuid(&*self.clock, &*self.entropy).to_string())
    }

    /// Rises with every committed change. What is held in memory compares it before each use, so that a
    /// suspension or revocation acts on the very next call.
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Says that something was changed.
    pub fn bump_revision(&self) {
        self.revision.fetch_add(1, Ordering::AcqRel);
    }

    /// Milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}
