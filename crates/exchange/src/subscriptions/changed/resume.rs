//! What stopped at a changed source goes on.

use catalog::model::{Mount, MountColumn, MountState, Resource};
use kernel::evidence::Leaf;
use kernel::ids::{GrantId, ResourceId};
use kernel::{Actor, Error, Result, Role};
use sea_orm::ActiveValue::Set;

use super::super::model::{MethodView, Notice, SubscriptionState};
use super::super::store::{self as subscriptions, read, subscription};
use super::look::proposal;
use super::model::{ChangeStage, LookInput, SourceChange, SourceChangeView};
use super::store::{self, Model};
use super::words::CHANGED;
use crate::Exchange;

/// Shortest pause before what goes on by itself runs again, milliseconds; it grows with each failure.
const PAUSE_MS: i64 = 1_000;
/// Who sees and mends a changed source of the own department.
const MENDS: &[Role] = &[Role::DepartmentOperator, Role::DepartmentHead];

impl Exchange {
    /// Lets go on what waited for this mount, as far as the department's agent has pinned it; when nothing waits any more, the
    /// change is over.
    pub(super) async fn go_on(&self, change: &Model, resource: &Resource, mount: &Mount) -> Result<()> {
        let before = change.mount()?;
        let found: Notice = read(&change.found)?;
        let now = self.kernel.now_ms();
        let mut waits = false;
        for row in self.waiting(&change.resource_id).await? {
            if !self.pinned_now(&row.grant_id).await? {
                waits = true;
                continue;
            }
            let input = row.said()?;
            // A log that was written before the change cannot be read by what the table is now.
            let log = input.method == MethodView::Changes && found.code == "watch.schema_changed";
            let anew = row.anew || log || self.differs(&row, &before, mount).await?;
            let pause = if before == *mount { PAUSE_MS << row.failures.clamp(0, 8) } else { 0 };
            let leaf =
                Leaf { grant: Some(row.grant_id.0.clone()), ..Leaf::of("exchange.subscription.resumed") };
            let detail = row.id.0.clone();
            let tx = self.kernel.begin().await?;
            let Some(current) = subscriptions::find(tx.connection(), &row.id).await? else { continue };
            if !waits_for_mount(&current) {
                continue;
            }
            let changed = subscriptions::change(tx.connection(), current, |to| {
                to.state = Set(SubscriptionState::Active.as_str().to_owned());
                to.notice = Set(None);
                to.anew = Set(anew);
                to.next_due_ms = Set(Some(now + pause));
            });
            changed.await?;
            tx.record(&Actor::System, leaf, Some("exchange.source.mended"), Some(detail)).await?;
            tx.commit().await?;
        }
        if !waits {
            let leaf = Leaf {
                provider: Some(resource.organisation_credit_code.clone()),
                resource: Some(resource.code.clone()),
                ..Leaf::of("exchange.source.mended")
            };
            let tx = self.kernel.begin().await?;
            // Two looks may come to the same end at once.
            if store::remove(tx.connection(), &change.resource_id).await? {
                tx.record(&Actor::System, leaf, None, None).await?;
                tx.commit().await?;
            }
        }
        self.going.wake();
        Ok(())
    }

    /// Subscriptions of a resource that wait for its mount.
    async fn waiting(&self, id: &ResourceId) -> Result<Vec<subscription::Model>> {
        let all = subscriptions::of_resource(&self.kernel.db, id).await?;
        Ok(all.into_iter().filter(waits_for_mount).collect())
    }

    /// Whether the provider's agent holds the grant as it stands now. One that has ended waits for nothing.
    async fn pinned_now(&self, grant: &GrantId) -> Result<bool> {
        let book = self.sharing.book().await?;
        let Some(usable) = book.get(grant) else {
            let stored = self.sharing.stored(grant).await?;
            return Ok(stored.is_none_or(|grant| grant.state.is_ended()));
        };
        let pins = self.sharing.pins(vec![grant.clone()]).await?;
        Ok(pins.iter().any(|(_, digest, state, _)| state == "accepted" && *digest == usable.pin_digest))
    }

