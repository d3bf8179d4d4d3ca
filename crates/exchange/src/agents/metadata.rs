//! Questions about a department's sources, answered live by its agent: tables, columns, profiles.

use std::time::Duration;

use kernel::error::{Error, Result};
use kernel::ids::AgentId;
use kernel::{Actor, Role};
use serde_json::Value;
use wire::proto::{ListTables, ProfileTable, metadata_request::What};

use crate::Exchange;
use crate::store::Model;

/// A profile reads many rows; it may take longer than a call.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

impl Exchange {
    /// Tables of a source.
    ///
    /// # Errors
    /// `actor.*`, `fetch.*`.
    pub async fn source_tables(&self, actor: &Actor, id: &AgentId, source: &str) -> Result<Value> {
        self.ask_source(actor, id, source, What::Tables(ListTables {})).await
    }

    /// Profile of a sample of a table; values are masked at the department.
    ///
    /// # Errors
    /// `actor.*`, `fetch.*`.
    pub async fn profile_table(
        &self,
        actor: &Actor,
        id: &AgentId,
        source: &str,
        table: &str,
        sample_rows: u32,
    ) -> Result<Value> {
        let what = What::Profile(ProfileTable {
            table: table.to_owned(),
            sample_rows: sample_rows.clamp(1, 100_000),
        });
        self.ask_source(actor, id, source, what).await
    }

    async fn ask_source(&self, actor: &Actor, id: &AgentId, source: &str, what: What) -> Result<Value> {
        let agent = self.visible_agent(actor, id).await?;
        // Only the department's own people look into its tables; nobody of the platform does.
        actor.require(&[Role::DepartmentOperator, Role::DepartmentHead])?;
        if !actor.is_of(&agent.organisation_id) {
            return Err(Error::missing(id));
        }
        self.ask_agent(&agent, source, what, PATIENCE).await
    }

    /// Asks about a source, whoever wants to know.
    pub(crate) async fn ask_agent(
        &self,
        agent: &Model,
        source: &str,
        what: What,
        patience: Duration,
    ) -> Result<Value> {
        let asked = self.agents.metadata(agent.id.as_str(), source, what, patience).await;
        let reply = asked.map_err(|error| {
            let error = error.named(&agent.name);
            Error::unavailable(error.code(), error.zh(), error.en()).with("provider", agent.name.clone())
        })?;
        if let Some(refused) = reply.refused {
            return Err(Error::upstream(refused.code, refused.zh, refused.en).with("source", source));
        }
        serde_json::from_slice(&reply.json).map_err(|error| Error::internal("agent.metadata", error))
    }
}
