//! Changes a resource. A published one stays in force as it is: the change is a revision with a way of its own.

use kernel::error::Fields;
use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result, Role};

use super::require_in;
use crate::model::{
    Flow, Resource, ResourceInput, ResourceState, Revision, check_resource, entered, mount_state, stale,
};
use crate::{Catalog, MOUNT_CHANGED, store};

impl Catalog {
    /// Changes a resource of the own department. What somebody judges at the moment is not changed under his hands.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.stale`, `catalog.resource.under_way`,
    /// `catalog.resource.code_fixed`, or `input.invalid` with every gap.
    pub async fn change_resource(
        &self,
        actor: &Actor,
        id: &ResourceId,
        input: ResourceInput,
    ) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        let roles = [Role::DepartmentOperator, Role::DepartmentHead, Role::BusinessOperator];
        require_in(actor, &known.organisation_id, &roles)?;
        self.check_change(&known, &input).await?;
        let leaf = self.leaf("catalog.resource.changed", &known).await?;

        let tx = self.kernel.begin().await?;
        let db = tx.connection();
        let mut run = store::run::load(db, id).await?;
        if input.updated_ms.is_some_and(|seen| seen != run.current.updated_ms) {
            return Err(stale());
        }
        let now = self.kernel.now_ms();
        let revised = run.current.state == ResourceState::Published;
        if revised {
            let started = || (ResourceState::Draft, Flow { since_ms: Some(now), ..Flow::default() });
            let (state, flow) =
                run.revision.take().map_or_else(started, |revision| (revision.state, revision.flow));
            if !state.editable() {
                return Err(under_way());
            }
            let entry = ResourceInput { updated_ms: None, ..input };
            run.revision = Some(Revision { state, flow, entry });
        } else {
            if !run.current.state.editable() {
                return Err(under_way());
            }
            let new = entered(input, run.current.clone());
            if let Some(view) = &run.current.mount
                && run.current.items != new.items
            {
                let waiting = store::mount_change::of(db, id).await?.map(|change| change.state);
                run.current.mount_state = mount_state(Some(&view.mount), waiting, &new.items);
                tx.follow_up(MOUNT_CHANGED, id.as_str()).await?;
            }
            run.current = Resource { mount_state: run.current.mount_state, ..new };
            store::item::replace(db, id, &run.current.items).await?;
        }
        store::run::save(db, &mut run, now).await?;
        let detail = if revised { "revision" } else { run.current.state.as_str() };
        tx.record(actor, leaf, None, Some(detail.to_owned())).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }

    async fn check_change(&self, known: &Resource, input: &ResourceInput) -> Result<()> {
        let mut fields = Fields::default();
        check_resource(input, &mut fields);
        self.check_system(input, &known.organisation_id, &mut fields).await?;
        fields.check(
            input.organisation_id.as_ref().is_none_or(|given| *given == known.organisation_id),
            "organisation_id",
            "catalog.resource.provider_fixed",
            "提供部门不能变更；如需移交，请下线后由新部门重新编目。",
            "The provider cannot be changed; withdraw the resource and let the new department catalogue it.",
        );
        fields.check(
            input.code.as_ref().is_none_or(|code| *code == known.code),
            "code",
            "catalog.resource.code_fixed",
            "目录编码一经生成不能变更，请保留原编码。",
            "A code stays for good; keep it.",
        );
        fields.finish()
    }
}

fn under_way() -> Error {
    Error::conflict(
        "catalog.resource.under_way",
        "目录正在签发、审核或下线中，不能修改。请等办结，或请当前办理人退回后再改。",
        "The entry is being signed, reviewed or taken offline and cannot be changed now. Wait, or ask for its return.",
    )
}
