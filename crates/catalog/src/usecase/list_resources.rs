//! Lists resources, as far as the reader may know of them.

use kernel::ids::OrganisationId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result, Role};
use serde::Deserialize;

use crate::Catalog;
use crate::model::{MountState, Resource, ResourceState, ShareType};
use crate::store::resource::{self, Narrow};

/// What a list of resources may be narrowed to.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResourceFilter {
    /// Provider.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// Share type.
    #[serde(default)]
    pub share_type: Option<ShareType>,
    /// State of publication.
    #[serde(default)]
    pub state: Option<ResourceState>,
    /// State of the mount.
    #[serde(default)]
    pub mount_state: Option<MountState>,
}

impl Catalog {
    /// Published resources of all, every resource of the own department; the business operator sees everything.
    /// Mounts are not listed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_resources(
        &self,
        actor: &Actor,
        filter: &ResourceFilter,
        query: &ListQuery,
    ) -> Result<Page<Resource>> {
        let everything = matches!(actor, Actor::System) || actor.has_role(&[Role::BusinessOperator]);
        let narrow = Narrow {
            visible_to: (!everything).then(|| actor.organisation().map(|own| &own.id)),
            organisation: filter.organisation_id.as_ref(),
            share_type: filter.share_type,
            state: filter.state,
            mount_state: filter.mount_state,
        };
        let (mut resources, total) = resource::list(&self.kernel.db, &narrow, query).await?;
        let organisations = self.organisations().await?;
        for resource in &mut resources {
            organisations.name(&resource.organisation_id).clone_into(&mut resource.organisation_name);
        }
        Ok(Page::new(resources, total, query))
    }
}
