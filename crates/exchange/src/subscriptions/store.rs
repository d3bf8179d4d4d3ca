//! Tables `exchange_subscription` and `exchange_run`.

use std::collections::HashSet;

use kernel::ids::{AgentId, GrantId, OrganisationId, ResourceId};
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, IntoActiveModel as _, QueryOrder as _, QuerySelect as _};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::filter::RunFilter;
use super::model::{RunId, SubscriptionId, SubscriptionInput, SubscriptionState};

/// Subscriptions.
pub(super) mod subscription {
    use super::*;

    /// Row of the table.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_subscription")]
    pub struct Model {
        /// Id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SubscriptionId,
        /// Consumer.
        pub consumer_id: OrganisationId,
        /// Provider.
        pub provider_id: OrganisationId,
        /// Resource.
        pub resource_id: ResourceId,
        /// Grant it lies under.
        pub grant_id: GrantId,
        /// Agent that writes; empty when the hub itself holds the rows.
        pub agent_id: AgentId,
        /// Name for people.
        pub name: String,
        /// What it says, JSON of `SubscriptionInput`.
        #[sea_orm(column_type = "Text")]
        pub input: String,
        /// `active`, `paused`, `halted` or `ended`.
        pub state: String,
        /// JSON of `Notice`.
        #[sea_orm(column_type = "Text")]
        pub notice: Option<String>,
        /// Whether the next run begins anew with the whole table.
        pub anew: bool,
        /// When the next run is due, Unix milliseconds.
        pub next_due_ms: Option<i64>,
        /// First instant after its end, Unix milliseconds.
        pub ends_ms: i64,
        /// Failures in a row.
        pub failures: i32,
        /// Who answers for it, as in evidence.
        pub created_by: String,
        /// When it was made, Unix milliseconds.
        pub created_ms: i64,
        /// Its last run.
        pub last_run_id: Option<RunId>,
        /// When a run last succeeded, Unix milliseconds.
        pub last_success_ms: Option<i64>,
        /// Up to when the target is true, Unix milliseconds.
        pub as_of_ms: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        pub(crate) fn said(&self) -> Result<SubscriptionInput> {
            read(&self.input)
        }

        pub(crate) fn stands(&self) -> SubscriptionState {
            SubscriptionState::parse(&self.state).unwrap_or(SubscriptionState::Halted)
        }
    }
}

/// Runs.
pub(super) mod run {
    use super::*;

    /// Row of the table.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_run")]
    pub struct Model {
        /// Id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RunId,
        /// Subscription.
        pub subscription_id: SubscriptionId,
        /// `deliver` or `compare`.
        pub kind: String,
        /// `replace`, `apply` or `compare`.
        pub mode: String,
        /// `running`, `succeeded`, `stopped` or `failed`.
        pub state: String,
        /// When it began, Unix milliseconds.
        pub started_ms: i64,
        /// When it ended, Unix milliseconds.
        pub ended_ms: Option<i64>,
        /// JSON of `Figures`.
        #[sea_orm(column_type = "Text")]
        pub figures: String,
        /// JSON of the remarks.
        #[sea_orm(column_type = "Text")]
        pub remarks: String,
        /// Up to when the target was true, Unix milliseconds.
        pub as_of_ms: Option<i64>,
        /// First entry in the log.
        pub first_index: Option<i64>,
        /// Last entry in the log.
        pub last_index: Option<i64>,
        /// JSON of `Notice`.
        #[sea_orm(column_type = "Text")]
        pub notice: Option<String>,
        /// JSON of `Compared`.
        #[sea_orm(column_type = "Text")]
        pub compared: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// JSON out of a column.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("exchange.damaged_subscription", error))
}

/// JSON for a column.
pub(crate) fn write<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("exchange.subscription_encode", error))
}

pub(super) async fn find<C: ConnectionTrait>(
    db: &C,
    id: &SubscriptionId,
) -> Result<Option<subscription::Model>> {
    Ok(subscription::Entity::find_by_id(id.clone()).one(db).await?)
}

pub(super) async fn all<C: ConnectionTrait>(db: &C) -> Result<Vec<subscription::Model>> {
    Ok(subscription::Entity::find().order_by_desc(subscription::Column::CreatedMs).all(db).await?)
}

