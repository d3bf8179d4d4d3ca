//! Table `client_assertion`: signed assertions that were used, until they expire. In the database, so that a restart
//! opens no way to use one twice.

use kernel::Result;
use kernel::ids::ClientId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, TryInsertResult};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "client_assertion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub client: ClientId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub jti: String,
    pub expires_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// Uses an assertion up; false when it was used before. The primary key decides, also between two at once.
pub async fn take<C: ConnectionTrait>(
    db: &C,
    client: &ClientId,
    jti: &str,
    expires_ms: i64,
    now_ms: i64,
) -> Result<bool> {
    Entity::delete_many().filter(Column::ExpiresMs.lt(now_ms)).exec(db).await?;
    let row = Model { client: client.clone(), jti: jti.to_owned(), expires_ms };
    let done = Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([Column::Client, Column::Jti]).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(db)
        .await?;
    Ok(matches!(done, TryInsertResult::Inserted(count) if count == 1))
}
