//! Matching 比对: a planned system against everything that exists. Pure; what exists is handed in.

mod index;
mod items;
mod kinds;
mod known;
mod name;
mod report;
mod resources;
mod systems;
mod words;

pub use index::Index;
use kernel::ids::OrganisationId;
pub use known::{Known, KnownItem, KnownResource, KnownSource, KnownSystem};
pub use report::{
    Advice, Holding, ItemHit, ItemMatch, Ratio, Reason, Report, ResourceHit, ResourceMatch, SystemHit, Way,
};

pub use crate::model::{PlannedItem, PlannedResource};

/// For whom is matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Organisation that plans.
    pub organisation: OrganisationId,
    /// True to look also at what other departments have not listed yet.
    pub sees_all: bool,
}

/// What is planned, as the matcher takes it.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// Name of the system.
    pub name: &'a str,
    /// What it is for.
    pub purpose: &'a str,
    /// Functions.
    pub functions: &'a [String],
    /// Data it would gather.
    pub resources: &'a [PlannedResource],
}

impl<'a> Planned<'a> {
    /// Out of a plan as filed.
    pub fn of(input: &'a crate::model::PlanInput) -> Self {
        Self {
            name: &input.name,
            purpose: &input.purpose,
            functions: &input.functions,
            resources: &input.resources,
        }
    }
}

/// Finds what exists of a plan.
pub fn find(index: &Index, asker: &Asker, planned: Planned<'_>, now_ms: i64) -> Report {
    let resources: Vec<_> = planned
        .resources
        .iter()
        .enumerate()
        .map(|(place, resource)| resources::find(index, asker, place, resource))
        .collect();
    let systems = systems::find(index, (planned.name, planned.purpose, planned.functions), &resources);
    let items = resources.iter().flat_map(|resource| &resource.items);
    Report {
        systems,
        overlapping: Ratio::of(resources.iter().filter(|one| one.overlaps).count(), resources.len()),
        existing_items: Ratio::of(items.clone().filter(|item| item.exists).count(), items.count()),
        looked_through: i64::try_from(index.resources.len()).unwrap_or(i64::MAX),
        matched_ms: now_ms,
        resources,
    }
}

impl Report {
    /// The same for somebody who may not know what other departments have not listed.
    #[must_use]
    pub fn without_unlisted(mut self, own: Option<&OrganisationId>) -> Self {
        let visible = |holding: &Holding| holding.listed || Some(&holding.organisation_id) == own;
        for resource in &mut self.resources {
            resource.hits.retain(|hit| visible(&hit.holding));
            for item in &mut resource.items {
                item.hits.retain(|hit| visible(&hit.holding));
            }
        }
        self
    }
}
