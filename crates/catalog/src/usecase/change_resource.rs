//! Changes a resource. A published one gets a new version.

use kernel::error::Fields;
use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result, Role};

use super::create_resource::draft;
use super::{may_know, require_in};
use crate::model::{
    MountState, Resource, ResourceInput, ResourceState, check_mount, check_publication, check_resource,
    governed_change, stale,
};
use crate::{Catalog, MOUNT_CHANGED, store};

impl Catalog {
    /// Changes a resource of the own department. On a published resource, what the head signed for (share type,
    /// conditions, items, grade) may be changed by the head or the business operator only.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.stale`, `catalog.resource.head_signs`,
    /// `catalog.resource.code_fixed`, or `input.invalid` with every gap.
    pub async fn change_resource(
        &self,
        actor: &Actor,
        id: &ResourceId,
        input: ResourceInput,
    ) -> Result<Resource> {
        let known = self.resource(id).await?.filter(|resource| may_know(actor, resource));
        let known = known.ok_or_else(|| Error::missing(id))?;
        let roles = [Role::DepartmentOperator, Role::DepartmentHead, Role::BusinessOperator];
        require_in(actor, &known.organisation_id, &roles)?;
        let mut fields = Fields::default();
        check_resource(&input, &mut fields);
        self.check_system(&input, &known.organisation_id, &mut fields).await?;
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
        fields.finish()?;
        let leaf = self.leaf("catalog.resource.changed", &known).await?;

        let tx = self.kernel.begin().await?;
        let old = store::resource::by_id(tx.connection(), id).await?.ok_or_else(|| Error::missing(id))?;
        if input.updated_ms.is_some_and(|seen| seen != old.updated_ms) {
            return Err(stale());
        }
        let mut new = draft(input, old.clone());
        let published = old.state == ResourceState::Published;
        if published {
            check_publication(&new)?;
            let signs = [Role::DepartmentHead, Role::BusinessOperator];
            if governed_change(&old, &new) && !matches!(actor, Actor::System) && !actor.has_role(&signs) {
                return Err(head_signs());
            }
            new.version = store::version::last(tx.connection(), id).await?.max(old.version) + 1;
        }
        // Two changes within a millisecond must differ, or the check for stale edits would miss one.
        new.updated_ms = self.kernel.now_ms().max(old.updated_ms + 1);
        if old.items != new.items
            && let Some(view) = &old.mount
        {
            let fits = check_mount(&view.mount, &new.items).is_ok();
            new.mount_state = if fits { MountState::Mounted } else { MountState::Changed };
            tx.follow_up(MOUNT_CHANGED, id.as_str()).await?;
        }
        store::resource::update(tx.connection(), &new).await?;
        store::item::replace(tx.connection(), id, &new.items).await?;
        if published {
            store::version::keep(tx.connection(), &new, actor).await?;
        }
        tx.record(actor, leaf, None, Some(format!("version {}", new.version))).await?;
        tx.commit().await?;
        self.resource(id).await?.ok_or_else(|| Error::missing(id))
    }
}

fn head_signs() -> Error {
    Error::forbidden(
        "catalog.resource.head_signs",
        "资源已发布，共享属性、信息项和数据级别的变更须由本部门负责人（或业务运营）办理；也可先下线再修改。",
        "The resource is published: share type, items and grade are changed by the department head (or the business \
         operator), or after it was withdrawn.",
    )
}
