//! Held copies 留存副本: the granted rows of a resource, kept at the hub as Parquet for comparison and statistics, with their as-of time.
//!
//! A held copy is a subscription whose destination is the hub itself, under a grant that allows `hold`; the provider's agent refuses
//! the run otherwise. The rows come on the same path as any other table: each chunk is proved and recorded before it is taken in
//! ([`intake`]). The file has its name only when it is whole ([`files`]); then it takes the place of the one before, which is kept so
//! that what changed can be told. Every use is authorised and recorded: a query answered from the copy ([`crate::path::copy`]), a count
//! ([`count`]), a comparison ([`compare`]). A copy outlives neither its grant, nor the terms it was taken under, nor its subscription
//! ([`sweep`]).

mod compare;
mod count;
mod files;
mod form;
mod intake;
mod migration;
pub mod model;
mod read;
pub mod routes;
mod store;
mod sweep;
#[cfg(test)]
mod tests;
mod usecase;
mod view;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray as _, RecordBatch};
use kernel::Result;
use kernel::ids::GrantId;
use kernel::settings::{Setting, SettingKind};
use parking_lot::RwLock;
use standards::value::ValueKind;

use crate::subscriptions::SubscriptionId;
pub(crate) use files::Places;
pub(crate) use form::{PLACE, check_form, compare_by_copies};
pub(crate) use intake::{Intake, Order};
pub(crate) use migration::HeldCopies;
use model::HeldCopy;
pub(crate) use usecase::{none, outdated};

/// States of one subscription that are kept: the newest, and the one before it.
const KEPT: usize = 2;

/// Rows under which a group of a count is not shown.
pub const LEAST: Setting = Setting {
    key: "exchange.copy_group_least",
    zh: "留存副本统计的最小分组行数（不足的分组不显示）",
    en: "Rows under which a group of a count over a held copy is not shown",
    kind: SettingKind::Number { default: 5, min: 1, max: 1_000 },
};

/// A value of a row that was read from a copy, by item.
pub(crate) fn text<'b>(rows: &'b RecordBatch, item: &str, row: usize) -> Option<&'b str> {
    let column = rows.column_by_name(item)?.as_string_opt::<i32>()?;
    read::value(column, row)
}

/// The copies that stand, by subscription, newest first. The path reads no database, so they are known in memory.
pub(crate) struct Copies {
    places: Places,
    standing: RwLock<HashMap<SubscriptionId, Vec<Arc<HeldCopy>>>>,
}

impl Copies {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { places: Places::new(data_dir), standing: RwLock::default() }
    }

    /// The newest state of a subscription.
    pub(crate) fn newest(&self, subscription: &SubscriptionId) -> Option<Arc<HeldCopy>> {
        self.standing.read().get(subscription).and_then(|copies| copies.first().cloned())
    }

    /// States of a subscription, newest first.
    fn of(&self, subscription: &SubscriptionId) -> Vec<Arc<HeldCopy>> {
        self.standing.read().get(subscription).cloned().unwrap_or_default()
    }

    /// Every state of every subscription.
    fn every(&self) -> Vec<Arc<HeldCopy>> {
        self.standing.read().values().flatten().cloned().collect()
    }

    /// The newest copy under a grant that may answer queries: one without conditions of its own.
    pub(crate) fn answering(&self, grant: &GrantId) -> Option<Arc<HeldCopy>> {
        let standing = self.standing.read();
        let newest = standing.values().filter_map(|copies| copies.first());
        newest.filter(|copy| copy.grant == *grant && !copy.narrowed).max_by_key(|copy| copy.as_of_ms).cloned()
    }

    /// Whether any copy stands under a grant, one that answers no queries included.
    pub(crate) fn under(&self, grant: &GrantId) -> bool {
        self.standing.read().values().flatten().any(|copy| copy.grant == *grant)
    }

    /// Rows of one subject in a copy, at most `limit`, with these items and the companion column where there is one.
    pub(crate) async fn subject(
        &self,
        copy: &HeldCopy,
        key: &str,
        kind: ValueKind,
        value: String,
        items: &[String],
        limit: usize,
    ) -> Result<Vec<RecordBatch>> {
        let (path, key, items) = (self.places.rows(copy), key.to_owned(), items.to_vec());
        intake::blocking(move || read::subject(&path, &key, &kind, &value, &items, limit)).await
    }

    fn stand(&self, copy: HeldCopy) {
        let mut standing = self.standing.write();
        let copies = standing.entry(copy.subscription.clone()).or_default();
        copies.push(Arc::new(copy));
        copies.sort_by_key(|copy| std::cmp::Reverse(copy.taken_ms));
    }

    fn forget(&self, gone: &HeldCopy) {
        let mut standing = self.standing.write();
        if let Some(copies) = standing.get_mut(&gone.subscription) {
            copies.retain(|copy| copy.run != gone.run);
            if copies.is_empty() {
                standing.remove(&gone.subscription);
            }
        }
    }
}
