//! Catalogues a resource.

use kernel::error::Fields;
use kernel::ids::OrganisationId;
use kernel::{Actor, Error, Result, Role};
use sea_orm::ConnectionTrait;

use super::{organisation_or_own, require_in};
use crate::Catalog;
use crate::model::{
    MountState, Resource, ResourceInput, ResourceState, ShareMethod, ShareType, UpdateCycle, check_resource,
    filled, items_of, resource_grade,
};
use crate::store;

/// The entered fields as a draft; identity, state and times come from `old` when there is one.
pub(super) fn draft(input: ResourceInput, old: Resource) -> Resource {
    let items = items_of(&input.items);
    let conditional = input.share_type == ShareType::Conditional;
    let withheld = input.share_type == ShareType::None;
    Resource {
        name: input.name.trim().to_owned(),
        summary: input.summary.trim().to_owned(),
        system_id: input.system_id,
        classification: input.classification,
        category: filled(input.category.as_ref()),
        subcategory: filled(input.subcategory.as_ref()),
        detail: filled(input.detail.as_ref()),
        regional_code: filled(input.regional_code.as_ref()),
        format: filled(input.format.as_ref()).unwrap_or_else(|| "数据库".to_owned()),
        share_type: input.share_type,
        share_condition: filled(input.share_condition.as_ref()).filter(|_| conditional),
        no_share_basis: filled(input.no_share_basis.as_ref()).filter(|_| withheld),
        share_method: input.share_method.unwrap_or(ShareMethod::Interface),
        use_conditions: filled(input.use_conditions.as_ref()),
        open_to_society: input.open_to_society,
        open_condition: filled(input.open_condition.as_ref()),
        update_cycle: input.update_cycle.unwrap_or(UpdateCycle::Other),
        related_codes: input.related_codes,
        grade: input.grade.unwrap_or_else(|| resource_grade(&items)),
        secrecy_assessment: filled(input.secrecy_assessment.as_ref()),
        privacy_assessment: filled(input.privacy_assessment.as_ref()),
        items,
        ..old
    }
}

impl Catalog {
    /// Catalogues a resource of the own department as a draft.
    ///
    /// # Errors
    /// `actor.*`, `organisation.not_found`, `input.invalid` with every gap, among them the legal checks, or
    /// `catalog.resource.code_taken`.
    pub async fn create_resource(&self, actor: &Actor, input: ResourceInput) -> Result<Resource> {
        let organisation_id = organisation_or_own(actor, input.organisation_id.as_ref())?;
        require_in(actor, &organisation_id, &[Role::DepartmentOperator])?;
        let provider = self.organisation(&organisation_id).await?;
        let provider = provider.ok_or_else(|| Error::missing(&organisation_id))?;
        let mut fields = Fields::default();
        check_resource(&input, &mut fields);
        self.check_system(&input, &organisation_id, &mut fields).await?;
        fields.finish()?;
        let given = input.code.clone();
        let new = Resource {
            id: self.kernel.new_id(),
            code: String::new(),
            name: String::new(),
            summary: String::new(),
            organisation_name: provider.name,
            organisation_id,
            system_id: None,
            system_name: None,
            classification: input.classification,
            category: None,
            subcategory: None,
            detail: None,
            regional_code: None,
            format: String::new(),
            share_type: input.share_type,
            share_condition: None,
            no_share_basis: None,
            share_method: ShareMethod::Interface,
            use_conditions: None,
            open_to_society: false,
            open_condition: None,
            update_cycle: UpdateCycle::Other,
            related_codes: Vec::new(),
            grade: 1,
            secrecy_assessment: None,
            privacy_assessment: None,
            state: ResourceState::Draft,
            state_reason: None,
            signed_off_by: None,
            version: 1,
            mount_state: MountState::Unmounted,
            items: Vec::new(),
            mount: None,
            published_ms: None,
            updated_ms: self.kernel.now_ms(),
        };
        let mut resource = draft(input, new);
        let leaf_provider = self.leaf("catalog.resource.created", &resource).await?;
        let tx = self.kernel.begin().await?;
        resource.code = match given {
            Some(code) => free(tx.connection(), code).await?,
            None => next_code(tx.connection(), &provider.short_code).await?,
        };
        store::resource::insert(tx.connection(), &resource).await?;
        let leaf = kernel::evidence::Leaf { resource: Some(resource.code.clone()), ..leaf_provider };
        tx.record(actor, leaf, None, Some(resource.name.clone())).await?;
        tx.commit().await?;
        self.resource(&resource.id).await?.ok_or_else(|| Error::missing(&resource.id))
    }

    /// The information system named must be the provider's own.
    pub(super) async fn check_system(
        &self,
        input: &ResourceInput,
        organisation: &OrganisationId,
        fields: &mut Fields,
    ) -> Result<()> {
        if let Some(id) = &input.system_id {
            let system = self.system(id).await?;
            fields.check(
                system.is_some_and(|system| system.organisation_id == *organisation),
                "system_id",
                "catalog.resource.system",
                "没有这个信息系统，或不属于提供部门，请重新选择。",
                "No such information system of the provider; choose again.",
            );
        }
        Ok(())
    }
}

async fn free<C: ConnectionTrait>(db: &C, code: String) -> Result<String> {
    if store::resource::by_code(db, &code).await?.is_none() {
        return Ok(code);
    }
    Err(Error::conflict(
        "catalog.resource.code_taken",
        format!("目录编码 {code} 已被使用，请换一个，或留空由系统生成。"),
        format!("The code {code} is taken; choose another or leave it empty."),
    ))
}

/// `<short code>-<serial>`, the serial one above the highest in use.
async fn next_code<C: ConnectionTrait>(db: &C, short_code: &str) -> Result<String> {
    let beginning = format!("{short_code}-");
    let used = store::resource::codes_beginning(db, &beginning).await?;
    let highest = used.iter().filter_map(|code| code.strip_prefix(&beginning)?.parse::<u32>().ok()).max();
    Ok(format!("{beginning}{:04}", highest.unwrap_or(0).saturating_add(1)))
}
