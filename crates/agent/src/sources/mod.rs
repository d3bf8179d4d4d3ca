//! The department's sources as the agent uses them: bounded, watched, and spared while they are down.

mod breaker;
mod metadata;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use connect::{Lookup, Source, SourceCode, SourceError};
use parking_lot::Mutex;
use plan::Fetch;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::{Instant, timeout};
use wire::proto::SourceHealth;

use crate::clock::{SharedClock, shanghai_minute};
use crate::config::{AgentLimits, Config};
use crate::fault::Fault;
pub use breaker::{Breaker, Health, Trouble};

/// A source that is down is asked this often whether it is back.
const RETRY_DOWN: Duration = Duration::from_secs(1);
/// A ping that takes longer has failed.
const PING_WITHIN: Duration = Duration::from_secs(5);

/// All sources of this agent.
pub struct Sources {
    slots: BTreeMap<String, Arc<Slot>>,
    changes: broadcast::Sender<SourceHealth>,
}

/// One source.
pub struct Slot {
    name: String,
    source: Arc<dyn Source>,
    gate: Semaphore,
    breaker: Mutex<Breaker>,
    clock: SharedClock,
    interval: Duration,
    changes: broadcast::Sender<SourceHealth>,
}

impl Sources {
    /// Opens the sources of a configuration. Nothing is reached yet, so a source that is down now is no error.
    ///
    /// # Errors
    /// `source.config` and the like, when a source can never work as configured.
    pub fn open(config: &Config, clock: &SharedClock) -> Result<Self, Fault> {
        let mut sources: Vec<(String, Arc<dyn Source>)> = Vec::new();
        for (name, source) in &config.sources {
            let opened = connect::open(name, source).map_err(|error| fault(name, &error, 0))?;
            sources.push((name.clone(), opened));
        }
        Ok(Self::new(sources, &config.limits, clock))
    }

    /// Uses sources that are open already.
    pub fn new(sources: Vec<(String, Arc<dyn Source>)>, limits: &AgentLimits, clock: &SharedClock) -> Self {
        let changes = broadcast::channel(256).0;
        let slots = sources.into_iter().map(|(name, source)| {
            let breaker = Breaker::new(clock.now_ms(), limits.breaker_failures, limits.breaker_open_ms);
            let slot = Slot {
                name: name.clone(),
                source,
                gate: Semaphore::new(limits.concurrent_calls.min(Semaphore::MAX_PERMITS)),
                breaker: Mutex::new(breaker),
                clock: Arc::clone(clock),
                interval: Duration::from_millis(limits.health_interval_ms),
                changes: changes.clone(),
            };
            (name, Arc::new(slot))
        });
        Self { slots: slots.collect(), changes }
    }

    /// A source by name.
    pub fn get(&self, name: &str) -> Option<&Arc<Slot>> {
        self.slots.get(name)
    }

    /// All sources, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Slot>> {
        self.slots.values()
    }

    /// Names of the sources.
    pub fn names(&self) -> Vec<String> {
        self.slots.keys().cloned().collect()
    }

    /// Changes of health from now on.
    pub fn changes(&self) -> broadcast::Receiver<SourceHealth> {
        self.changes.subscribe()
    }

    /// Asks every source now and then whether it lives; ends only with the runtime or when dropped.
    pub async fn watch(&self) {
        futures::future::join_all(self.slots.values().map(|slot| slot.watch())).await;
    }
}

