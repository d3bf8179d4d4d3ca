//! Table `exchange_copy`.

use kernel::ids::GrantId;
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryOrder as _};

use super::model::HeldCopy;
use crate::subscriptions::{RunId, SubscriptionId};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_copy")]
pub struct Model {
    /// Run that brought it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: RunId,
    /// Subscription.
    pub subscription_id: SubscriptionId,
    /// Grant it lies under.
    pub grant_id: GrantId,
    /// Digest of the terms under which it was taken.
    pub terms: String,
    /// When it was true, Unix milliseconds.
    pub as_of_ms: i64,
    /// When it was complete, Unix milliseconds.
    pub taken_ms: i64,
    /// Rows.
    pub rows: i64,
    /// Size of the file.
    pub bytes: i64,
    /// SHA-256 of the file, hex.
    pub digest: String,
    /// JSON of the columns.
    #[sea_orm(column_type = "Text")]
    pub columns: String,
    /// JSON of the items that tell rows apart.
    #[sea_orm(column_type = "Text")]
    pub key_items: String,
    /// Whether the subscription's own conditions leave rows out.
    pub narrowed: bool,
}

impl ActiveModelBehavior for ActiveModel {}

fn damaged(error: serde_json::Error) -> Error {
    Error::internal("exchange.damaged_copy", error)
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Every copy, newest first.
pub(super) async fn all<C: ConnectionTrait>(db: &C) -> Result<Vec<HeldCopy>> {
    let newest = Entity::find().order_by_desc(Column::TakenMs).order_by_desc(Column::RunId);
    let read = |row: Model| {
        Ok(HeldCopy {
            run: row.run_id,
            subscription: row.subscription_id,
            grant: row.grant_id,
            terms: row.terms,
            as_of_ms: row.as_of_ms,
            taken_ms: row.taken_ms,
            rows: u64::try_from(row.rows).unwrap_or(0),
            bytes: u64::try_from(row.bytes).unwrap_or(0),
            digest: row.digest,
            columns: serde_json::from_str(&row.columns).map_err(damaged)?,
            keys: serde_json::from_str(&row.key_items).map_err(damaged)?,
            narrowed: row.narrowed,
        })
    };
    newest.all(db).await?.into_iter().map(read).collect()
}

pub(super) async fn insert<C: ConnectionTrait>(db: &C, copy: &HeldCopy) -> Result<()> {
    let row = Model {
        run_id: copy.run.clone(),
        subscription_id: copy.subscription.clone(),
        grant_id: copy.grant.clone(),
        terms: copy.terms.clone(),
        as_of_ms: copy.as_of_ms,
        taken_ms: copy.taken_ms,
        rows: number(copy.rows),
        bytes: number(copy.bytes),
        digest: copy.digest.clone(),
        columns: serde_json::to_string(&copy.columns).map_err(damaged)?,
        key_items: serde_json::to_string(&copy.keys).map_err(damaged)?,
        narrowed: copy.narrowed,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Takes a row away; false when it was gone already.
pub(super) async fn remove<C: ConnectionTrait>(db: &C, run: &RunId) -> Result<bool> {
    Ok(Entity::delete_by_id(run.clone()).exec(db).await?.rows_affected > 0)
}
