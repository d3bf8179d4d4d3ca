//! The data authority approves a mount, or returns it with reasons.

use kernel::evidence::Leaf;
use kernel::ids::ResourceId;
use kernel::notice::Notice;
use kernel::{Actor, Error, Result, Role};

use super::return_resource::ReturnInput;
use super::withdraw_resource::checked_reason;
use super::{link, require_in};
use crate::model::{MountChange, MountState, Resource, check_mount, mount_state};
use crate::{Catalog, MOUNT_CHANGED, store};

impl Catalog {
    /// Approves what waits: it takes the place of the mount in force, and grants are pinned again by the follow-up.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.mount.nothing_waits`, or `input.invalid` when it no longer fits the items.
    pub async fn approve_mount(
        &self,
        actor: &Actor,
        id: &ResourceId,
        note: Option<&str>,
    ) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::BusinessOperator])?;
        let note = checked_reason(note, false)?;
        let leaf = self.leaf("catalog.mount.approved", &known).await?;

        let tx = self.kernel.begin().await?;
        let db = tx.connection();
        let old = store::resource::by_id(db, id).await?.ok_or_else(|| Error::missing(id))?;
        let change = waiting(store::mount_change::of(db, id).await?)?;
        check_mount(&change.mount, &old.items)?;
        let now = self.kernel.now_ms().max(old.updated_ms + 1);
        store::mount::replace(db, id, &change.mount, now).await?;
        store::mount_change::remove(db, id).await?;
        let new = Resource { mount_state: MountState::Mounted, updated_ms: now, ..old };
        store::resource::update(db, &new).await?;
        tx.notify(Notice {
            organisation: Some(&known.organisation_id),
            roles: &[Role::DepartmentOperator],
            kind: "catalog.mount_approved",
            link: link(id),
            zh: format!("资源“{}”的挂接已通过审核。", known.name),
            en: format!("The mount of \"{}\" was approved.", known.name),
        })
        .await?;
        tx.follow_up(MOUNT_CHANGED, id.as_str()).await?;
        let mount = &change.mount;
        let detail = format!("agent {} source {} table {}", mount.agent_id, mount.source, mount.table);
        let leaf = Leaf { agent: Some(mount.agent_id.to_string()), ..leaf };
        tx.record(actor, leaf, note.as_deref(), Some(detail)).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }

    /// Returns what waits. A mount that was approved before stays in force.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.mount.nothing_waits`, or `input.invalid` without listed reason and text.
    pub async fn return_mount(&self, actor: &Actor, id: &ResourceId, given: ReturnInput) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::BusinessOperator])?;
        let (reasons, text) = self.checked_return(given).await?;
        let leaf = self.leaf("catalog.mount.returned", &known).await?;

        let tx = self.kernel.begin().await?;
        let db = tx.connection();
        let old = store::resource::by_id(db, id).await?.ok_or_else(|| Error::missing(id))?;
        let mut change = waiting(store::mount_change::of(db, id).await?)?;
        let now = self.kernel.now_ms().max(old.updated_ms + 1);
        let words: Vec<_> = reasons.iter().map(|one| one.zh.clone()).collect();
        change.state = MountState::Returned;
        let codes = reasons.into_iter().map(|one| one.code).collect();
        change.flow = change.flow.returned(actor, now, codes, text.clone());
        store::mount_change::put(db, &change).await?;
        let in_force = old.mount.as_ref().map(|view| &view.mount);
        let state = mount_state(in_force, Some(MountState::Returned), &old.items);
        let new = Resource { mount_state: state, updated_ms: now, ..old };
        store::resource::update(db, &new).await?;
        tx.notify(Notice {
            organisation: Some(&known.organisation_id),
            roles: &[Role::DepartmentOperator],
            kind: "catalog.mount_returned",
            link: link(id),
            zh: format!("资源“{}”的挂接已退回（{}）：{text}", known.name, words.join("、")),
            en: format!("The mount of \"{}\" was returned: {text}", known.name),
        })
        .await?;
        tx.record(actor, leaf, Some(&text), Some(words.join("、"))).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }
}

fn waiting(change: Option<MountChange>) -> Result<MountChange> {
    change.filter(|change| change.state == MountState::Pending).ok_or_else(|| {
        Error::conflict(
            "catalog.mount.nothing_waits",
            "没有待审核的挂接，请刷新后查看当前状态。",
            "No mount waits for review; refresh to see the present state.",
        )
    })
}
