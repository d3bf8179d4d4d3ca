//! Changes an organisation, or ends what its people and client systems may do.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::OrganisationId;
use kernel::{Actor, Error, Result, Role};

use crate::Catalog;
use crate::model::{Organisation, OrganisationChange};
use crate::store;

impl Catalog {
    /// Changes an organisation. Platform operators only; nobody disables the organisation he acts for.
    ///
    /// # Errors
    /// `actor.role`, `organisation.not_found`, `input.invalid` or `catalog.organisation.own`.
    pub async fn change_organisation(
        &self,
        actor: &Actor,
        id: &OrganisationId,
        change: OrganisationChange,
    ) -> Result<Organisation> {
        actor.require(&[Role::PlatformOperator])?;
        let mut fields = Fields::default();
        for (path, value) in [("name", &change.name), ("short_name", &change.short_name)] {
            if let Some(value) = value {
                fields.text(path, value, 100);
            }
        }
        self.check_place(id, &change, &mut fields).await?;
        fields.finish()?;
        if change.disabled == Some(true) && actor.is_of(id) {
            return Err(Error::conflict(
                "catalog.organisation.own",
                "不能停用自己所在的机构，请由其他机构的平台运维人员办理。",
                "You cannot disable the organisation you act for; a platform operator of another one must.",
            ));
        }
        let tx = self.kernel.begin().await?;
        let found = store::organisation::by_id(tx.connection(), id).await?;
        let old = found.ok_or_else(|| Error::missing(id))?;
        let mut organisation = old.clone();
        if let Some(name) = change.name {
            name.trim().clone_into(&mut organisation.name);
        }
        if let Some(name) = change.short_name {
            name.trim().clone_into(&mut organisation.short_name);
        }
        if let Some(parent) = change.parent_id {
            organisation.parent_id = Some(parent).filter(|parent| !parent.as_str().is_empty());
        }
        if let Some(region) = change.region {
            region.trim().clone_into(&mut organisation.region);
        }
        organisation.kind = change.kind.unwrap_or(organisation.kind);
        organisation.disabled = change.disabled.unwrap_or(organisation.disabled);
        if organisation == old {
            return Ok(organisation);
        }
        store::organisation::update(tx.connection(), &organisation).await?;
        let leaf = Leaf {
            provider: Some(organisation.credit_code.clone()),
            ..Leaf::of("catalog.organisation.changed")
        };
        let above = organisation.parent_id.as_ref().map_or("-", OrganisationId::as_str);
        let detail = format!("{} above={above} disabled={}", organisation.name, organisation.disabled);
        tx.record(actor, leaf, None, Some(detail)).await?;
        tx.commit().await?;
        self.refresh_organisations().await?;
        Ok(organisation)
    }

    /// The organisation above must be there and not stand below; the region must be known.
    async fn check_place(
        &self,
        id: &OrganisationId,
        change: &OrganisationChange,
        fields: &mut Fields,
    ) -> Result<()> {
        if let Some(parent) = change.parent_id.as_ref().filter(|parent| !parent.as_str().is_empty()) {
            let known = self.organisations().await?;
            fields.check(
                known.get(parent).is_some(),
                "parent_id",
                "catalog.organisation.parent",
                "没有这个上级机构，请重新选择。",
                "No such organisation above; choose again.",
            );
            fields.check(
                !known.is_under(parent, id),
                "parent_id",
                "catalog.organisation.circle",
                "上级机构不能是本机构或其下级，请重新选择。",
                "The organisation above cannot be this one or one below it; choose again.",
            );
        }
        if let Some(region) = &change.region {
            for note in standards::region::parse(region).notes() {
                fields.push("region", note.code, note.zh.clone(), note.en.clone());
            }
        }
        Ok(())
    }
}
