//! Tells the catalogue who uses a resource, so that users are told before it changes or goes offline.

use async_trait::async_trait;
use catalog::UsersOfResource;
use kernel::ids::{OrganisationId, ResourceId};
use kernel::{Kernel, Result};

use crate::model::{GrantState, RequestState};
use crate::store;
use crate::store::request_list::{Filter, Of};

/// Consumers of the grants that are neither revoked nor expired, and those whose signed requests are under way.
pub(crate) struct Users(pub(crate) Kernel);

/// States in which a request is under way.
const UNDER_WAY: &[RequestState] = &[
    RequestState::Signing,
    RequestState::Checking,
    RequestState::Incomplete,
    RequestState::Deciding,
    RequestState::ProviderSigning,
    RequestState::Approved,
    RequestState::Delivering,
];

#[async_trait]
impl UsersOfResource for Users {
    async fn users(&self, id: &ResourceId) -> Result<Vec<OrganisationId>> {
        let now_ms = self.0.now_ms();
        let grants = store::grant::of_resource(&self.0.db, id).await?;
        let live =
            grants.into_iter().filter(|one| one.state.at(one.valid_until_ms, now_ms) != GrantState::Expired);
        let mut users: Vec<_> = live.map(|grant| grant.consumer_id).collect();
        let filter = Filter { of: Of::Everyone, states: UNDER_WAY, resource: Some(id), late_at: None };
        let waiting = store::request_list::waiting(&self.0.db, &filter).await?;
        users.extend(waiting.into_iter().map(|request| request.consumer_id));
        users.sort();
        users.dedup();
        Ok(users)
    }
}
