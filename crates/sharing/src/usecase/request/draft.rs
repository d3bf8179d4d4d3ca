//! Draft a request and change it while it is the consumer's.

use catalog::model::{Resource, ResourceState, ShareType};
use kernel::Actor;
use kernel::error::{Error, Result};
use kernel::ids::{OrganisationId, ResourceId};

use super::step::{STAFF, Written};
use crate::Sharing;
use crate::model::return_flow::{self, Template};
use crate::model::{Clock, Gap, Progress, RequestId, RequestInput, RequestState, RequestView, find_gaps};
use crate::store;
use crate::store::request::Request;

impl Sharing {
    /// Drafts a request (起草) for the actor's own department.
    ///
    /// # Errors
    /// `actor.*`, `resource.not_found`, `request.own_resource`, `grant.not_shared`, `input.invalid`.
    pub async fn draft_request(&self, actor: &Actor, input: RequestInput) -> Result<RequestView> {
        actor.require(STAFF)?;
        let Some(consumer) = actor.organisation() else { return Err(Error::missing(&input.resource_id)) };
        input.check_draft()?;
        let resource = self.requestable(&input.resource_id).await?;
        if resource.organisation_id == consumer.id {
            return Err(Error::forbidden(
                "request.own_resource",
                "这是本部门自己的数据，无需申请。",
                "This is your own department's data; no request is needed.",
            ));
        }
        let input = labelled(input, &resource);
        self.check_template(&input, &resource, &consumer.id).await?;
        let now_ms = self.kernel.now_ms();
        let request = Request {
            id: self.kernel.new_id(),
            progress: Progress::default(),
            since_ms: now_ms,
            unconditional: input.is_unconditional(&resource),
            consumer_id: consumer.id.clone(),
            provider_id: resource.organisation_id.clone(),
            resource_id: resource.id.clone(),
            resource_code: resource.code.clone(),
            resource_name: resource.name.clone(),
            content: input,
            gaps: Vec::new(),
            decision: None,
            extension: None,
            clock: Clock::default(),
            completion: None,
            grant_id: None,
            created_ms: now_ms,
            signed_ms: None,
            decided_ms: None,
            delivered_ms: None,
            revision: 1,
            scheduled: 0,
        };
        let tx = self.kernel.begin().await?;
        store::request::insert(tx.connection(), &request).await?;
        self.note_request(&tx, actor, &request, Written::of("sharing.request.drafted")).await?;
        tx.commit().await?;
        self.view_request(actor, &request.id).await
    }

    /// Changes a draft, or a request whose gaps are being filled (补正). The resource stays the same.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`, `request.resource_fixed`, `input.invalid`.
    pub async fn change_request(
        &self,
        actor: &Actor,
        id: &RequestId,
        input: RequestInput,
    ) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.consumer_id, STAFF)?;
        if !matches!(request.state(), RequestState::Draft | RequestState::Incomplete) {
            return Err(Error::conflict(
                "request.state",
                "申请已送签，不能再改；需要修改的，请负责人退回或者撤回后重新申请。",
                "The request was given on and cannot be changed; have it returned or withdraw it.",
            ));
        }
        input.check_draft()?;
        if input.resource_id != request.resource_id {
            return Err(Error::conflict(
                "request.resource_fixed",
                "不能更换申请的资源，请另行申请。",
                "The resource of a request cannot be changed; make another request.",
            ));
        }
        let resource = self.requestable(&input.resource_id).await?;
        let input = labelled(input, &resource);
        self.check_template(&input, &resource, &request.consumer_id).await?;
        request.content = input;
        request.unconditional = request.content.is_unconditional(&resource);
        let detail = serde_json::to_value(&request.content).ok();
        let tx = self.kernel.begin().await?;
        let what = Written { detail, ..Written::of("sharing.request.changed") };
        self.write_request(&tx, actor, &mut request, what).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }

    /// Holds a request to the pattern by which it says it was made.
    async fn check_template(
        &self,
        input: &RequestInput,
        resource: &Resource,
        consumer: &OrganisationId,
    ) -> Result<()> {
        let Some(Template::ReturnFlow) = input.template else { return Ok(()) };
        let organisations = self.catalog.organisations().await?;
        let party = |id: &OrganisationId| organisations.get(id).ok_or_else(|| Error::missing(id));
        return_flow::check(input, resource, party(&resource.organisation_id)?, party(consumer)?)
    }

    /// A resource that can be requested: published and shared.
    pub(crate) async fn requestable(&self, id: &ResourceId) -> Result<Resource> {
        let found = if store::storable(id.as_str()) { self.catalog.resource(id).await? } else { None };
        let found = found.filter(|resource| resource.state.in_force());
        let resource = found.ok_or_else(|| Error::missing(id))?;
        if resource.state != ResourceState::Published {
            return Err(Error::conflict(
                "request.going_offline",
                "该资源已公告下线，不再受理新的申请。请在目录中查找替代的资源。",
                "The resource was announced to go offline and takes no new requests; look for another one.",
            ));
        }
        if resource.share_type == ShareType::None {
            let basis = resource.no_share_basis.clone().unwrap_or_default();
            return Err(Error::conflict(
                "grant.not_shared",
                format!("该资源不予共享，依据：{basis}。不能申请。"),
                format!("The resource is not shared; basis: {basis}."),
            ));
        }
        Ok(resource)
    }

    /// Gaps that the rules find in a request now.
    pub(crate) async fn gaps_of(&self, request: &Request, resource: &Resource) -> Result<Vec<Gap>> {
        let mut clients = Vec::new();
        for client in &request.content.client_ids {
            let usable = match self.identity() {
                Some(identity) => identity
                    .client(client)
                    .await?
                    .is_some_and(|one| one.organisation_id == request.consumer_id && !one.disabled),
                None => true,
            };
            if usable {
                clients.push(client.clone());
            }
        }
        Ok(find_gaps(&request.content, resource, &clients, self.kernel.now_ms()))
    }
}

/// Fills in the catalogue's own words for the items.
fn labelled(mut input: RequestInput, resource: &Resource) -> RequestInput {
    input.settle_method();
    for item in &mut input.items {
        item.zh = resource.item(&item.item).map(|known| known.zh.clone()).unwrap_or_default();
    }
    input
}
