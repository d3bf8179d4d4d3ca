//! What a search answers.

use kernel::ids::{OrganisationId, ResourceId};
use kernel::page::Page;
use serde::Serialize;

/// An item of a hit in which the question was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FoundItem {
    /// Name within the resource.
    pub item: String,
    /// Chinese name.
    pub zh: String,
    /// Code of the data element.
    pub element: String,
    /// True when a subject may be named by it.
    pub is_key: bool,
}

/// A resource that was found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Hit {
    /// Id.
    pub id: ResourceId,
    /// Catalogue code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Beginning of the abstract.
    #[serde(rename = "abstract")]
    pub summary: String,
    /// Provider.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// 类.
    pub classification: String,
    /// Share type.
    pub share_type: String,
    /// Publication state.
    pub state: String,
    /// Mount state.
    pub mount_state: String,
    /// Update cycle.
    pub update_cycle: String,
    /// Open to society.
    pub open_to_society: bool,
    /// When it was last published, Unix milliseconds.
    pub published_ms: Option<i64>,
    /// When it was last changed, Unix milliseconds.
    pub updated_ms: i64,
    /// How many items it has.
    pub item_count: usize,
    /// Items in which the question was found, at most 5.
    pub found_items: Vec<FoundItem>,
    /// How well it fits; 0 without a question.
    pub score: f32,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FacetValue {
    /// The value, as the filter takes it.
    pub value: String,
    /// Name, for organisations.
    pub name: Option<String>,
    /// Resources with it, under the other filters.
    pub count: usize,
}

/// Facets 分面, each counted under the filters of the others.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct Facets {
    /// Providers, most resources first.
    pub organisation_id: Vec<FacetValue>,
    /// Share types.
    pub share_type: Vec<FacetValue>,
    /// Classifications.
    pub classification: Vec<FacetValue>,
    /// Publication states.
    pub state: Vec<FacetValue>,
    /// Mount states.
    pub mount_state: Vec<FacetValue>,
    /// Update cycles.
    pub update_cycle: Vec<FacetValue>,
    /// Open to society: `true` and `false`.
    pub open_to_society: Vec<FacetValue>,
}

/// A page of hits with the facets of all of them.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SearchPage {
    /// Hits of this page.
    #[serde(flatten)]
    pub page: Page<Hit>,
    /// Facets.
    pub facets: Facets,
    /// Data elements that the question names.
    pub elements: Vec<String>,
    /// True when nothing held every word and hits with some of them are shown.
    pub loosened: bool,
}

/// A data element that the question names.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HeldElement {
    /// Code.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Grade, 1 (open) to 4 (sensitive).
    pub grade: u8,
    /// Resources that hold it, as far as the reader may know of them.
    pub resources: usize,
    /// Offices that hold it.
    pub organisations: usize,
}

/// A resource that holds a datum.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Holder {
    /// The element it holds.
    pub element: String,
    /// The resource.
    pub resource: Hit,
    /// Its items of that element.
    pub items: Vec<FoundItem>,
}

/// Who holds a datum.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Holders {
    /// Elements that were asked for, best first.
    pub elements: Vec<HeldElement>,
    /// Holders of these elements, the best element first.
    #[serde(flatten)]
    pub page: Page<Holder>,
}
