//! Lists resources, as far as the reader may know of them.

use kernel::ids::OrganisationId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result, Role};
use serde::Deserialize;

use crate::Catalog;
use crate::catalog::name_provider;
use crate::model::{MountState, Resource, ResourceState, ShareType};
use crate::store::resource_list::{self, Narrow};

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
    /// State of a change of a published entry.
    #[serde(default)]
    pub revision_state: Option<ResourceState>,
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
            revision_state: filter.revision_state,
        };
        let (mut resources, total) = resource_list::list(&self.kernel.db, &narrow, query).await?;
        let organisations = self.organisations().await?;
        for resource in &mut resources {
            name_provider(resource, &organisations);
            if !super::may_see_mount(actor, resource) {
                resource.revision_state = None;
            }
        }
        Ok(Page::new(resources, total, query))
    }
}
