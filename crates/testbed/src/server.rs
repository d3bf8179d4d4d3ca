//! What the database servers have in common: a directory, a port, start, stop, pause.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::supervise::{Spec, Supervised};

/// How long a server may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Asks a server whether it is ready.
pub(crate) type Probe = Box<dyn Fn() -> anyhow::Result<()> + Send + Sync>;

/// A server that can be started again after it was stopped.
pub(crate) struct Server {
    spec: Spec,
    port: u16,
    probe: Probe,
    running: Mutex<Option<Supervised>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("port", &self.port).field("pid", &self.pid()).finish_non_exhaustive()
    }
}

impl Server {
    /// A server described but not yet started.
    pub(crate) fn new(spec: Spec, port: u16, probe: Probe) -> Arc<Self> {
        Arc::new(Self { spec, port, probe, running: Mutex::new(None) })
    }

    /// Port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Process id, when it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.lock().as_ref().map(Supervised::pid)
    }

    /// Starts it on its port and waits until it answers. Does nothing when it runs.
    pub(crate) fn start(&self) -> anyhow::Result<()> {
        let mut running = self.lock();
        if running.as_ref().is_some_and(Supervised::is_running) {
            return Ok(());
        }
        let started = Supervised::start(&self.spec)?;
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            match (self.probe)() {
                Ok(()) => break,
                Err(_) if !started.is_running() => {
                    bail!("server ended at once; its log says: {}", self.log_tail())
                }
                Err(error) if Instant::now() > deadline => {
                    return Err(error.context(format!("server not ready; its log says: {}", self.log_tail())));
                }
                // Nothing announces readiness to us, so the server is asked again after a short while.
                Err(_) => std::thread::sleep(Duration::from_millis(30)),
            }
        }
        *running = Some(started);
        Ok(())
    }

    /// Ends it with a signal and keeps its data. Does nothing when it is stopped.
    pub(crate) fn end(&self, signal: &str) -> anyhow::Result<()> {
        match self.lock().take() {
            Some(running) => running.end(signal),
            None => Ok(()),
        }
    }

    /// Sends a signal to it and its children.
    pub(crate) fn signal(&self, signal: &str) -> anyhow::Result<()> {
        self.lock().as_ref().context("the server is stopped")?.signal(signal)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Supervised>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(&self.spec.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}

/// Directory of a server: a given one that stays, or a temporary one that goes with the server.
pub(crate) enum Dir {
    /// Given by the caller; stays.
    Given(PathBuf),
    /// Made by us; the supervisor removes it.
    Temporary(tempfile::TempDir),
}

impl Dir {
    /// Makes the directory when it is not there.
    pub(crate) fn make(given: Option<&Path>, prefix: &str) -> anyhow::Result<Self> {
        Ok(match given {
            Some(path) => {
                std::fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
                Self::Given(path.canonicalize()?)
            }
            None => Self::Temporary(tempfile::Builder::new().prefix(prefix).tempdir()?),
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Given(path) => path,
            Self::Temporary(dir) => dir.path(),
        }
    }

    /// From now on the supervisor is answerable for the removal. Gives what it shall remove.
    pub(crate) fn hand_over(self) -> Option<PathBuf> {
        match self {
            Self::Given(_) => None,
            Self::Temporary(dir) => Some(dir.keep()),
        }
    }
}

/// A password that differs from run to run, so that none can be written into a test.
pub(crate) fn password() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// Repeats a first start on another port when the first was taken in between.
pub(crate) fn with_free_port<T>(mut start: impl FnMut(u16) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let mut last = None;
    for _ in 0..3 {
        match start(crate::free_port()?) {
            Ok(started) => return Ok(started),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| anyhow::anyhow!("server not started")))
}
