//! Tells the catalogue who uses a resource, so that users are told before it changes or goes offline.

use async_trait::async_trait;
use catalog::UsersOfResource;
use kernel::ids::{OrganisationId, ResourceId};
use kernel::{Kernel, Result};

use crate::store;

/// Consumers of the grants that are not revoked.
pub(crate) struct Users(pub(crate) Kernel);

#[async_trait]
impl UsersOfResource for Users {
    async fn users(&self, id: &ResourceId) -> Result<Vec<OrganisationId>> {
        let mut users: Vec<_> =
            store::grant::of_resource(&self.0.db, id).await?.into_iter().map(|grant| grant.consumer_id).collect();
        users.sort();
        users.dedup();
        Ok(users)
    }
}
