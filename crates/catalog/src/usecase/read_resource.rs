//! Reads one resource, as far as the reader may.

use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result};

use super::{may_know, may_see_mount};
use crate::model::Resource;
use crate::{Catalog, store};

impl Catalog {
    /// One resource. Other departments see published ones, without table and column names.
    ///
    /// # Errors
    /// `resource.not_found`, also for what the reader may not know of.
    pub async fn read_resource(&self, actor: &Actor, id: &ResourceId) -> Result<Resource> {
        let found = self.resource(id).await?.filter(|resource| may_know(actor, resource));
        let resource = found.ok_or_else(|| Error::missing(id))?;
        Ok(shown_to(actor, resource))
    }

    /// Every published version of a resource as it was, oldest first: number and JSON. For the own department
    /// and the business operator.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn resource_versions(&self, actor: &Actor, id: &ResourceId) -> Result<Vec<(i32, String)>> {
        let found = self.resource(id).await?.filter(|resource| may_see_mount(actor, resource));
        found.ok_or_else(|| Error::missing(id))?;
        let versions = store::version::all(&self.kernel.db, id).await?;
        Ok(versions.into_iter().map(|row| (row.version, row.snapshot)).collect())
    }
}

/// The resource without what is not for that reader.
pub(super) fn shown_to(actor: &Actor, resource: Resource) -> Resource {
    if may_see_mount(actor, &resource) { resource } else { Resource { mount: None, ..resource } }
}
