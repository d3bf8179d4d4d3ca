//! Table `client_watermark`: up to which time signed calls of a client may have been accepted.

use std::collections::HashMap;

use kernel::Result;
use kernel::ids::ClientId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "client_watermark")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub client: ClientId,
    pub until_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

pub async fn all<C: ConnectionTrait>(db: &C) -> Result<HashMap<ClientId, i64>> {
    Ok(Entity::find().all(db).await?.into_iter().map(|row| (row.client, row.until_ms)).collect())
}

/// Raises the mark of a client.
pub async fn raise<C: ConnectionTrait>(db: &C, client: &ClientId, until_ms: i64) -> Result<()> {
    let row = Model { client: client.clone(), until_ms };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::Client).update_column(Column::UntilMs).to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}