/// Subscriptions of a resource.
pub(super) async fn of_resource<C: ConnectionTrait>(
    db: &C,
    id: &ResourceId,
) -> Result<Vec<subscription::Model>> {
    let mine = subscription::Column::ResourceId.eq(id.clone());
    Ok(subscription::Entity::find()
        .filter(mine)
        .order_by_asc(subscription::Column::CreatedMs)
        .all(db)
        .await?)
}

/// Active subscriptions.
pub(super) async fn active<C: ConnectionTrait>(db: &C) -> Result<Vec<subscription::Model>> {
    let state = subscription::Column::State.eq(SubscriptionState::Active.as_str());
    Ok(subscription::Entity::find().filter(state).all(db).await?)
}

/// Of these subscriptions, the ones that are over.
pub(crate) async fn ended_of<C: ConnectionTrait>(
    db: &C,
    ids: Vec<SubscriptionId>,
) -> Result<HashSet<SubscriptionId>> {
    let over = subscription::Entity::find()
        .filter(subscription::Column::Id.is_in(ids))
        .filter(subscription::Column::State.eq(SubscriptionState::Ended.as_str()));
    Ok(over.all(db).await?.into_iter().map(|row| row.id).collect())
}

/// Has an active subscription run at the next look.
pub(crate) async fn run_soon<C: ConnectionTrait>(db: &C, id: &SubscriptionId, now_ms: i64) -> Result<()> {
    if let Some(row) = find(db, id).await?.filter(|row| row.stands() == SubscriptionState::Active) {
        change(db, row, |row| row.next_due_ms = Set(Some(now_ms))).await?;
    }
    Ok(())
}

pub(super) async fn insert<C: ConnectionTrait>(db: &C, row: subscription::Model) -> Result<()> {
    subscription::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Changes a row; gives it as it is then.
pub(super) async fn change<C: ConnectionTrait>(
    db: &C,
    row: subscription::Model,
    change: impl FnOnce(&mut subscription::ActiveModel),
) -> Result<subscription::Model> {
    let mut active = row.into_active_model();
    change(&mut active);
    Ok(active.update(db).await?)
}

pub(super) async fn insert_run<C: ConnectionTrait>(db: &C, row: run::Model) -> Result<()> {
    run::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

pub(super) async fn put_run<C: ConnectionTrait>(db: &C, row: run::Model) -> Result<()> {
    run::Entity::update(row.into_active_model().reset_all()).exec(db).await?;
    Ok(())
}

pub(super) async fn find_run<C: ConnectionTrait>(db: &C, id: &RunId) -> Result<Option<run::Model>> {
    Ok(run::Entity::find_by_id(id.clone()).one(db).await?)
}

/// Runs of a subscription, newest first, from `skip` on; and how many there are.
pub(super) async fn runs<C: ConnectionTrait>(
    db: &C,
    id: &SubscriptionId,
    filter: &RunFilter,
    skip: u64,
    take: u64,
) -> Result<(Vec<run::Model>, u64)> {
    if !filter.storable() {
        return Ok((Vec::new(), 0));
    }
    let mut mine = run::Entity::find().filter(run::Column::SubscriptionId.eq(id.clone()));
    for (column, wanted) in [(run::Column::Kind, &filter.kind), (run::Column::State, &filter.state)] {
        if let Some(wanted) = wanted {
            mine = mine.filter(column.eq(wanted));
        }
    }
    let total = mine.clone().count(db).await?;
    let rows = mine
        .order_by_desc(run::Column::StartedMs)
        .order_by_desc(run::Column::Id)
        .offset(skip)
        .limit(take)
        .all(db)
        .await?;
    Ok((rows, total))
}

/// Runs that began since then, of every subscription.
pub(super) async fn runs_since<C: ConnectionTrait>(db: &C, since_ms: i64) -> Result<Vec<run::Model>> {
    Ok(run::Entity::find().filter(run::Column::StartedMs.gte(since_ms)).all(db).await?)
}

/// Ends what a stop of the hub left behind as running.
pub(super) async fn end_interrupted<C: ConnectionTrait>(db: &C, notice: &str, now_ms: i64) -> Result<()> {
    let rows = run::Entity::find().filter(run::Column::State.eq("running")).all(db).await?;
    for row in rows {
        let mut active = row.into_active_model();
        active.state = Set("stopped".to_owned());
        active.ended_ms = Set(Some(now_ms));
        active.notice = Set(Some(notice.to_owned()));
        active.update(db).await?;
    }
    Ok(())
}
