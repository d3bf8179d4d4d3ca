//! What exists already, as the matcher sees it.

use async_trait::async_trait;
use kernel::Result;
use kernel::ids::{OrganisationId, SystemId};
use standards::kind::ValueKind;

/// Something that gathers or holds data: a resource of the catalogue, later a registered form 报表.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownResource {
    /// Where it is listed: `catalog`, or the name of another [`KnownSource`].
    pub source: &'static str,
    /// Id there.
    pub id: String,
    /// Code there.
    pub code: String,
    /// Name.
    pub name: String,
    /// Abstract.
    pub summary: String,
    /// Who holds it.
    pub organisation_id: OrganisationId,
    /// Name of the holder.
    pub organisation_name: String,
    /// System it comes out of.
    pub system_id: Option<SystemId>,
    /// Name of the system.
    pub system_name: Option<String>,
    /// True for the base libraries 基础库, which are asked before others.
    pub base: bool,
    /// True when everybody sees it and may ask for it.
    pub listed: bool,
    /// True when live data hangs on it.
    pub mounted: bool,
    /// False when a law keeps it from being shared 不予共享.
    pub shareable: bool,
    /// Console route of its page.
    pub link: String,
    /// Items.
    pub items: Vec<KnownItem>,
}

/// An item of it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownItem {
    /// Name within the resource.
    pub item: String,
    /// Chinese name.
    pub zh: String,
    /// Data element, if bound to one.
    pub element: Option<String>,
    /// What the value means.
    pub kind: ValueKind,
    /// True when a record is named by it.
    pub is_key: bool,
}

/// A system of the inventory.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownSystem {
    /// Id.
    pub id: SystemId,
    /// Name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Owner.
    pub organisation_id: OrganisationId,
    /// Name of the owner.
    pub organisation_name: String,
    /// False when it was given up.
    pub alive: bool,
}

/// Everything that exists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Resources.
    pub resources: Vec<KnownResource>,
    /// Systems.
    pub systems: Vec<KnownSystem>,
}

/// Whoever knows of data that is gathered already and does not stand in the catalogue, for example registered forms, hands
/// itself in with [`crate::Projects::know`].
#[async_trait]
pub trait KnownSource: Send + Sync {
    /// What it knows, now.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn known(&self) -> Result<Vec<KnownResource>>;
}
