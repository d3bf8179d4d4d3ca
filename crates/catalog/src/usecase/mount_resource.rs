//! Mounts a resource on a table of the department's own system.

use kernel::error::Fields;
use kernel::ids::{OrganisationId, ResourceId};
use kernel::{Actor, Error, Result, Role};

use super::{may_know, require_in};
use crate::model::{Mount, MountState, Resource, check_mount};
use crate::{Catalog, MOUNT_CHANGED, store};

impl Catalog {
    /// Mounts a resource, or changes its mount. Grants over it are pinned again by the follow-up.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, or `input.invalid` with every gap.
    pub async fn mount_resource(&self, actor: &Actor, id: &ResourceId, mount: Mount) -> Result<Resource> {
        let known = self.resource(id).await?.filter(|resource| may_know(actor, resource));
        let known = known.ok_or_else(|| Error::missing(id))?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentOperator])?;
        check_mount(&mount, &known.items)?;
        self.check_agent(&mount, &known.organisation_id).await?;
        let leaf = self.leaf("catalog.resource.mounted", &known).await?;

        let tx = self.kernel.begin().await?;
        let old = store::resource::by_id(tx.connection(), id).await?.ok_or_else(|| Error::missing(id))?;
        // The items may have changed since they were read without the transaction.
        check_mount(&mount, &old.items)?;
        let now = self.kernel.now_ms().max(old.updated_ms + 1);
        let new = Resource { mount_state: MountState::Mounted, updated_ms: now, ..old };
        store::mount::replace(tx.connection(), id, &mount, now).await?;
        store::resource::update(tx.connection(), &new).await?;
        tx.follow_up(MOUNT_CHANGED, id.as_str()).await?;
        let detail = format!("agent {} source {} table {}", mount.agent_id, mount.source, mount.table);
        let leaf = kernel::evidence::Leaf { agent: Some(mount.agent_id.to_string()), ..leaf };
        tx.record(actor, leaf, None, Some(detail)).await?;
        tx.commit().await?;
        self.resource(id).await?.ok_or_else(|| Error::missing(id))
    }

    /// The agent must be there and stand at the provider.
    async fn check_agent(&self, mount: &Mount, provider: &OrganisationId) -> Result<()> {
        let Some(agents) = self.agents() else { return Ok(()) };
        let agent = agents.agent(&mount.agent_id).await?;
        let mut fields = Fields::default();
        fields.check(
            agent.is_some_and(|agent| agent.organisation_id == *provider),
            "agent_id",
            "catalog.mount.agent",
            "本部门没有这台前置机，请重新选择；还没有的，请平台运维先登记。",
            "The department has no such agent; choose again, or ask the platform operator to register one.",
        );
        fields.finish()
    }
}
