//! Table `delegation`.

use kernel::Result;
use kernel::ids::{OrganisationId, UserId};
use kernel::page::ListQuery;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel as _, QueryOrder, QuerySelect};

use super::{contains, storable};
use crate::model::DelegationId;

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delegation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DelegationId,
    /// Who is away.
    pub principal_id: UserId,
    /// Who stands in.
    pub delegate_id: UserId,
    pub organisation_id: OrganisationId,
    pub from_ms: i64,
    pub until_ms: i64,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub created_ms: i64,
    /// When it ended: revoked, or its time was over.
    pub ended_ms: Option<i64>,
    /// Who ended it; nobody when its time was over.
    pub ended_by: Option<UserId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub end_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Whose delegations are listed.
pub enum Scope<'a> {
    /// Everybody's.
    All,
    /// Those of an organisation.
    Organisation(&'a OrganisationId),
    /// Those to which a user is a party.
    Party(&'a UserId),
}

pub async fn by_id<C: ConnectionTrait>(db: &C, id: &DelegationId) -> Result<Option<Model>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id.clone()).one(db).await?)
}

pub async fn insert<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Ends one that has not ended; gives whether it had not.
pub async fn end<C: ConnectionTrait>(
    db: &C,
    id: &DelegationId,
    now_ms: i64,
    by: Option<&UserId>,
    reason: Option<&str>,
) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::EndedMs, Expr::value(Some(now_ms)))
        .col_expr(Column::EndedBy, Expr::value(by.map(ToString::to_string)))
        .col_expr(Column::EndReason, Expr::value(reason.map(str::to_owned)))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::EndedMs.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Those to that delegate that hold at some time between the two.
pub async fn overlapping<C: ConnectionTrait>(
    db: &C,
    principal: &UserId,
    delegate: &UserId,
    from_ms: i64,
    until_ms: i64,
) -> Result<Vec<Model>> {
    let find = Entity::find()
        .filter(Column::PrincipalId.eq(principal.clone()))
        .filter(Column::DelegateId.eq(delegate.clone()))
        .filter(Column::EndedMs.is_null())
        .filter(Column::FromMs.lt(until_ms))
        .filter(Column::UntilMs.gt(from_ms));
    Ok(find.all(db).await?)
}

/// Those to that delegate that hold now.
pub async fn holding<C: ConnectionTrait>(db: &C, delegate: &UserId, now_ms: i64) -> Result<Vec<Model>> {
    let find = Entity::find()
        .filter(Column::DelegateId.eq(delegate.clone()))
        .filter(Column::EndedMs.is_null())
        .filter(Column::FromMs.lte(now_ms))
        .filter(Column::UntilMs.gt(now_ms));
    Ok(find.order_by_asc(Column::UntilMs).order_by_asc(Column::Id).all(db).await?)
}

/// Delegations, the newest first.
pub async fn list<C: ConnectionTrait>(
    db: &C,
    query: &ListQuery,
    scope: Scope<'_>,
) -> Result<(Vec<Model>, u64)> {
    let mut find = Entity::find();
    find = match scope {
        Scope::All => find,
        Scope::Organisation(id) => find.filter(Column::OrganisationId.eq(id.clone())),
        Scope::Party(user) => find.filter(
            Condition::any()
                .add(Column::PrincipalId.eq(user.clone()))
                .add(Column::DelegateId.eq(user.clone())),
        ),
    };
    if let Some(text) = query.search() {
        find = find.filter(contains(Column::Reason, &text));
    }
    let total = find.clone().count(db).await?;
    let rows = find
        .order_by_desc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(db)
        .await?;
    Ok((rows, total))
}
