//! Read grants.

use std::collections::HashMap;

use kernel::error::{Error, Result};
use kernel::ids::{GrantId, ResourceId};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Role};

use crate::Sharing;
use crate::model::GrantView;
use crate::store::{self, Grant};

/// Roles that see every grant.
const SEES_ALL: &[Role] = &[Role::BusinessOperator, Role::SecurityAuditor];

impl Sharing {
    pub(crate) fn may_see(&self, actor: &Actor, grant: &Grant) -> bool {
        actor.has_role(SEES_ALL) || actor.is_of(&grant.consumer_id) || actor.is_of(&grant.provider_id)
    }

    /// One grant, if the actor's organisation is a party to it.
    ///
    /// # Errors
    /// `grant.not_found`.
    pub async fn grant(&self, actor: &Actor, id: &GrantId) -> Result<GrantView> {
        let grant = self.grant_of_party(actor, id).await?;
        let mut views = self.views(actor, vec![grant]).await?;
        views.pop().ok_or_else(|| Error::missing(id))
    }

    /// Grants the actor may see.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn grants(
        &self,
        actor: &Actor,
        state: Option<&str>,
        resource: Option<&ResourceId>,
        query: &ListQuery,
    ) -> Result<Page<GrantView>> {
        let party = match actor.organisation() {
            _ if actor.has_role(SEES_ALL) => None,
            Some(own) => Some(&own.id),
            None => return Ok(Page::new(Vec::new(), 0, query)),
        };
        let resource = resource.filter(|id| store::storable(id.as_str()));
        let state = state.filter(|text| store::storable(text));
        let (grants, total) = store::grant::page(&self.kernel.db, party, state, resource, query).await?;
        Ok(Page::new(self.views(actor, grants).await?, total, query))
    }

    async fn views(&self, actor: &Actor, grants: Vec<Grant>) -> Result<Vec<GrantView>> {
        let now_ms = self.kernel.now_ms();
        let ids = grants.iter().map(|grant| grant.id.clone()).collect();
        let mut pins: HashMap<_, _> = store::pin::of(&self.kernel.db, ids)
            .await?
            .into_iter()
            .map(|pin| (pin.grant_id.clone(), pin))
            .collect();
        let organisations = self.catalog.organisations().await?;
        let lists: Vec<_> =
            grants.iter().map(|grant| (&grant.consumer_id, grant.client_ids.as_slice())).collect();
        let labels = self.label_clients(actor, &lists).await?;
        let mut resources = HashMap::new();
        let mut views = Vec::with_capacity(grants.len());
        for (grant, clients) in grants.into_iter().zip(labels) {
            if !resources.contains_key(&grant.resource_id) {
                let resource = self.catalog.resource(&grant.resource_id).await?;
                let named = resource.map(|r| (r.code, r.name)).unwrap_or_default();
                resources.insert(grant.resource_id.clone(), named);
            }
            let (resource_code, resource_name) =
                resources.get(&grant.resource_id).cloned().unwrap_or_default();
            let (pin_state, pin_reason) = pins
                .remove(&grant.id)
                .map_or_else(|| ("offline".to_owned(), None), |pin| (pin.state, pin.reason));
            views.push(GrantView {
                state: grant.state.at(grant.valid_until_ms, now_ms),
                consumer_name: organisations.name(&grant.consumer_id).to_owned(),
                provider_name: organisations.name(&grant.provider_id).to_owned(),
                resource_code,
                resource_name,
                pin_state,
                pin_reason: pin_reason.unwrap_or_default(),
                used_today: self.used_today(&grant.id),
                id: grant.id,
                version: grant.version,
                consumer_id: grant.consumer_id,
                provider_id: grant.provider_id,
                resource_id: grant.resource_id,
                client_ids: grant.client_ids,
                clients,
                items: grant.items,
                row_filter: grant.row_filter,
                purposes: grant.purposes,
                shapes: grant.shapes,
                valid_from_ms: grant.valid_from_ms,
                valid_until_ms: grant.valid_until_ms,
                quota_per_day: grant.quota_per_day,
                quota_per_second: grant.quota_per_second,
                condition: grant.condition,
                created_ms: grant.created_ms,
                reason: grant.reason,
                request_id: grant.request_id,
                cause: grant.cause,
                rectification: grant.rectification,
                rectified_ms: grant.rectified_ms,
            });
        }
        Ok(views)
    }
}
