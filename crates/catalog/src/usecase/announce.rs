//! Announcements 发布公告.

use kernel::ids::{OrganisationId, ResourceId};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result, Tx};
use serde::Deserialize;

use crate::Catalog;
use crate::model::{Announcement, AnnouncementKind, Resource};
use crate::store::announcement::{self, Narrow};

/// What a list of announcements may be narrowed to.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AnnouncementFilter {
    /// What is announced.
    #[serde(default)]
    pub kind: Option<AnnouncementKind>,
    /// Provider.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// Resource.
    #[serde(default)]
    pub resource_id: Option<ResourceId>,
}

impl Catalog {
    /// Writes an announcement within a transaction.
    pub(super) async fn announce(
        &self,
        tx: &Tx<'_>,
        kind: AnnouncementKind,
        resource: &Resource,
        text: Option<String>,
    ) -> Result<()> {
        let one = Announcement {
            id: self.kernel.new_id(),
            kind,
            resource_id: resource.id.clone(),
            code: resource.code.clone(),
            name: resource.name.clone(),
            version: resource.version,
            organisation_id: resource.organisation_id.clone(),
            organisation_name: String::new(),
            text,
            offline_ms: resource.flow.offline_ms,
            time_ms: self.kernel.now_ms(),
        };
        announcement::insert(tx.connection(), one).await
    }

    /// Announcements, the newest first; for everybody.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_announcements(
        &self,
        _actor: &Actor,
        filter: &AnnouncementFilter,
        query: &ListQuery,
    ) -> Result<Page<Announcement>> {
        let narrow = Narrow {
            kind: filter.kind,
            organisation: filter.organisation_id.as_ref(),
            resource: filter.resource_id.as_ref(),
        };
        let (mut list, total) = announcement::list(&self.kernel.db, &narrow, query).await?;
        let organisations = self.organisations().await?;
        for one in &mut list {
            organisations.name(&one.organisation_id).clone_into(&mut one.organisation_name);
        }
        Ok(Page::new(list, total, query))
    }
}
