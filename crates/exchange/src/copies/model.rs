//! What is known of a held copy, and what is asked of it.

use kernel::ids::{GrantId, OrganisationId, ResourceId};
use plan::model::{GrantSpec, Pin};
use serde::{Deserialize, Serialize};
use sharing::book::ItemLabel;
use sharing::model::FilterView;

use crate::model::EvidenceRef;
use crate::subscriptions::{RunId, SubscriptionId};

/// A column of a held copy, named by its item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CopyColumn {
    /// Item.
    pub item: String,
    /// Whether its values are masked.
    pub masked: bool,
}

/// The rows that one run brought, as they are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCopy {
    /// Run that brought it; its chunks have entries in the log.
    pub run: RunId,
    /// Subscription.
    pub subscription: SubscriptionId,
    /// Grant it lies under.
    pub grant: GrantId,
    /// Digest of the terms under which it was taken, see [`terms`].
    pub terms: String,
    /// When it was true, Unix milliseconds.
    pub as_of_ms: i64,
    /// When it was complete, Unix milliseconds.
    pub taken_ms: i64,
    /// Rows.
    pub rows: u64,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, hex.
    pub digest: String,
    /// Columns, in order.
    pub columns: Vec<CopyColumn>,
    /// Items that tell rows apart.
    pub keys: Vec<String>,
    /// Whether the subscription's own conditions leave rows out.
    pub narrowed: bool,
}

impl HeldCopy {
    /// A column in clear.
    pub fn clear(&self, item: &str) -> bool {
        self.columns.iter().any(|column| column.item == item && !column.masked)
    }

    /// Whether it has the item at all.
    pub fn has(&self, item: &str) -> bool {
        self.columns.iter().any(|column| column.item == item)
    }
}

/// What of a pin decides which rows and values may be held: mount, items and conditions, not how long or how often. A copy that was
/// taken under other terms may hold what is no longer granted.
pub fn terms(pin: &Pin) -> String {
    let grant = GrantSpec {
        version: 0,
        consumer_name: String::new(),
        clients: Vec::new(),
        purposes: Vec::new(),
        shapes: Vec::new(),
        valid_from_ms: 0,
        valid_until_ms: 0,
        quota_per_day: 0,
        quota_per_second: 0,
        ..pin.grant.clone()
    };
    plan::digest(&Pin { grant, mount: pin.mount.clone() })
}

/// One state of a resource that is held.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CopyState {
    /// Run that brought it.
    pub run_id: RunId,
    /// When it was true, Unix milliseconds.
    pub as_of_ms: i64,
    /// When it was complete, Unix milliseconds.
    pub taken_ms: i64,
    /// Rows.
    pub rows: u64,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hex.
    pub digest: String,
}

/// A held copy (留存副本) as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CopyView {
    /// Subscription that keeps it up to date.
    pub subscription_id: SubscriptionId,
    /// Its name.
    pub name: String,
    /// Grant it lies under.
    pub grant_id: GrantId,
    /// Resource.
    pub resource_id: ResourceId,
    /// Catalogue code of the resource.
    pub resource_code: String,
    /// Its name.
    pub resource_name: String,
    /// Provider.
    pub provider_id: OrganisationId,
    /// Its name.
    pub provider_name: String,
    /// Consumer, for whom it is held.
    pub consumer_id: OrganisationId,
    /// Its name.
    pub consumer_name: String,
    /// Labels of the items that it holds.
    pub labels: Vec<ItemLabel>,
    /// Columns.
    pub columns: Vec<CopyColumn>,
    /// Items that tell rows apart.
    pub keys: Vec<String>,
    /// Whether the subscription's own conditions leave rows out; then it answers no queries about one subject.
    pub narrowed: bool,
    /// The newest state.
    pub current: CopyState,
    /// The state before, for what changed.
    pub previous: Option<CopyState>,
    /// When it is read anew, Unix milliseconds.
    pub next_due_ms: Option<i64>,
    /// Whether the reader may count and compare it.
    pub may_use: bool,
}

/// Rows to be counted.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountInput {
    /// One or two items to group by; granted in clear.
    pub by: Vec<String>,
    /// Conditions on rows; on items granted in clear.
    #[serde(default)]
    pub row_filter: FilterView,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CopyGroup {
    /// Values in the order asked for; null where the department has none or one that is not valid.
    pub values: Vec<Option<String>>,
    /// Rows.
    pub rows: u64,
}

/// What was counted.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CountView {
    /// Items grouped by.
    pub by: Vec<String>,
    /// Groups that are large enough to be shown, the largest first.
    pub groups: Vec<CopyGroup>,
    /// Groups that are too small to be shown, and those hidden with them so that nothing can be worked out by subtraction.
    pub hidden_groups: u64,
    /// Rows that meet the conditions; null when that would tell how large a hidden group is.
    pub rows: Option<u64>,
    /// Rows under which a group is not shown.
    pub least: u64,
    /// When the copy was true, Unix milliseconds.
    pub as_of_ms: i64,
    /// Proof of this use.
    pub evidence: EvidenceRef,
}

/// What a copy is compared with.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareInput {
    /// Subscription of another copy of the same consumer; its own state before when left out.
    #[serde(default)]
    pub with: Option<SubscriptionId>,
}

/// How often an item differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ItemDifference {
    /// Item.
    pub item: String,
    /// Rows with the same key in which it differs.
    pub rows: u64,
}

/// Outcome of a comparison by key. Left is this copy, right is the other one, or the state before.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CompareView {
    /// Items compared.
    pub items: Vec<String>,
    /// Rows that are the same.
    pub same: u64,
    /// Rows that only this copy has.
    pub only_left: u64,
    /// Rows that only the other has.
    pub only_right: u64,
    /// Rows with the same key and other values.
    pub different: u64,
    /// Rows without a key or whose key stands twice on a side, which cannot be compared.
    pub not_compared: u64,
    /// Which items differ, the most frequent first.
    pub differences: Vec<ItemDifference>,
    /// Keys of some: `+` only in this copy, `-` only in the other, `~` different.
    pub keys: Vec<String>,
    /// When this copy was true, Unix milliseconds.
    pub left_as_of_ms: i64,
    /// When the other was true, Unix milliseconds.
    pub right_as_of_ms: i64,
    /// Proof of this use.
    pub evidence: EvidenceRef,
}

/// Where a copy could answer a query from, told to who asks.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CopyRef {
    /// When it was true, Unix milliseconds.
    pub as_of_ms: i64,
    /// Items it holds.
    pub items: Vec<String>,
}

impl From<&HeldCopy> for CopyRef {
    fn from(copy: &HeldCopy) -> Self {
        let items = copy.columns.iter().map(|column| column.item.clone()).collect();
        Self { as_of_ms: copy.as_of_ms, items }
    }
}
