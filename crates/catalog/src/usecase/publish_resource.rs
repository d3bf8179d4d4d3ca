//! Publishes a resource: the department head's signature.

use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result, Role};

use super::{may_know, require_in};
use crate::model::{Resource, ResourceState, check_publication};
use crate::{Catalog, MOUNT_CHANGED, store};

impl Catalog {
    /// Publishes a draft, or again what was withdrawn.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.already_published`, or `input.invalid` with everything
    /// that is missing.
    pub async fn publish_resource(
        &self,
        actor: &Actor,
        id: &ResourceId,
        reason: Option<&str>,
    ) -> Result<Resource> {
        let known = self.resource(id).await?.filter(|resource| may_know(actor, resource));
        let known = known.ok_or_else(|| Error::missing(id))?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentHead, Role::BusinessOperator])?;
        let reason = super::withdraw_resource::checked_reason(reason, false)?;
        let leaf = self.leaf("catalog.resource.published", &known).await?;

        let tx = self.kernel.begin().await?;
        let old = store::resource::by_id(tx.connection(), id).await?.ok_or_else(|| Error::missing(id))?;
        if old.state == ResourceState::Published {
            return Err(Error::conflict(
                "catalog.resource.already_published",
                "此资源已经发布，无需再次发布。",
                "The resource is published already.",
            ));
        }
        check_publication(&old)?;
        let last = store::version::last(tx.connection(), id).await?;
        let now = self.kernel.now_ms().max(old.updated_ms + 1);
        let new = Resource {
            state: ResourceState::Published,
            state_reason: reason.clone(),
            signed_off_by: Some(actor.label()),
            version: old.version.max(last + 1),
            published_ms: Some(now),
            updated_ms: now,
            ..old
        };
        store::resource::update(tx.connection(), &new).await?;
        store::version::keep(tx.connection(), &new, actor).await?;
        tx.follow_up(MOUNT_CHANGED, id.as_str()).await?;
        tx.record(actor, leaf, reason.as_deref(), Some(format!("version {}", new.version))).await?;
        tx.commit().await?;
        self.resource(id).await?.ok_or_else(|| Error::missing(id))
    }
}
