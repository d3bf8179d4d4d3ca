//! Table `sharing_pin`: what agents say of grants.

use kernel::error::Result;
use kernel::ids::GrantId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

/// Row: what an agent said of a grant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sharing_pin")]
pub struct Model {
    /// Grant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub grant_id: GrantId,
    /// Digest of the pin spoken of.
    pub digest: String,
    /// `accepted`, `pending`, `refused` or `revoked`.
    pub state: String,
    /// Why.
    pub reason: Option<String>,
    /// Unix milliseconds.
    pub updated_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// What agents say, for the given grants.
pub(crate) async fn of<C: ConnectionTrait>(connection: &C, ids: Vec<GrantId>) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::GrantId.is_in(ids)).all(connection).await?)
}

/// Writes down what an agent says of a grant.
pub(crate) async fn put<C: ConnectionTrait>(connection: &C, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::column(Column::GrantId)
                .update_columns([Column::Digest, Column::State, Column::Reason, Column::UpdatedMs])
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
