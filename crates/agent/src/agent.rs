//! The agent put together: state, record, pins, sources, and what answers calls.

use std::sync::Arc;

use tokio::sync::Semaphore;
use wire::proto::{Hello, TargetInfo};

use crate::carry::{Inboxes, MOST_CARRIED, Targets};
use crate::clock::{Entropy, SharedClock};
use crate::config::{AgentLimits, Config};
use crate::deny::DenyList;
use crate::evidence::HubEvidence;
use crate::execute::Executor;
use crate::fault::Fault;
use crate::pins::Book;
use crate::record::Recorder;
use crate::sources::Sources;
use crate::state::StateDir;

/// Version of the program, as the hub is told.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Questions about tables that are in work at the same time; each may read a whole table.
const METADATA_AT_ONCE: usize = 4;

/// A joined agent with everything open. Only one process at a time can have one for a state folder.
pub struct Agent {
    /// Its state folder.
    pub state: StateDir,
    /// Its record.
    pub recorder: Arc<Recorder>,
    /// Its pins.
    pub book: Arc<Book>,
    /// Its sources.
    pub sources: Arc<Sources>,
    /// Its places of delivery.
    pub targets: Targets,
    /// Its folders that take documents in.
    pub inboxes: Inboxes,
    /// Answers calls.
    pub executor: Arc<Executor>,
    /// Way to the hub's evidence, while a link is open.
    pub hub_evidence: HubEvidence,
    /// The time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: Arc<Entropy>,
    pub(crate) limits: AgentLimits,
    pub(crate) deny: DenyList,
    pub(crate) calls: Arc<Semaphore>,
    pub(crate) metadata: Arc<Semaphore>,
    pub(crate) carried: Arc<Semaphore>,
}

impl Agent {
    /// Opens everything of a joined agent.
    ///
    /// # Errors
    /// `agent.not_joined`, `ledger.*` (another process runs), `source.config`, or what is wrong with the state folder.
    pub fn open(config: &Config, clock: SharedClock, entropy: Entropy) -> Result<Self, Fault> {
        let sources = Sources::open(config, &clock)?;
        Self::with_sources(config, sources, clock, entropy)
    }

    /// The same with sources that are open already.
    ///
    /// # Errors
    /// As [`Agent::open`].
    pub fn with_sources(
        config: &Config,
        sources: Sources,
        clock: SharedClock,
        entropy: Entropy,
    ) -> Result<Self, Fault> {
        let state = StateDir::open(&config.state_dir)?;
        state.identity()?;
        let entropy = Arc::new(entropy);
        let recorder = Arc::new(Recorder::open(&state, Arc::clone(&clock), Arc::clone(&entropy))?);
        let book = Arc::new(Book::open(
            state.clone(),
            config.accept,
            config.deny.clone(),
            sources.names(),
            Arc::clone(&recorder),
            Arc::clone(&clock),
        )?);
        let sources = Arc::new(sources);
        let executor = Executor::new(
            Arc::clone(&book),
            Arc::clone(&sources),
            Arc::clone(&recorder),
            config.limits,
            Arc::clone(&clock),
            Arc::clone(&entropy),
        );
        Ok(Self {
            state,
            recorder,
            book,
            sources,
            targets: Targets::open(&config.targets, &config.deny)?,
            inboxes: Inboxes::open(&config.targets),
            executor: Arc::new(executor),
            hub_evidence: HubEvidence::default(),
            clock,
            entropy,
            limits: config.limits,
            deny: config.deny.clone(),
            calls: Arc::new(Semaphore::new(config.limits.total_calls.min(Semaphore::MAX_PERMITS))),
            metadata: Arc::new(Semaphore::new(METADATA_AT_ONCE)),
            carried: Arc::new(Semaphore::new(MOST_CARRIED)),
        })
    }

    /// What the hub is told when the link opens.
    pub async fn hello(&self) -> Hello {
        Hello {
            agent_version: VERSION.to_owned(),
            sources: self.sources.iter().map(|slot| slot.health()).collect(),
            pins: self.book.states().await,
            targets: self
                .targets
                .list()
                .chain(self.inboxes.names().map(|name| (name, "documents")))
                .map(|(name, kind)| TargetInfo { name: name.to_owned(), kind: kind.to_owned() })
                .collect(),
        }
    }
}