impl Slot {
    /// The source itself, for questions about its tables.
    pub fn source(&self) -> &dyn Source {
        self.source.as_ref()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it stands, as the hub is told.
    pub fn health(&self) -> SourceHealth {
        self.describe(self.breaker.lock().health())
    }

    fn describe(&self, health: &Health) -> SourceHealth {
        SourceHealth {
            name: self.name.clone(),
            kind: self.source.kind().as_str().to_owned(),
            up: health.up,
            since_ms: health.since_ms,
            reason: health.why.as_ref().map(|why| format!("{} / {}", why.zh, why.en)).unwrap_or_default(),
        }
    }

    /// Reads rows by key, within the given time.
    ///
    /// # Errors
    /// `source.*`; while the source is down it fails at once, with since when.
    pub async fn lookup(&self, fetch: &Fetch, limit: usize, within: Duration) -> Result<RecordBatch, Fault> {
        if let Err(health) = self.breaker.lock().admit(self.clock.now_ms()) {
            return Err(self.unavailable(&health));
        }
        let until = Instant::now() + within;
        // A place that comes free only when the time is over is of no use.
        let permit = timeout(within, self.gate.acquire()).await.ok().and_then(Result::ok);
        let Some(_permit) = permit.filter(|_| Instant::now() < until) else {
            let (zh, en) = (
                format!("数据源“{}”正忙，等待超时；请稍后重试", self.name),
                format!(
                    "Source \"{}\" is busy and the call waited too long; try again in a moment",
                    self.name
                ),
            );
            return Err(Fault::new(SourceCode::Busy.as_str(), zh, en).of_source(&self.name, 0));
        };
        let request = Lookup {
            table: &fetch.table,
            key_column: &fetch.key_column,
            key_values: &fetch.key_values,
            columns: &fetch.columns,
            limit,
        };
        let read = tokio::time::timeout_at(until, self.source.lookup(&request)).await;
        match read.unwrap_or_else(|_| Err(self.too_slow(within))) {
            Ok(batch) => {
                self.note(|breaker, now| breaker.answered(now));
                Ok(batch)
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Asks the source whether it lives.
    ///
    /// # Errors
    /// `source.*` when it does not.
    pub async fn ping(&self) -> Result<(), Fault> {
        match timeout(PING_WITHIN, self.source.ping())
            .await
            .unwrap_or_else(|_| Err(self.too_slow(PING_WITHIN)))
        {
            Ok(()) => {
                self.note(|breaker, now| breaker.pinged(now));
                Ok(())
            }
            Err(error) => {
                let why = trouble(&error);
                self.note(|breaker, now| breaker.failed(now, why.clone()));
                Err(fault(&self.name, &error, self.breaker.lock().health().since_ms))
            }
        }
    }

    async fn watch(&self) {
        loop {
            // How it stands was noted by the ping; there is nobody else to tell.
            let _ = self.ping().await;
            let up = self.breaker.lock().health().up;
            tokio::time::sleep(if up { self.interval } else { RETRY_DOWN.min(self.interval) }).await;
        }
    }

    fn failed(&self, error: &SourceError) -> Fault {
        // Only these speak about the source as a whole; a missing column is the mount's trouble, not the source's.
        if matches!(error.code(), SourceCode::Down | SourceCode::Timeout) {
            let why = trouble(error);
            self.note(|breaker, now| breaker.failed(now, why.clone()));
        }
        let health = self.breaker.lock().health().clone();
        fault(&self.name, error, if health.up { 0 } else { health.since_ms })
    }

    fn note(&self, change: impl Fn(&mut Breaker, i64) -> bool) {
        let mut breaker = self.breaker.lock();
        if change(&mut breaker, self.clock.now_ms()) {
            let health = breaker.health();
            tracing::info!(source = %self.name, up = health.up, "source health");
            // Nobody listens while the link is down; the next hello tells everything.
            let _ = self.changes.send(self.describe(health));
        }
    }

    fn unavailable(&self, health: &Health) -> Fault {
        let since = shanghai_minute(health.since_ms);
        let (zh, en) = health.why.as_ref().map(|why| (why.zh.as_str(), why.en.as_str())).unwrap_or_default();
        Fault::new(
            health.why.as_ref().map_or(SourceCode::Down, |why| why.code).as_str(),
            format!("数据源“{}”自 {since} 起不可用：{zh}", self.name),
            format!("Source \"{}\" has been unavailable since {since}: {en}", self.name),
        )
        .of_source(&self.name, health.since_ms)
    }

    fn too_slow(&self, within: Duration) -> SourceError {
        let ms = within.as_millis();
        SourceError::new(
            SourceCode::Timeout,
            format!("数据源“{}”在 {ms} 毫秒内没有答复；请检查该系统的负载以及主键列上是否有索引", self.name),
            format!(
                "Source \"{}\" did not answer within {ms} ms; check its load and whether the key column has an index",
                self.name
            ),
        )
    }
}

fn trouble(error: &SourceError) -> Trouble {
    Trouble { code: error.code(), zh: error.zh().to_owned(), en: error.en().to_owned() }
}

/// A source's failure as a fault; `since_ms` is 0 unless the source is down.
pub fn fault(name: &str, error: &SourceError, since_ms: i64) -> Fault {
    Fault::new(error.code().as_str(), error.zh(), error.en()).of_source(name, since_ms)
}
