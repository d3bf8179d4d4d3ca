//! Table `console_session`. Holds hashes of tokens only: who reads the table cannot take a session over.

use kernel::Result;
use kernel::ids::UserId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryOrder};

use super::storable;

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "console_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// Public id, by which it is listed and ended.
    pub id: String,
    pub user_id: UserId,
    pub created_ms: i64,
    pub expires_ms: i64,
    pub last_seen_ms: i64,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    /// How the user proved himself: `password`, `password+code`, `oidc:<provider>`, `oidc:<provider>+code`.
    pub door: String,
    /// Delegation under which the user acts in this session.
    pub acting_for: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

pub async fn by_hash<C: ConnectionTrait>(db: &C, hash: &str) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(hash).one(db).await?)
}

/// Sessions of a user that have not expired, the latest first.
pub async fn of_user<C: ConnectionTrait>(db: &C, user: &UserId, now_ms: i64) -> Result<Vec<Model>> {
    let find = Entity::find().filter(Column::UserId.eq(user.clone())).filter(Column::ExpiresMs.gt(now_ms));
    Ok(find.order_by_desc(Column::LastSeenMs).order_by_asc(Column::Id).all(db).await?)
}

pub async fn insert<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Notes that the session was used.
pub async fn seen<C: ConnectionTrait>(db: &C, hash: &str, now_ms: i64) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LastSeenMs, Expr::value(now_ms))
        .filter(Column::TokenHash.eq(hash))
        .exec(db)
        .await?;
    Ok(())
}

/// Sets under which delegation the session acts; gives whether it was there.
pub async fn act_for<C: ConnectionTrait>(db: &C, hash: &str, delegation: Option<&str>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::ActingFor, Expr::value(delegation.map(str::to_owned)))
        .filter(Column::TokenHash.eq(hash))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends one session; gives whether it was there.
pub async fn end<C: ConnectionTrait>(db: &C, hash: &str) -> Result<bool> {
    Ok(Entity::delete_by_id(hash).exec(db).await?.rows_affected == 1)
}

/// Ends the session of that user with that public id; gives whether it was there.
pub async fn end_by_id<C: ConnectionTrait>(db: &C, user: &UserId, id: &str) -> Result<bool> {
    if !storable(id) {
        return Ok(false);
    }
    let delete = Entity::delete_many().filter(Column::UserId.eq(user.clone())).filter(Column::Id.eq(id));
    Ok(delete.exec(db).await?.rows_affected == 1)
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
