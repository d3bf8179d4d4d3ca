//! The agent's configuration file 前置机配置: where the hub is, which sources there are, what must never leave.

mod read;
mod secrets;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use connect::{SourceConfig, TargetConfig};
use serde::Deserialize;

use crate::deny::{DenyList, DenyRule};
use crate::fault::Fault;

/// An annotated example, printed by `guantong agent config example`.
pub const EXAMPLE: &str = include_str!("example.toml");

/// The configuration, validated.
#[derive(Debug, Clone)]
pub struct Config {
    /// Web address of the hub, for joining.
    pub hub: String,
    /// Folder of the agent's own keys, pins and record.
    pub state_dir: PathBuf,
    /// Whether grants are pinned by themselves.
    pub accept: Accept,
    /// Sources by name.
    pub sources: BTreeMap<String, SourceConfig>,
    /// Places of delivery by name.
    pub targets: BTreeMap<String, TargetConfig>,
    /// Tables and columns that never leave.
    pub deny: DenyList,
    /// Limits.
    pub limits: AgentLimits,
}

/// Who accepts a pin 授权接受方式.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Accept {
    /// The agent itself; only a changed mount waits for a person.
    Auto,
    /// A person, with `guantong agent approve`; only what narrows is taken at once.
    #[default]
    Manual,
}

/// Limits of the agent, all with defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentLimits {
    /// Rows in one answer at most; the protocol's own limit applies too.
    pub rows: usize,
    /// Bytes of one answer at most.
    pub answer_bytes: usize,
    /// Calls that read one source at the same time; further calls wait.
    pub concurrent_calls: usize,
    /// Calls in work at the same time, over all sources; further calls are refused.
    pub total_calls: usize,
    /// Longest time for one call, milliseconds; the hub may ask for less.
    pub call_timeout_ms: u64,
    /// How often a source that is up is asked whether it lives, milliseconds.
    pub health_interval_ms: u64,
    /// Failures in a row after which calls to a source fail at once for a while.
    pub breaker_failures: u32,
    /// How long they fail at once before one call may try again, milliseconds.
    pub breaker_open_ms: u64,
}

impl Default for AgentLimits {
    fn default() -> Self {
        Self {
            rows: plan::check::MAX_ROWS,
            // Less than the link carries, because entry, proof and checkpoint travel along.
            answer_bytes: wire::DEFAULT_MAX_ANSWER_BYTES - 256 * 1024,
            concurrent_calls: 16,
            total_calls: 2_048,
            call_timeout_ms: 10_000,
            health_interval_ms: 10_000,
            breaker_failures: 3,
            breaker_open_ms: 3_000,
        }
    }
}

impl AgentLimits {
    /// Longest time for one call.
    pub fn call_timeout(&self) -> Duration {
        Duration::from_millis(self.call_timeout_ms)
    }
}

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    hub: String,
    state_dir: PathBuf,
    #[serde(default)]
    accept: Accept,
    #[serde(default)]
    sources: BTreeMap<String, toml::Table>,
    #[serde(default)]
    targets: BTreeMap<String, toml::Table>,
    #[serde(default)]
    deny: Vec<DenyRule>,
    #[serde(default)]
    limits: AgentLimits,
}

impl Config {
    /// Reads and validates a configuration file. Secrets may stand in the file, in files of their own (`password_file`), or in the
    /// environment (`password_env`).
    ///
    /// # Errors
    /// `config.*`; the sentence names file, key and remedy.
    pub fn load(path: &Path) -> Result<Self, Fault> {
        let text = std::fs::read_to_string(path).map_err(|error| read::unreadable(path, &error))?;
        read::parse(&text, path, &|name| std::env::var(name).ok())
    }
}

#[cfg(test)]
mod tests;
