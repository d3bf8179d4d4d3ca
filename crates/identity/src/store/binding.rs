//! Table `oidc_binding`: which subject of a log-in service is which user here.

use kernel::Result;
use kernel::ids::UserId;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryOrder};

use super::storable;

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "oidc_binding")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub user_id: UserId,
    pub bound_ms: i64,
    pub bound_by: String,
}

impl ActiveModelBehavior for ActiveModel {}

pub async fn by_subject<C: ConnectionTrait>(db: &C, provider: &str, subject: &str) -> Result<Option<Model>> {
    if !storable(subject) {
        return Ok(None);
    }
    Ok(Entity::find_by_id((provider.to_owned(), subject.to_owned())).one(db).await?)
}

pub async fn of_user<C: ConnectionTrait>(db: &C, user: &UserId) -> Result<Vec<Model>> {
    let find = Entity::find().filter(Column::UserId.eq(user.clone()));
    Ok(find.order_by_asc(Column::Provider).all(db).await?)
}

/// Binds a subject to the user in place of the one that was bound.
pub async fn put<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    remove(db, &row.user_id, &row.provider).await?;
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Unbinds a user; gives whether he was bound.
pub async fn remove<C: ConnectionTrait>(db: &C, user: &UserId, provider: &str) -> Result<bool> {
    if !storable(provider) {
        return Ok(false);
    }
    let delete =
        Entity::delete_many().filter(Column::UserId.eq(user.clone())).filter(Column::Provider.eq(provider));
    Ok(delete.exec(db).await?.rows_affected > 0)
}
