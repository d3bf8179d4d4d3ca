//! Lists information systems.

use kernel::ids::{OrganisationId, SystemId};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result};

use crate::Catalog;
use crate::model::{InformationSystem, SystemState};
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
        state: Option<SystemState>,
        query: &ListQuery,
    ) -> Result<Page<InformationSystem>> {
        let (mut systems, total) = store::system::list(&self.kernel.db, organisation, state, query).await?;
        let organisations = self.organisations().await?;
        for system in &mut systems {
            organisations.name(&system.organisation_id).clone_into(&mut system.organisation_name);
        }
        Ok(Page::new(systems, total, query))
    }

    /// One information system.
    ///
    /// # Errors
    /// `system.not_found`.
    pub async fn read_system(&self, _actor: &Actor, id: &SystemId) -> Result<InformationSystem> {
        self.system(id).await?.ok_or_else(|| Error::missing(id))
    }
}