    /// Whether what a subscription has written could be something else under the new mount.
    async fn differs(&self, row: &subscription::Model, before: &Mount, after: &Mount) -> Result<bool> {
        if (&before.agent_id, &before.source, &before.table, &before.as_of_column)
            != (&after.agent_id, &after.source, &after.table, &after.as_of_column)
        {
            return Ok(true);
        }
        let input = row.said()?;
        let book = self.sharing.book().await?;
        let conditions = book.get(&row.grant_id).map(|usable| usable.grant.row_filter.clone());
        let conditions = conditions.into_iter().chain([input.row_filter]).flat_map(|filter| filter.all);
        let items = input.columns.into_iter().map(|column| column.item);
        let mut items = items.chain(input.keys).chain(input.watermark).chain(conditions.map(|one| one.item));
        let of = |mount: &Mount, item: &str| -> Option<MountColumn> {
            mount.columns.iter().find(|column| column.item == item).cloned()
        };
        Ok(items.any(|item| of(before, &item) != of(after, &item)))
    }

    /// How far the mending of a subscription's source has come; `None` when it does not wait for that.
    pub(in super::super) async fn source_change(
        &self,
        row: &subscription::Model,
        resource: Option<&Resource>,
    ) -> Result<Option<SourceChange>> {
        if !waits_for_mount(row) {
            return Ok(None);
        }
        let (Some(change), Some(resource)) =
            (store::find(&self.kernel.db, &row.resource_id).await?, resource)
        else {
            return Ok(None);
        };
        Ok(Some(SourceChange { since_ms: change.since_ms, stage: stage(&change, resource)? }))
    }

    /// A changed source as its own department sees it; `None` when nothing waits for it.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.role`.
    pub async fn changed_source(&self, actor: &Actor, id: &ResourceId) -> Result<Option<SourceChangeView>> {
        let known = self.catalog.read_resource(actor, id).await?;
        actor.require_in(&known.organisation_id, MENDS)?;
        let Some(change) = store::find(&self.kernel.db, id).await? else { return Ok(None) };
        let Some(resource) = self.catalog.resource(id).await? else { return Ok(None) };
        Ok(Some(SourceChangeView {
            since_ms: change.since_ms,
            found: read(&change.found)?,
            stage: stage(&change, &resource)?,
            waiting: self.waiting(id).await?.len() as u64,
            proposal: proposal(&change)?,
            failure: change.failure.as_deref().map(read).transpose()?,
            looked_ms: change.looked_ms,
        }))
    }

    /// Looks at the changed source now, and proposes a mount on the table that is named.
    ///
    /// # Errors
    /// As [`Exchange::changed_source`]; `source.table_unknown` when there is no such table.
    pub async fn look_at_changed(
        &self,
        actor: &Actor,
        id: &ResourceId,
        input: &LookInput,
    ) -> Result<Option<SourceChangeView>> {
        let Some(before) = self.changed_source(actor, id).await? else { return Ok(None) };
        let there = |name: &String| before.proposal.as_ref().is_some_and(|one| one.tables.contains(name));
        if let Some(table) = input.table.as_ref().filter(|table| !there(table)) {
            return Err(Error::invalid(
                "source.table_unknown",
                format!("数据源中没有表“{table}”，请从列出的表中选择。"),
                format!("The source has no table \"{table}\"; choose one that is listed."),
            ));
        }
        self.look_at_source(id, input.table.as_deref()).await?;
        self.changed_source(actor, id).await
    }
}

fn waits_for_mount(row: &subscription::Model) -> bool {
    let notice = row.notice.as_deref().and_then(|text| read::<Notice>(text).ok());
    row.stands() == SubscriptionState::Halted && notice.is_some_and(|notice| notice.code == CHANGED)
}

/// How far the mending has come.
pub(super) fn stage(change: &Model, resource: &Resource) -> Result<ChangeStage> {
    let before = change.mount()?;
    let in_force = resource.mount.as_ref().map(|view| &view.mount);
    Ok(if in_force.is_some_and(|mount| *mount != before) {
        ChangeStage::Pinning
    } else if resource.mount_state == MountState::ChangePending {
        ChangeStage::Review
    } else if change.proposal.is_some() {
        ChangeStage::Proposed
    } else {
        ChangeStage::Looking
    })
}
