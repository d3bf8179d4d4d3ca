//! Catalogues a resource.

use kernel::error::Fields;
use kernel::ids::OrganisationId;
use kernel::{Actor, Error, Result, Role};
use sea_orm::ConnectionTrait;

use super::{organisation_or_own, require_in};
use crate::Catalog;
use crate::model::classes::{Place, beginning};
use crate::model::{
    Flow, MountState, Organisation, Resource, ResourceInput, ResourceState, ShareMethod, UpdateCycle,
    check_resource, entered,
};
use crate::store;

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
        let mut resource = entered(input.clone(), self.blank(&input, provider.clone()));
        let leaf_provider = self.leaf("catalog.resource.created", &resource).await?;
        let tx = self.kernel.begin().await?;
        resource.code = match given {
            Some(code) => free(tx.connection(), code).await?,
            None => next_code(tx.connection(), &provider.short_code).await?,
        };
        resource.class_code = Some(class_code(tx.connection(), &resource).await?);
        store::resource::insert(tx.connection(), &resource).await?;
        let leaf = kernel::evidence::Leaf { resource: Some(resource.code.clone()), ..leaf_provider };
        tx.record(actor, leaf, None, Some(resource.name.clone())).await?;
        tx.commit().await?;
        self.read_resource(actor, &resource.id).await
    }

    /// A new draft with nothing entered.
    pub(crate) fn blank(&self, input: &ResourceInput, provider: Organisation) -> Resource {
        let now = self.kernel.now_ms();
        Resource {
            id: self.kernel.new_id(),
            code: String::new(),
            name: String::new(),
            summary: String::new(),
            organisation_id: provider.id,
            organisation_name: provider.name,
            organisation_credit_code: provider.credit_code,
            responsible_office: None,
            responsible_person: None,
            contact: None,
            system_id: None,
            system_name: None,
            classification: input.classification,
            category: None,
            subcategory: None,
            detail: None,
            class_code: None,
            regional_code: None,
            data_range: None,
            data_region: None,
            data_period: None,
            data_class: None,
            format: String::new(),
            share_type: input.share_type,
            share_condition: None,
            share_condition_kinds: Vec::new(),
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
            flow: Flow { since_ms: Some(now), ..Flow::default() },
            revision_state: None,
            revision: None,
            version: 1,
            mount_state: MountState::Unmounted,
            items: Vec::new(),
            mount: None,
            mount_change: None,
            published_ms: None,
            updated_ms: now,
        }
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
pub(crate) async fn next_code<C: ConnectionTrait>(db: &C, short_code: &str) -> Result<String> {
    let beginning = format!("{short_code}-");
    let highest = store::resource::highest_serial(db, store::resource::Column::Code, &beginning).await?;
    Ok(format!("{beginning}{:04}", highest.saturating_add(1)))
}

/// The next code of the entry's class: the serial one above the highest in use.
pub(crate) async fn class_code<C: ConnectionTrait>(db: &C, entry: &Resource) -> Result<String> {
    let beginning = beginning(&Place {
        classification: entry.classification,
        category: entry.category.as_deref(),
        subcategory: entry.subcategory.as_deref(),
        detail: entry.detail.as_deref(),
        name: &entry.name,
        organisation: &entry.organisation_name,
    });
    let highest = store::resource::highest_serial(db, store::resource::Column::ClassCode, &beginning).await?;
    Ok(format!("{beginning}{:06}", highest.saturating_add(1)))
}
