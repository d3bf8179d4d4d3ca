//! Delivery (交付): the approved scope becomes a grant as soon as the resource is mounted, and the request is delivered
//! when the provider's agent has pinned it.

use catalog::model::{Resource, ResourceState};
use kernel::error::{Error, Result};
use kernel::ids::{GrantId, ResourceId};
use kernel::{Actor, Tx};

use super::step::{CHECKERS, STAFF, To, Written};
use crate::Sharing;
use crate::model::{Act, GrantInput, RequestId, RequestState, RequestView};
use crate::store;
use crate::store::request::Request;

/// A grant that was checked and can be written.
pub(crate) struct ReadyGrant {
    /// Its id.
    pub id: GrantId,
    /// What it is.
    pub input: GrantInput,
    /// Its resource.
    pub resource: Resource,
}

impl Sharing {
    /// The grant of an approved request; `None` while the resource is not mounted or not published.
    pub(crate) async fn ready_grant(
        &self,
        request: &Request,
        resource: &Resource,
    ) -> Result<Option<ReadyGrant>> {
        if resource.mount.is_none() || resource.state != ResourceState::Published {
            return Ok(None);
        }
        let scope = request.decision.as_ref().and_then(|decision| decision.scope.clone());
        let scope = scope.unwrap_or_else(|| request.content.scope());
        let input = request.content.grant_in(&scope, &request.consumer_id, &request.resource_id);
        self.prepare_grant(input, resource.clone()).await.map(Some)
    }

    /// Writes the grant of a request.
    pub(crate) async fn give(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        request: &mut Request,
        ready: Option<ReadyGrant>,
    ) -> Result<()> {
        let Some(ready) = ready else { return Ok(()) };
        request.grant_id = Some(ready.id.clone());
        store::request::save(tx.connection(), request).await?;
        self.write_grant(tx, actor, &ready, Some(&request.id)).await
    }

    /// Delivers by hand: gives the grant when the resource is mounted by now, or closes the request when the agent has
    /// pinned the grant.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`; `grant.not_mounted` and `request.agent_not_ready` say what
    /// is still missing.
    pub async fn deliver_request(&self, actor: &Actor, id: &RequestId) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.provider_id, CHECKERS)?;
        // The agent's word may have come first; then nothing is left to do.
        if request.state() == RequestState::Delivered {
            return self.view_request(actor, id).await;
        }
        // Looks whether the state allows it; the request itself moves on only with the agent's word.
        self.advance(&mut request.clone(), Act::Deliver)?;
        match request.grant_id.clone() {
            None => {
                let resource = self.requestable(&request.resource_id).await?;
                let ready = self.ready_grant(&request, &resource).await?;
                let ready = ready.ok_or_else(crate::usecase::create::not_mounted)?;
                let tx = self.kernel.begin().await?;
                self.give(&tx, actor, &mut request, Some(ready)).await?;
                tx.commit().await?;
            }
            Some(grant) if self.is_pinned(&grant).await? => self.mark_delivered(actor, request).await?,
            Some(_) => {
                return Err(Error::conflict(
                    "request.agent_not_ready",
                    "前置机还没有确认这份授权，暂不能交付。请检查前置机是否在线、挂接是否需要本部门确认。",
                    "The agent has not pinned the grant yet; see whether it is connected and whether the mount waits for a person.",
                ));
            }
        }
        self.view_request(actor, id).await
    }

    /// Gives the grants that waited for a resource to be mounted.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn deliver_waiting(&self, resource: &ResourceId) -> Result<()> {
        for mut request in store::request_list::without_grant(&self.kernel.db, resource).await? {
            let Some(resource) = self.catalog.resource(&request.resource_id).await? else { continue };
            // A grant that cannot be made now is left to the provider, who sees why when delivering by hand.
            let ready = match self.ready_grant(&request, &resource).await {
                Ok(Some(ready)) => ready,
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!(request = request.id.as_str(), error = ?error, "sharing.grant_not_ready");
                    continue;
                }
            };
            let tx = self.kernel.begin().await?;
            self.give(&tx, &Actor::System, &mut request, Some(ready)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The agent has pinned a grant: the request behind it, if it waits for that, is delivered.
    pub(crate) async fn grant_pinned(&self, grant: &GrantId) -> Result<()> {
        let Some(request) = store::request_list::delivering(&self.kernel.db, grant).await? else {
            return Ok(());
        };
        if !self.is_pinned(grant).await? {
            return Ok(());
        }
        self.mark_delivered(&Actor::System, request).await
    }

    /// True when the agent holds the grant exactly as it stands in the book.
    async fn is_pinned(&self, grant: &GrantId) -> Result<bool> {
        let book = self.book().await?;
        let Some(usable) = book.get(grant) else { return Ok(false) };
        let pins = store::pin::of(&self.kernel.db, vec![grant.clone()]).await?;
        Ok(pins.iter().any(|pin| pin.state == "accepted" && pin.digest == usable.pin_digest))
    }

    async fn mark_delivered(&self, actor: &Actor, mut request: Request) -> Result<()> {
        debug_assert_eq!(request.state(), RequestState::Delivering);
        self.advance(&mut request, Act::Deliver)?;
        request.delivered_ms = Some(self.kernel.now_ms());
        request.clock.stop();
        let tx = self.kernel.begin().await?;
        self.write_request(&tx, actor, &mut request, Written::of("sharing.request.delivered")).await?;
        let words = (
            format!("“{}”已交付，可以调用。", request.resource_name),
            format!("“{}” was delivered and can be called.", request.resource_name),
        );
        self.tell(&tx, &request, To::Consumer(STAFF), "sharing.request.delivered", words).await?;
        tx.commit().await
    }
}
