//! Subscriptions and runs as people see them.

use kernel::{Actor, Result};
use sea_orm::EntityTrait as _;
use sharing::book::ItemLabel;

use super::model::{Progress, RunView, SubscriptionState, SubscriptionView};
use super::store::{self, run, subscription};
use super::usecase::{may_change, sees};
use crate::Exchange;

impl Exchange {
    /// Subscriptions that the actor may see and whose rows the hub holds, newest first.
    pub(crate) async fn holding(&self, actor: &Actor) -> Result<Vec<SubscriptionView>> {
        let mut views = Vec::new();
        for row in store::all(&self.kernel.db).await? {
            if sees(actor, &row) && row.said()?.hold {
                views.push(self.view(actor, &row).await?);
            }
        }
        Ok(views)
    }

    pub(super) async fn view(&self, actor: &Actor, row: &subscription::Model) -> Result<SubscriptionView> {
        let input = row.said()?;
        let book = self.sharing.book().await?;
        let rows = book.get(&row.grant_id).map(|usable| usable.grant.row_filter.clone()).unwrap_or_default();
        let organisations = self.catalog.organisations().await?;
        let resource = self.catalog.resource(&row.resource_id).await?;
        let going = self.going.of(&row.id);
        let progress = going.as_ref().map(|run| run.progress.lock().clone());
        let last = match (&going, &row.last_run_id) {
            (Some(run), _) => store::find_run(&self.kernel.db, &run.id).await?,
            (None, Some(id)) => run::Entity::find_by_id(id.clone()).one(&self.kernel.db).await?,
            (None, None) => None,
        };
        // From the catalogue, which stays when the grant has ended.
        let taken = |item: &str| {
            let narrows = input.row_filter.all.iter().any(|one| one.item == item);
            narrows || input.columns.iter().any(|column| column.item == item)
        };
        let items = resource.as_ref().map(|resource| resource.items.as_slice()).unwrap_or_default();
        let labels = items.iter().filter(|item| taken(&item.item)).map(|item| ItemLabel {
            item: item.item.clone(),
            zh: item.zh.clone(),
            en: item.en.clone(),
            kind: item.kind.clone(),
        });
        let labels = labels.collect();
        Ok(SubscriptionView {
            id: row.id.clone(),
            state: row.stands(),
            source_change: self.source_change(row, resource.as_ref()).await?,
            notice: row.notice.as_deref().map(store::read).transpose()?,
            consumer_id: row.consumer_id.clone(),
            consumer_name: organisations.name(&row.consumer_id).to_owned(),
            provider_id: row.provider_id.clone(),
            provider_name: organisations.name(&row.provider_id).to_owned(),
            resource_id: row.resource_id.clone(),
            resource_code: resource.as_ref().map(|one| one.code.clone()).unwrap_or_default(),
            resource_name: resource.map(|one| one.name).unwrap_or_default(),
            labels,
            rows,
            created_ms: row.created_ms,
            next_due_ms: row.next_due_ms.filter(|_| row.stands() == SubscriptionState::Active),
            last_success_ms: row.last_success_ms,
            as_of_ms: progress.as_ref().and_then(|progress| progress.as_of_ms).or(row.as_of_ms),
            lag_ms: progress.as_ref().and_then(|progress| progress.lag_ms),
            last_run: last.map(|line| self.run_view(row, line)).transpose()?,
            failures: u32::try_from(row.failures).unwrap_or(0),
            may_change: may_change(actor, row),
            input,
        })
    }

    pub(super) fn run_view(&self, row: &subscription::Model, line: run::Model) -> Result<RunView> {
        let going = self.going.of(&row.id).filter(|run| run.id == line.id);
        let live = going.map(|run| run.progress.lock().clone());
        let now = self.kernel.now_ms();
        let kept = Progress {
            started_ms: line.started_ms,
            figures: store::read(&line.figures)?,
            remarks: store::read(&line.remarks)?,
            as_of_ms: line.as_of_ms,
            entries: None,
            expected: None,
            lag_ms: None,
        };
        let index = |index: Option<i64>| index.and_then(|index| u64::try_from(index).ok());
        let progress = live.unwrap_or(kept);
        let took = line.ended_ms.unwrap_or(now).saturating_sub(line.started_ms).max(1);
        let rows = progress.figures.read.saturating_mul(1_000);
        Ok(RunView {
            id: line.id,
            subscription_id: line.subscription_id,
            kind: line.kind,
            mode: line.mode,
            state: line.state,
            started_ms: line.started_ms,
            ended_ms: line.ended_ms,
            rows_per_second: rows / u64::try_from(took).unwrap_or(1),
            first_index: progress.entries.map(|(first, _)| first).or(index(line.first_index)),
            last_index: progress.entries.map(|(_, last)| last).or(index(line.last_index)),
            figures: progress.figures,
            remarks: progress.remarks,
            as_of_ms: progress.as_of_ms,
            expected: progress.expected,
            notice: line.notice.as_deref().map(store::read).transpose()?,
            compared: line.compared.as_deref().map(store::read).transpose()?,
        })
    }
}
