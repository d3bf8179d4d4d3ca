//! Table `account_proposal`.

use kernel::Result;
use kernel::ids::{OrganisationId, UserId};
use kernel::page::ListQuery;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel as _, QueryOrder, QuerySelect};

use super::{contains, storable};
use crate::model::ProposalId;

/// State of a proposal that waits.
pub const PENDING: &str = "pending";

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_proposal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProposalId,
    pub kind: String,
    pub state: String,
    pub user_id: Option<UserId>,
    pub username: String,
    pub display_name: String,
    pub person: Option<String>,
    pub role: String,
    pub organisation_id: OrganisationId,
    pub provider: Option<String>,
    pub subject: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub proposed_by: UserId,
    pub proposed_ms: i64,
    pub decided_by: Option<UserId>,
    pub decided_ms: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// A decision on a proposal.
pub struct Decision<'a> {
    pub state: &'static str,
    pub by: &'a UserId,
    pub at_ms: i64,
    pub reason: Option<String>,
}

pub async fn by_id<C: ConnectionTrait>(db: &C, id: &ProposalId) -> Result<Option<Model>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id.clone()).one(db).await?)
}

pub async fn insert<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Decides a proposal that waits; false when it was decided before.
pub async fn decide<C: ConnectionTrait>(db: &C, id: &ProposalId, decision: Decision<'_>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value(decision.state))
        .col_expr(Column::DecidedBy, Expr::value(Some(decision.by.to_string())))
        .col_expr(Column::DecidedMs, Expr::value(Some(decision.at_ms)))
        .col_expr(Column::DecisionReason, Expr::value(decision.reason))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::State.eq(PENDING))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Proposals that wait.
pub async fn pending<C: ConnectionTrait>(db: &C) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::State.eq(PENDING)).order_by_asc(Column::Id).all(db).await?)
}

/// Proposals, the newest first; `state` narrows.
pub async fn list<C: ConnectionTrait>(
    db: &C,
    query: &ListQuery,
    state: Option<&str>,
) -> Result<(Vec<Model>, u64)> {
    let mut find = Entity::find();
    if let Some(state) = state {
        find = find.filter(Column::State.eq(state));
    }
    if let Some(text) = query.search() {
        find = find.filter(
            Condition::any()
                .add(contains(Column::Username, &text))
                .add(contains(Column::DisplayName, &text))
                .add(contains(Column::Reason, &text)),
        );
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
