//! Tables `second_factor` and `recovery_code`. Secrets are sealed, recovery codes are hashes.

use kernel::Result;
use kernel::ids::UserId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

/// Row of `second_factor`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    #[sea_orm(column_type = "Text")]
    pub sealed_secret: String,
    /// When the first code proved that the user's device has the secret.
    pub confirmed_ms: Option<i64>,
    /// Time step of the last code that counted; it and earlier ones count no more.
    pub last_step: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// Recovery codes.
pub mod recovery {
    use kernel::ids::UserId;
    use sea_orm::entity::prelude::*;

    /// Row of `recovery_code`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_code")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code_hash: String,
        pub user_id: UserId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub async fn of_user<C: ConnectionTrait>(db: &C, user: &UserId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(user.clone()).one(db).await?)
}

/// The factor, if the user has confirmed it.
pub async fn confirmed<C: ConnectionTrait>(db: &C, user: &UserId) -> Result<Option<Model>> {
    Ok(of_user(db, user).await?.filter(|row| row.confirmed_ms.is_some()))
}

/// Those of the users who have confirmed a factor.
pub async fn confirmed_among<C: ConnectionTrait>(db: &C, users: Vec<UserId>) -> Result<Vec<UserId>> {
    let find = Entity::find().filter(Column::UserId.is_in(users)).filter(Column::ConfirmedMs.is_not_null());
    Ok(find.all(db).await?.into_iter().map(|row| row.user_id).collect())
}

/// Stores a factor in place of an unconfirmed one.
pub async fn put<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    let columns = [Column::SealedSecret, Column::ConfirmedMs, Column::LastStep];
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::UserId).update_columns(columns).to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Uses a step up; false when it or a later one was used before. The condition decides, also between two at once.
pub async fn use_step<C: ConnectionTrait>(db: &C, user: &UserId, step: i64) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::LastStep, Expr::value(step))
        .filter(Column::UserId.eq(user.clone()))
        .filter(Column::LastStep.lt(step))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Notes that the user's device has the secret.
pub async fn confirm<C: ConnectionTrait>(db: &C, user: &UserId, now_ms: i64) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ConfirmedMs, Expr::value(Some(now_ms)))
        .filter(Column::UserId.eq(user.clone()))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes the factor with its recovery codes; gives whether there was one.
pub async fn remove<C: ConnectionTrait>(db: &C, user: &UserId) -> Result<bool> {
    recovery::Entity::delete_many().filter(recovery::Column::UserId.eq(user.clone())).exec(db).await?;
    Ok(Entity::delete_by_id(user.clone()).exec(db).await?.rows_affected == 1)
}

/// Recovery codes a user has left.
pub async fn codes_left<C: ConnectionTrait>(db: &C, user: &UserId) -> Result<u64> {
    Ok(recovery::Entity::find().filter(recovery::Column::UserId.eq(user.clone())).count(db).await?)
}

/// Gives a user new recovery codes in place of the old ones.
pub async fn set_codes<C: ConnectionTrait>(db: &C, user: &UserId, hashes: Vec<String>) -> Result<()> {
    recovery::Entity::delete_many().filter(recovery::Column::UserId.eq(user.clone())).exec(db).await?;
    let rows = hashes
        .into_iter()
        .map(|code_hash| recovery::Model { code_hash, user_id: user.clone() }.into_active_model());
    recovery::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

/// Uses a recovery code up; false when the user has no such code.
pub async fn use_code<C: ConnectionTrait>(db: &C, user: &UserId, hash: &str) -> Result<bool> {
    let done = recovery::Entity::delete_many()
        .filter(recovery::Column::UserId.eq(user.clone()))
        .filter(recovery::Column::CodeHash.eq(hash))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
