//! Offer grants to the agents that must pin them, and take them back.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Result;
use kernel::follow_up::Handler;
use kernel::ids::{GrantId, ResourceId};
use sharing::book::Usable;
use sharing::model::GrantState;
use wire::hub::LinkError;
use wire::proto::PinOffer;

use crate::Exchange;

/// Handlers of follow-up work.
pub(crate) fn handlers(exchange: &Exchange) -> Vec<Arc<dyn Handler>> {
    vec![
        Arc::new(GrantChanged(exchange.clone())),
        Arc::new(MountChanged(exchange.clone())),
        crate::quality::handler(exchange),
        crate::subscriptions::handler(exchange),
        crate::documents::handler(exchange),
        crate::subscriptions::changed::handler(exchange),
    ]
}

struct GrantChanged(Exchange);

#[async_trait]
impl Handler for GrantChanged {
    fn kind(&self) -> &'static str {
        sharing::PIN_CHANGED
    }
    async fn run(&self, key: &str) -> Result<()> {
        tell(&self.0, &GrantId(key.to_owned())).await
    }
}

struct MountChanged(Exchange);

#[async_trait]
impl Handler for MountChanged {
    fn kind(&self) -> &'static str {
        catalog::MOUNT_CHANGED
    }
    async fn run(&self, key: &str) -> Result<()> {
        let id = ResourceId(key.to_owned());
        self.0.sharing.deliver_waiting(&id).await?;
        for grant in self.0.sharing.of_resource(&id).await? {
            tell(&self.0, &grant.id).await?;
        }
        self.0.look_soon(&id).await?;
        self.0.plan_quality(&id).await
    }
}

/// Tells the agent how a grant stands now. An agent that is away is told when it comes back.
async fn tell(exchange: &Exchange, id: &GrantId) -> Result<()> {
    let book = exchange.sharing.book().await?;
    if let Some(usable) = book.get(id) {
        let active = usable.grant.state.at(usable.grant.valid_until_ms, exchange.kernel.now_ms());
        let sent = if active == GrantState::Active {
            offer(exchange, usable).await
        } else {
            exchange.agents.revoke_pin(&usable.agent_id, id.as_str(), active.as_str()).await
        };
        away_is_fine(sent);
        return Ok(());
    }
    // Revoked: the book no longer knows which agent held it, but the resource does.
    let Some(grant) = exchange.sharing.stored(id).await? else { return Ok(()) };
    if let Some(mount) = exchange.catalog.mount_of(&grant.resource_id).await? {
        let agent = mount.mount.agent_id;
        away_is_fine(exchange.agents.revoke_pin(agent.as_str(), id.as_str(), grant.state.as_str()).await);
    }
    Ok(())
}

async fn offer(exchange: &Exchange, usable: &Usable) -> Result<(), LinkError> {
    let pin_json = plan::digest::pin_bytes(&usable.pin).into();
    let offer = PinOffer { grant: usable.grant.id.0.clone(), pin_json, digest: usable.pin_digest.clone() };
    exchange.agents.offer_pin(&usable.agent_id, offer).await
}

fn away_is_fine(sent: Result<(), LinkError>) {
    if let Err(error) = sent {
        tracing::info!(code = error.code(), "exchange.pins.agent_away");
    }
}

/// Offers everything that concerns an agent that has just connected, and takes back what ended while it was away.
pub(crate) async fn offer_all(exchange: &Exchange, agent_id: &str) -> Result<()> {
    let book = exchange.sharing.book().await?;
    let now_ms = exchange.kernel.now_ms();
    for usable in book.iter().filter(|usable| usable.agent_id == agent_id) {
        let state = usable.grant.state.at(usable.grant.valid_until_ms, now_ms);
        let sent = if state == GrantState::Active {
            offer(exchange, usable).await
        } else {
            exchange.agents.revoke_pin(agent_id, usable.grant.id.as_str(), state.as_str()).await
        };
        away_is_fine(sent);
    }
    Ok(())
}

/// Takes back the pins an agent reported for grants that were revoked, or whose mount moved, while it was away.
pub(crate) async fn revoke_stale(exchange: &Exchange, agent_id: &str, held: &[String]) -> Result<()> {
    let book = exchange.sharing.book().await?;
    for grant in held {
        // A mount that moved to another agent leaves its pins behind.
        let elsewhere = |usable: &Arc<Usable>| usable.agent_id != agent_id;
        if book.get(&GrantId(grant.clone())).is_none_or(elsewhere) {
            away_is_fine(exchange.agents.revoke_pin(agent_id, grant, "revoked").await);
        }
    }
    Ok(())
}
