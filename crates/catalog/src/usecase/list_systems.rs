//! Lists information systems.

use kernel::ids::OrganisationId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::Catalog;
use crate::model::InformationSystem;
use crate::store;

impl Catalog {
    /// Information systems of every department; what exists is no secret among offices.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_systems(
        &self,
        _actor: &Actor,
        organisation: Option<&OrganisationId>,
        query: &ListQuery,
    ) -> Result<Page<InformationSystem>> {
        let (mut systems, total) = store::system::list(&self.kernel.db, organisation, query).await?;
        let organisations = self.organisations().await?;
        for system in &mut systems {
            organisations.name(&system.organisation_id).clone_into(&mut system.organisation_name);
        }
        Ok(Page::new(systems, total, query))
    }
}
