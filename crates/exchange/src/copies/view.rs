//! Held copies as people see them.

use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use super::model::{CopyState, CopyView, HeldCopy};
use super::usecase::{may_use, none};
use crate::Exchange;
use crate::subscriptions::{SubscriptionId, SubscriptionView};

impl Exchange {
    /// Held copies of the own department, as consumer or provider; all for those who run or audit the platform.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn copies(&self, actor: &Actor, query: &ListQuery) -> Result<Page<CopyView>> {
        let mut views = Vec::new();
        for subscription in self.holding(actor).await? {
            let Some(view) = self.copy_view(actor, &subscription) else { continue };
            let found = query.search().is_none_or(|text| {
                [&view.name, &view.resource_name, &view.provider_name, &view.consumer_name]
                    .iter()
                    .any(|place| place.contains(&text))
            });
            if found {
                views.push(view);
            }
        }
        if let Some((field, descending)) = query.order() {
            match field {
                "name" => views.sort_by(|a, b| a.name.cmp(&b.name)),
                "as_of_ms" => views.sort_by_key(|view| view.current.as_of_ms),
                "rows" => views.sort_by_key(|view| view.current.rows),
                "bytes" => views.sort_by_key(|view| view.current.bytes),
                "next_due_ms" => views.sort_by_key(|view| view.next_due_ms),
                _ => {}
            }
            if descending {
                views.reverse();
            }
        }
        Ok(Page::cut(views, query))
    }

    /// One held copy.
    ///
    /// # Errors
    /// `subscription.not_found`, `copy.none` before its first run.
    pub async fn copy(&self, actor: &Actor, id: &SubscriptionId) -> Result<CopyView> {
        let subscription = self.subscription(actor, id).await?;
        self.copy_view(actor, &subscription).ok_or_else(none)
    }

    fn copy_view(&self, actor: &Actor, subscription: &SubscriptionView) -> Option<CopyView> {
        let states = self.copies.of(&subscription.id);
        let newest = states.first()?;
        Some(CopyView {
            subscription_id: subscription.id.clone(),
            name: subscription.input.name.clone(),
            grant_id: newest.grant.clone(),
            resource_id: subscription.resource_id.clone(),
            resource_code: subscription.resource_code.clone(),
            resource_name: subscription.resource_name.clone(),
            provider_id: subscription.provider_id.clone(),
            provider_name: subscription.provider_name.clone(),
            consumer_id: subscription.consumer_id.clone(),
            consumer_name: subscription.consumer_name.clone(),
            labels: subscription.labels.clone(),
            columns: newest.columns.clone(),
            keys: newest.keys.clone(),
            narrowed: newest.narrowed,
            current: state(newest),
            previous: states.get(1).map(|copy| state(copy)),
            next_due_ms: subscription.next_due_ms,
            may_use: may_use(actor, subscription),
        })
    }
}

fn state(copy: &HeldCopy) -> CopyState {
    CopyState {
        run_id: copy.run.clone(),
        as_of_ms: copy.as_of_ms,
        taken_ms: copy.taken_ms,
        rows: copy.rows,
        bytes: copy.bytes,
        digest: copy.digest.clone(),
    }
}
