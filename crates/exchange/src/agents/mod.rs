//! Agents (前置机): registering, joining, health, questions about their sources.

pub mod gate;
pub mod live;
pub mod manage;
pub mod metadata;
pub mod view;

use async_trait::async_trait;
use catalog::{AgentDirectory, AgentSummary};
use kernel::ids::AgentId;
use kernel::{Kernel, Result};

use crate::store;

/// Tells the catalogue about agents.
pub(crate) struct Directory(pub(crate) Kernel);

#[async_trait]
impl AgentDirectory for Directory {
    async fn agent(&self, id: &AgentId) -> Result<Option<AgentSummary>> {
        let agent = store::find(&self.0.db, id).await?;
        Ok(agent.map(|agent| AgentSummary { name: agent.name, organisation_id: agent.organisation_id }))
    }
}
