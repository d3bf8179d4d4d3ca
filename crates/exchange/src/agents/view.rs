//! Agents as people see them.

use kernel::error::{Error, Result};
use kernel::ids::{AgentId, GrantId, OrganisationId};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Role};
use serde::Serialize;

use super::live::{SourceView, TargetView};
use crate::Exchange;
use crate::store::{self, Model};

/// An agent.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AgentView {
    /// Id.
    pub id: AgentId,
    /// Name.
    pub name: String,
    /// Organisation.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// May not connect.
    pub disabled: bool,
    /// Has joined at least once.
    pub joined_ms: Option<i64>,
    /// A join code is open until then.
    pub join_expires_ms: Option<i64>,
    /// Link is open.
    pub connected: bool,
    /// Since when connected or not, Unix milliseconds.
    pub connected_since_ms: i64,
    /// Version of its program.
    pub version: String,
    /// Certificate valid until, Unix milliseconds.
    pub certificate_until_ms: Option<i64>,
    /// Verifier key of its own evidence log.
    pub evidence_key: Option<String>,
    /// Its sources.
    pub sources: Vec<SourceView>,
    /// Its places of delivery.
    pub targets: Vec<TargetView>,
    /// Grants it was offered; only when one agent is shown.
    pub pins: Vec<PinView>,
}

/// What an agent says of a grant.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PinView {
    /// Grant.
    pub grant_id: GrantId,
    /// `accepted`, `pending`, `refused`, `revoked` or `offline`.
    pub state: String,
    /// Why.
    pub reason: String,
    /// Resource.
    pub resource_name: String,
    /// Consumer.
    pub consumer_name: String,
}

const SEES_ALL: &[Role] = &[Role::PlatformOperator, Role::BusinessOperator, Role::SecurityAuditor];

impl Exchange {
    async fn agent_view(&self, agent: Model) -> Result<AgentView> {
        let status = self.agents.status(agent.id.as_str());
        let organisations = self.catalog.organisations().await?;
        Ok(AgentView {
            organisation_name: organisations.name(&agent.organisation_id).to_owned(),
            connected: status.connected,
            connected_since_ms: status.since_ms,
            version: if status.connected { status.agent_version } else { agent.version.unwrap_or_default() },
            sources: self.live.of(agent.id.as_str()),
            targets: self.live.targets(agent.id.as_str()),
            pins: Vec::new(),
            id: agent.id,
            name: agent.name,
            organisation_id: agent.organisation_id,
            disabled: agent.disabled,
            joined_ms: agent.joined_ms,
            join_expires_ms: agent.join_expires_ms,
            certificate_until_ms: agent.certificate_until_ms,
            evidence_key: agent.evidence_key,
        })
    }

    /// The stored agent, if the actor may see it.
    ///
    /// # Errors
    /// `agent.not_found`.
    pub(crate) async fn visible_agent(&self, actor: &Actor, id: &AgentId) -> Result<Model> {
        actor.require_user()?;
        store::find(&self.kernel.db, id)
            .await?
            .filter(|agent| actor.has_role(SEES_ALL) || actor.is_of(&agent.organisation_id))
            .ok_or_else(|| Error::missing(id))
    }

    /// One agent with its pins.
    ///
    /// # Errors
    /// `agent.not_found`.
    pub async fn agent(&self, actor: &Actor, id: &AgentId) -> Result<AgentView> {
        let mut view = self.agent_view(self.visible_agent(actor, id).await?).await?;
        let book = self.sharing.book().await?;
        let mine: Vec<_> = book.iter().filter(|usable| usable.agent_id == id.as_str()).cloned().collect();
        let ids = mine.iter().map(|usable| usable.grant.id.clone()).collect();
        let pins = self.sharing.pins(ids).await?;
        for usable in mine {
            let said = pins.iter().find(|(grant, ..)| *grant == usable.grant.id);
            view.pins.push(PinView {
                grant_id: usable.grant.id.clone(),
                state: said.map_or_else(|| "offline".to_owned(), |(_, _, state, _)| state.clone()),
                reason: said.map(|(_, _, _, reason)| reason.clone()).unwrap_or_default(),
                resource_name: usable.resource_name.clone(),
                consumer_name: usable.pin.grant.consumer_name.clone(),
            });
        }
        view.pins.sort_by(|a, b| a.grant_id.cmp(&b.grant_id));
        Ok(view)
    }

    /// Agents the actor may see.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn agent_list(&self, actor: &Actor, query: &ListQuery) -> Result<Page<AgentView>> {
        actor.require_user()?;
        let own = actor.organisation().map(|own| own.id.clone());
        let filter = if actor.has_role(SEES_ALL) { None } else { own.as_ref() };
        let mut views = Vec::new();
        for agent in store::list(&self.kernel.db, filter).await? {
            let view = self.agent_view(agent).await?;
            let found = query
                .search()
                .is_none_or(|text| view.name.contains(&text) || view.organisation_name.contains(&text));
            if found {
                views.push(view);
            }
        }
        if query.order() == Some(("name", true)) {
            views.reverse();
        }
        Ok(Page::cut(views, query))
    }
}
