//! What connected agents last said of their sources. In memory: it is said anew at each connection.

use std::collections::{BTreeMap, HashMap};

use parking_lot::RwLock;
use serde::Serialize;
use wire::proto::{SourceHealth, TargetInfo};

/// Health of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SourceView {
    /// Name at the agent.
    pub name: String,
    /// `postgresql`, `mysql`, `sqlite`, `files` or `http`.
    pub kind: String,
    /// Reachable.
    pub up: bool,
    /// Since when up or down, Unix milliseconds.
    pub since_ms: i64,
    /// Why it is down.
    pub reason: String,
}

impl From<SourceHealth> for SourceView {
    fn from(health: SourceHealth) -> Self {
        Self {
            name: health.name,
            kind: health.kind,
            up: health.up,
            since_ms: health.since_ms,
            reason: health.reason,
        }
    }
}

/// A place of delivery of an agent (投递目标).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TargetView {
    /// Name at the agent.
    pub name: String,
    /// `postgres`, `mysql`, `sqlite`, `files` or `http`.
    pub kind: String,
}

impl From<TargetInfo> for TargetView {
    fn from(target: TargetInfo) -> Self {
        Self { name: target.name, kind: target.kind }
    }
}

/// Sources and targets of every agent that has spoken.
#[derive(Default)]
pub struct Live {
    sources: RwLock<HashMap<String, BTreeMap<String, SourceView>>>,
    targets: RwLock<HashMap<String, Vec<TargetView>>>,
}

impl Live {
    /// Replaces what is known of an agent's sources and targets.
    pub fn set(&self, agent: &str, sources: Vec<SourceHealth>, targets: Vec<TargetInfo>) {
        let targets = targets.into_iter().map(TargetView::from).collect();
        self.targets.write().insert(agent.to_owned(), targets);
        let map = sources.into_iter().map(|source| (source.name.clone(), source.into())).collect();
        self.sources.write().insert(agent.to_owned(), map);
    }
    /// One source changed.
    pub fn update(&self, agent: &str, source: SourceHealth) {
        self.sources.write().entry(agent.to_owned()).or_default().insert(source.name.clone(), source.into());
    }
    /// Sources of an agent, by name.
    pub fn of(&self, agent: &str) -> Vec<SourceView> {
        self.sources.read().get(agent).map(|map| map.values().cloned().collect()).unwrap_or_default()
    }
    /// Targets of an agent.
    pub fn targets(&self, agent: &str) -> Vec<TargetView> {
        self.targets.read().get(agent).cloned().unwrap_or_default()
    }
}
