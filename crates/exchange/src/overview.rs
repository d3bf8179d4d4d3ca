//! Figures of the landing page: what stands, what waits, what is down.

use kernel::clock::{SHANGHAI_OFFSET_MS, shanghai_day};
use kernel::error::Result;
use kernel::evidence::index;
use kernel::{Actor, Role};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde::Serialize;
use sharing::model::GrantState;

use crate::Exchange;
use crate::agents::live::SourceView;
use crate::store;

/// A grant becomes "expiring" this long before its end.
const SOON_MS: i64 = 30 * 86_400_000;

/// Figures of the landing page, for what the actor may see.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Overview {
    /// Answered calls today.
    pub calls_today: u64,
    /// Refused calls today.
    pub refusals_today: u64,
    /// Grants in force.
    pub grants_active: u64,
    /// Grants that end within 30 days.
    pub grants_expiring: u64,
    /// Grants the provider's agent has not accepted.
    pub pins_waiting: u64,
    /// Agents.
    pub agents: u64,
    /// Agents that are connected.
    pub agents_connected: u64,
    /// Sources that are down.
    pub sources_down: Vec<DownSource>,
    /// Entries in the evidence log of the whole node.
    pub evidence_size: u64,
}

/// A source that is down.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DownSource {
    /// Agent.
    pub agent_name: String,
    /// Source.
    #[serde(flatten)]
    pub source: SourceView,
}

impl Exchange {
    /// Figures for the landing page.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn overview(&self, actor: &Actor) -> Result<Overview> {
        actor.require_user()?;
        let now_ms = self.kernel.now_ms();
        let everything =
            actor.has_role(&[Role::PlatformOperator, Role::BusinessOperator, Role::SecurityAuditor]);
        let own = actor.organisation();
        let midnight = shanghai_day(now_ms) * 86_400_000 - SHANGHAI_OFFSET_MS;
        let mut today = index::Entity::find().filter(index::Column::TimeMs.gte(midnight));
        if let (false, Some(own)) = (everything, own) {
            today = today.filter(
                Condition::any()
                    .add(index::Column::Consumer.eq(&own.credit_code))
                    .add(index::Column::Provider.eq(&own.credit_code)),
            );
        }
        let db = &self.kernel.db;
        let calls_today = today
            .clone()
            .filter(index::Column::Kind.is_in(["exchange.query", "exchange.verify"]))
            .count(db)
            .await?;
        let refusals_today = today.filter(index::Column::Kind.eq("exchange.refused")).count(db).await?;

        let book = self.sharing.book().await?;
        let mine: Vec<_> = book
            .iter()
            .filter(|usable| {
                everything || actor.is_of(&usable.grant.consumer_id) || actor.is_of(&usable.grant.provider_id)
            })
            .filter(|usable| usable.grant.state.at(usable.grant.valid_until_ms, now_ms) == GrantState::Active)
            .collect();
        let pins = self.sharing.pins(mine.iter().map(|usable| usable.grant.id.clone()).collect()).await?;
        let accepted = |usable: &sharing::book::Usable| {
            pins.iter().any(|(grant, _, state, _)| *grant == usable.grant.id && state == "accepted")
        };
        let filter = if everything { None } else { own.map(|own| &own.id) };
        let agents = store::list(db, filter).await?;
        let mut sources_down = Vec::new();
        for agent in &agents {
            for source in self.live.of(agent.id.as_str()).into_iter().filter(|source| !source.up) {
                sources_down.push(DownSource { agent_name: agent.name.clone(), source });
            }
        }
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Ok(Overview {
            calls_today,
            refusals_today,
            grants_active: count(mine.len()),
            grants_expiring: count(mine.iter().filter(|u| u.grant.valid_until_ms - now_ms < SOON_MS).count()),
            pins_waiting: count(mine.iter().filter(|usable| !accepted(usable)).count()),
            agents_connected: count(
                agents.iter().filter(|agent| self.agents.status(agent.id.as_str()).connected).count(),
            ),
            agents: count(agents.len()),
            sources_down,
            evidence_size: self.kernel.evidence.log().size(),
        })
    }
}
