//! Enters how a resource hangs on a table of the department's own system, for the data authority to review.

use kernel::error::Fields;
use kernel::ids::{OrganisationId, ResourceId};
use kernel::notice::Notice;
use kernel::working_time::due_ms;
use kernel::{Actor, Error, Result, Role};

use super::escalate::{Silence, watch};
use super::{link, require_in};
use crate::model::{Flow, Mount, MountChange, MountState, Resource, check_mount, mount_state};
use crate::settings::MOUNT_REVIEW_DAYS;
use crate::{Catalog, store};

impl Catalog {
    /// Enters a mount, or a change of one. It waits for review; a mount approved before stays in force meanwhile.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, or `input.invalid` with every gap.
    pub async fn mount_resource(&self, actor: &Actor, id: &ResourceId, mount: Mount) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentOperator])?;
        check_mount(&mount, &known.items)?;
        self.check_agent(&mount, &known.organisation_id).await?;
        let days = self.kernel.days(&MOUNT_REVIEW_DAYS).await?;
        let leaf = self.leaf("catalog.resource.mounted", &known).await?;

        let tx = self.kernel.begin().await?;
        let db = tx.connection();
        let old = store::resource::by_id(db, id).await?.ok_or_else(|| Error::missing(id))?;
        // The items may have changed since they were read without the transaction.
        check_mount(&mount, &old.items)?;
        let now = self.kernel.now_ms().max(old.updated_ms + 1);
        let due = due_ms(now, days);
        let detail = format!("agent {} source {} table {}", mount.agent_id, mount.source, mount.table);
        let leaf = kernel::evidence::Leaf { agent: Some(mount.agent_id.to_string()), ..leaf };
        let change = MountChange {
            resource_id: id.clone(),
            mount,
            state: MountState::Pending,
            flow: Flow::submitted(actor, now, due),
        };
        store::mount_change::put(db, &change).await?;
        let in_force = old.mount.as_ref().map(|view| &view.mount);
        let state = mount_state(in_force, Some(MountState::Pending), &old.items);
        let new = Resource { mount_state: state, updated_ms: now, ..old };
        store::resource::update(db, &new).await?;
        watch(&tx, Silence::Mount, id, due, 0, due).await?;
        tx.notify(Notice {
            organisation: None,
            roles: &[Role::BusinessOperator],
            kind: "catalog.mount_to_review",
            link: link(id),
            zh: format!("{}提交了资源“{}”的挂接，请审核。", known.organisation_name, known.name),
            en: format!("{} entered a mount of \"{}\" for review.", known.organisation_name, known.name),
        })
        .await?;
        tx.record(actor, leaf, None, Some(detail)).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
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
