//! Takes a published resource offline, with a reason.

use kernel::error::Fields;
use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result, Role};

use super::{may_know, require_in};
use crate::model::{Resource, ResourceState};
use crate::{Catalog, MOUNT_CHANGED, store};

/// A reason within its limits; blank counts as none.
pub(super) fn checked_reason(reason: Option<&str>, needed: bool) -> Result<Option<String>> {
    let reason = reason.map(str::trim).filter(|text| !text.is_empty());
    let mut fields = Fields::default();
    if needed || reason.is_some() {
        fields.text("reason", reason.unwrap_or_default(), 500);
    }
    fields.finish()?;
    Ok(reason.map(str::to_owned))
}

impl Catalog {
    /// Takes a published resource offline. Grants over it stop by the follow-up.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.not_published`, or `input.invalid` without a reason.
    pub async fn withdraw_resource(&self, actor: &Actor, id: &ResourceId, reason: &str) -> Result<Resource> {
        let known = self.resource(id).await?.filter(|resource| may_know(actor, resource));
        let known = known.ok_or_else(|| Error::missing(id))?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentHead, Role::BusinessOperator])?;
        let reason = checked_reason(Some(reason), true)?;
        let leaf = self.leaf("catalog.resource.withdrawn", &known).await?;

        let tx = self.kernel.begin().await?;
        let old = store::resource::by_id(tx.connection(), id).await?.ok_or_else(|| Error::missing(id))?;
        if old.state != ResourceState::Published {
            return Err(Error::conflict(
                "catalog.resource.not_published",
                "只有已发布的资源才能下线，请刷新后查看当前状态。",
                "Only a published resource can be withdrawn; refresh to see its present state.",
            ));
        }
        let new = Resource {
            state: ResourceState::Offline,
            state_reason: reason.clone(),
            updated_ms: self.kernel.now_ms().max(old.updated_ms + 1),
            ..old
        };
        store::resource::update(tx.connection(), &new).await?;
        tx.follow_up(MOUNT_CHANGED, id.as_str()).await?;
        tx.record(actor, leaf, reason.as_deref(), None).await?;
        tx.commit().await?;
        self.resource(id).await?.ok_or_else(|| Error::missing(id))
    }
}
