//! Table `exchange_source_change`.

use catalog::model::Mount;
use kernel::Result;
use kernel::ids::{OrganisationId, ResourceId};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

use super::super::store::read;

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_source_change")]
pub struct Model {
    /// Resource.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// Provider.
    pub provider_id: OrganisationId,
    /// When it was found, Unix milliseconds.
    pub since_ms: i64,
    /// What the run found, in the agent's own words; JSON of `Notice`.
    #[sea_orm(column_type = "Text")]
    pub found: String,
    /// The mount that was in force then, JSON.
    #[sea_orm(column_type = "Text")]
    pub mount: String,
    /// JSON of `Remount`; none until the source was looked at.
    #[sea_orm(column_type = "Text")]
    pub proposal: Option<String>,
    /// Why the source could not be looked at, JSON of `Notice`.
    #[sea_orm(column_type = "Text")]
    pub failure: Option<String>,
    /// When it was last looked at, Unix milliseconds.
    pub looked_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The mount that was in force when the change was found.
    pub(super) fn mount(&self) -> Result<Mount> {
        read(&self.mount)
    }
}

pub(crate) async fn find<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id.clone()).one(db).await?)
}

pub(super) async fn of_provider<C: ConnectionTrait>(db: &C, id: &OrganisationId) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::ProviderId.eq(id.clone())).all(db).await?)
}

pub(super) async fn all<C: ConnectionTrait>(db: &C) -> Result<Vec<Model>> {
    Ok(Entity::find().all(db).await?)
}

/// Puts this in place of what was known.
pub(super) async fn put<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    remove(db, &row.resource_id).await?;
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Writes down what a look gave; `false` when the change is over meanwhile.
pub(super) async fn looked<C: ConnectionTrait>(db: &C, row: Model) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::Proposal, Expr::value(row.proposal))
        .col_expr(Column::Failure, Expr::value(row.failure))
        .col_expr(Column::LookedMs, Expr::value(row.looked_ms))
        .filter(Column::ResourceId.eq(row.resource_id))
        .filter(Column::SinceMs.eq(row.since_ms))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Takes it away; `false` when it is gone already.
pub(super) async fn remove<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<bool> {
    Ok(Entity::delete_by_id(id.clone()).exec(db).await?.rows_affected > 0)
}
