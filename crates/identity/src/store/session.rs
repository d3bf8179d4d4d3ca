//! Table `console_session`. Holds hashes of tokens only: who reads the table cannot take a session over.

use kernel::Result;
use kernel::ids::UserId;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "console_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    pub user_id: UserId,
    pub created_ms: i64,
    pub expires_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

pub async fn by_hash<C: ConnectionTrait>(db: &C, hash: &str) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(hash).one(db).await?)
}

pub async fn insert<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Ends one session; gives whether it was there.
pub async fn end<C: ConnectionTrait>(db: &C, hash: &str) -> Result<bool> {
    Ok(Entity::delete_by_id(hash).exec(db).await?.rows_affected == 1)
}

/// Ends every session of a user but the one given.
pub async fn end_others<C: ConnectionTrait>(db: &C, user: &UserId, keep: Option<&str>) -> Result<u64> {
    let mut delete = Entity::delete_many().filter(Column::UserId.eq(user.clone()));
    if let Some(keep) = keep {
        delete = delete.filter(Column::TokenHash.ne(keep));
    }
    Ok(delete.exec(db).await?.rows_affected)
}

/// Removes what has expired.
pub async fn sweep<C: ConnectionTrait>(db: &C, now_ms: i64) -> Result<()> {
    Entity::delete_many().filter(Column::ExpiresMs.lte(now_ms)).exec(db).await?;
    Ok(())
}
