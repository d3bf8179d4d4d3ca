//! Everything that exists, in memory, as new as the last committed change.

use std::collections::HashMap;
use std::sync::Arc;

use catalog::ResourceFilter;
use catalog::model::{
    Classification, InformationSystem, MountState, Resource, ResourceState, ShareType, SystemState,
};
use kernel::ids::SystemId;
use kernel::page::ListQuery;
use kernel::{Actor, Result};

use crate::Projects;
use crate::matching::{Index, Known, KnownItem, KnownResource, KnownSystem};

/// Rows read at once.
const PAGE: u64 = 200;

/// Systems, resources, and the index over them.
#[derive(Debug)]
pub struct Inventory {
    /// Change of the kernel that it is as new as.
    revision: u64,
    /// Every system.
    pub systems: Vec<InformationSystem>,
    /// Every resource that is not offline, whatever its state.
    pub resources: Vec<Resource>,
    /// Ready for matching.
    pub index: Index,
}

/// True when live data hangs on a resource.
pub(super) fn hangs(resource: &Resource) -> bool {
    matches!(resource.mount_state, MountState::Mounted | MountState::Changed | MountState::ChangePending)
}

fn known_resource(resource: &Resource, systems: &HashMap<&SystemId, &InformationSystem>) -> KnownResource {
    let system = resource.system_id.as_ref().and_then(|id| systems.get(id));
    KnownResource {
        source: "catalog",
        id: resource.id.to_string(),
        code: resource.code.clone(),
        name: resource.name.clone(),
        summary: resource.summary.clone(),
        organisation_id: resource.organisation_id.clone(),
        organisation_name: resource.organisation_name.clone(),
        system_id: resource.system_id.clone(),
        system_name: system.map(|system| system.name.clone()),
        base: resource.classification == Classification::Base,
        listed: resource.state.in_force(),
        mounted: hangs(resource),
        shareable: resource.share_type != ShareType::None,
        link: format!("/catalogue/{}", resource.id),
        items: resource
            .items
            .iter()
            .map(|item| KnownItem {
                item: item.item.clone(),
                zh: item.zh.clone(),
                element: Some(item.element.clone()),
                kind: item.kind.clone(),
                is_key: item.is_key,
            })
            .collect(),
    }
}

fn known_system(system: &InformationSystem) -> KnownSystem {
    KnownSystem {
        id: system.id.clone(),
        name: system.name.clone(),
        purpose: system.purpose.clone(),
        organisation_id: system.organisation_id.clone(),
        organisation_name: system.organisation_name.clone(),
        alive: system.state != SystemState::Retired,
    }
}

impl Projects {
    /// Everything that exists, as of the last committed change.
    ///
    /// # Errors
    /// When the catalogue or another register cannot be read.
    pub async fn inventory(&self) -> Result<Arc<Inventory>> {
        let wanted = self.kernel.revision();
        let fresh = |held: Option<Arc<Inventory>>| held.filter(|held| held.revision >= wanted);
        if let Some(held) = fresh(self.inventory.load_full()) {
            return Ok(held);
        }
        let _turn = self.loading.lock().await;
        if let Some(held) = fresh(self.inventory.load_full()) {
            return Ok(held);
        }
        let made = Arc::new(self.load_inventory(wanted).await?);
        self.inventory.store(Some(Arc::clone(&made)));
        Ok(made)
    }

    async fn load_inventory(&self, revision: u64) -> Result<Inventory> {
        let mut systems = Vec::new();
        let mut resources = Vec::new();
        for page in 1.. {
            let query = ListQuery { page: Some(page), page_size: Some(PAGE), ..ListQuery::default() };
            let found = self.catalog.list_systems(&Actor::System, None, None, &query).await?;
            let last = page * PAGE >= found.total;
            systems.extend(found.items);
            if last {
                break;
            }
        }
        for page in 1.. {
            let query = ListQuery { page: Some(page), page_size: Some(PAGE), ..ListQuery::default() };
            let found =
                self.catalog.list_resources(&Actor::System, &ResourceFilter::default(), &query).await?;
            let last = page * PAGE >= found.total;
            resources.extend(found.items.into_iter().filter(|one| one.state != ResourceState::Offline));
            if last {
                break;
            }
        }
        let by_id: HashMap<_, _> = systems.iter().map(|system| (&system.id, system)).collect();
        let mut known = Known {
            resources: resources.iter().map(|resource| known_resource(resource, &by_id)).collect(),
            systems: systems.iter().map(known_system).collect(),
        };
        for source in self.sources() {
            known.resources.extend(source.known().await?);
        }
        Ok(Inventory { revision, index: Index::new(known), systems, resources })
    }
}
