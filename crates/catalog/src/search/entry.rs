//! What the search keeps of a resource in memory: enough to filter, count and show hits.

use std::sync::Arc;

use kernel::ids::{OrganisationId, ResourceId};

/// An item of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryItem {
    /// Name within the resource.
    pub item: String,
    /// Chinese name.
    pub zh: Arc<str>,
    /// English name.
    pub en: Arc<str>,
    /// Code of the data element.
    pub element: Arc<str>,
    /// True when a subject may be named by it.
    pub is_key: bool,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Id.
    pub id: ResourceId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Abstract, its beginning.
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
    /// When it was last published.
    pub published_ms: Option<i64>,
    /// When it was last changed.
    pub updated_ms: i64,
    /// Items.
    pub items: Vec<EntryItem>,
}

/// What tells whether a resource was changed since it was indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When it was last changed.
    pub updated_ms: i64,
    /// Publication state.
    pub state: String,
    /// Mount state.
    pub mount_state: String,
    /// Version.
    pub version: i32,
    /// Name of the provider.
    pub organisation_name: String,
}
