//! Register agents, hand out join codes, disable and enable.

use kernel::entropy;
use kernel::error::{Error, Fields, Result};
use kernel::evidence::Leaf;
use kernel::ids::{AgentId, OrganisationId};
use kernel::{Actor, Role};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wire::join::JoinCode;

use super::view::AgentView;
use crate::Exchange;
use crate::store;

/// A new agent.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentInput {
    /// Name, for example 公安局前置机.
    pub name: String,
    /// Organisation at which it will stand.
    pub organisation_id: OrganisationId,
}

/// A join code, shown once.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct JoinView {
    /// The agent.
    pub agent: AgentView,
    /// The code; works once.
    pub join_code: String,
    /// When it expires, Unix milliseconds.
    pub expires_ms: i64,
}

const MAY: &[Role] = &[Role::PlatformOperator];

pub(crate) fn secret_hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

impl Exchange {
    /// Registers an agent and gives its first join code.
    ///
    /// # Errors
    /// `actor.role`, `input.invalid`, `organisation.not_found`.
    pub async fn create_agent(&self, actor: &Actor, input: &AgentInput) -> Result<JoinView> {
        actor.require(MAY)?;
        let mut fields = Fields::default();
        fields.text("name", &input.name, 60);
        fields.finish()?;
        if self.catalog.organisation(&input.organisation_id).await?.is_none() {
            return Err(Error::missing(&input.organisation_id));
        }
        let id: AgentId = self.kernel.new_id();
        let now_ms = self.kernel.now_ms();
        let tx = self.kernel.begin().await?;
        store::insert(tx.connection(), &id, &input.organisation_id, input.name.trim(), now_ms).await?;
        let leaf = Leaf { agent: Some(id.0.clone()), ..Leaf::of("exchange.agent.created") };
        tx.record(actor, leaf, None, Some(input.name.clone())).await?;
        tx.commit().await?;
        self.new_join_code(actor, &id).await
    }

    /// Gives a new join code; an earlier one that was not used becomes void.
    ///
    /// # Errors
    /// `actor.role`, `agent.not_found`.
    pub async fn new_join_code(&self, actor: &Actor, id: &AgentId) -> Result<JoinView> {
        actor.require(MAY)?;
        let code = JoinCode::new(entropy::bytes(&*self.kernel.entropy), &self.ca.fingerprint())
            .map_err(|error| Error::internal("agent.join_code", error.en()))?;
        let hours = i64::from(self.kernel.config.link.join_code_hours);
        let expires_ms = self.kernel.now_ms() + hours * 3_600_000;
        let tx = self.kernel.begin().await?;
        store::set_join(tx.connection(), id, &secret_hash(code.secret()), expires_ms).await?;
        let leaf = Leaf { agent: Some(id.0.clone()), ..Leaf::of("exchange.agent.join_code") };
        tx.record(actor, leaf, None, None).await?;
        tx.commit().await?;
        let agent = self.agent(actor, id).await?;
        Ok(JoinView { agent, join_code: code.to_string(), expires_ms })
    }

    /// Disables an agent (its link is closed at once) or enables it again.
    ///
    /// # Errors
    /// `actor.role`, `agent.not_found`.
    pub async fn set_agent_disabled(&self, actor: &Actor, id: &AgentId, disabled: bool) -> Result<AgentView> {
        actor.require(MAY)?;
        let tx = self.kernel.begin().await?;
        store::set_disabled(tx.connection(), id, disabled).await?;
        let kind = if disabled { "exchange.agent.disabled" } else { "exchange.agent.enabled" };
        tx.record(actor, Leaf { agent: Some(id.0.clone()), ..Leaf::of(kind) }, None, None).await?;
        tx.commit().await?;
        if disabled {
            self.agents.disconnect(id.as_str(), super::gate::disabled());
        }
        self.agent(actor, id).await
    }
}
