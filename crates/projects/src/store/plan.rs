//! Table `project_plan`.

use kernel::ids::{OrganisationId, SystemId};
use kernel::page::ListQuery;
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel as _, Order, QueryOrder, QuerySelect};

use super::{decode, encode, storable};
use crate::matching::Report;
use crate::model::{Decided, Outcome, PlanId, PlanInput, PlanState};

/// Row of the table. Resources, report and decision lie in JSON columns because they are only read whole.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "project_plan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanId,
    pub organisation_id: OrganisationId,
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub input: String,
    pub cost_yuan: i64,
    pub state: String,
    pub round: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub report: Option<String>,
    pub overlapping: Option<i64>,
    pub planned: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub returned_reason: Option<String>,
    pub signed_by: Option<String>,
    pub signed_ms: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub reply: Option<String>,
    pub replied_ms: Option<i64>,
    pub due_ms: Option<i64>,
    pub outcome: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub decided: Option<String>,
    pub decided_ms: Option<i64>,
    pub system_id: Option<SystemId>,
    pub created_ms: i64,
    pub updated_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// A plan read from its row.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Id.
    pub id: PlanId,
    /// Organisation that plans.
    pub organisation_id: OrganisationId,
    /// As filed.
    pub input: PlanInput,
    /// Where it stands.
    pub state: PlanState,
    /// Rises each time it is signed, so that the work of an earlier round finds nothing to do.
    pub round: i32,
    /// What exists of it.
    pub report: Option<Report>,
    /// Why it was given back.
    pub returned_reason: Option<String>,
    /// Who signed.
    pub signed_by: Option<String>,
    /// When.
    pub signed_ms: Option<i64>,
    /// The department's reply.
    pub reply: Option<String>,
    /// When it replied.
    pub replied_ms: Option<i64>,
    /// When the review is due.
    pub due_ms: Option<i64>,
    /// The decision.
    pub decided: Option<Decided>,
    /// When it was made.
    pub decided_ms: Option<i64>,
    /// System it became.
    pub system_id: Option<SystemId>,
    /// When it was first filed.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}

fn row(plan: &Plan) -> Result<Model> {
    let overlapping = plan.report.as_ref().map(|report| report.overlapping);
    Ok(Model {
        id: plan.id.clone(),
        organisation_id: plan.organisation_id.clone(),
        name: plan.input.name.clone(),
        input: encode(&plan.input)?,
        cost_yuan: plan.input.cost_yuan,
        state: plan.state.as_str().to_owned(),
        round: plan.round,
        report: plan.report.as_ref().map(encode).transpose()?,
        overlapping: overlapping.map(|ratio| ratio.numerator),
        planned: overlapping.map(|ratio| ratio.denominator),
        returned_reason: plan.returned_reason.clone(),
        signed_by: plan.signed_by.clone(),
        signed_ms: plan.signed_ms,
        reply: plan.reply.clone(),
        replied_ms: plan.replied_ms,
        due_ms: plan.due_ms,
        outcome: plan.decided.as_ref().map(|decided| decided.outcome.as_str().to_owned()),
        decided: plan.decided.as_ref().map(encode).transpose()?,
        decided_ms: plan.decided_ms,
        system_id: plan.system_id.clone(),
        created_ms: plan.created_ms,
        updated_ms: plan.updated_ms,
    })
}

impl TryFrom<Model> for Plan {
    type Error = Error;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            state: PlanState::parse(&row.state)
                .ok_or_else(|| Error::internal("projects.stored_state", format!("state {}", row.state)))?,
            input: decode(&row.input)?,
            report: row.report.as_deref().map(decode).transpose()?,
            decided: row.decided.as_deref().map(decode).transpose()?,
            id: row.id,
            organisation_id: row.organisation_id,
            round: row.round,
            returned_reason: row.returned_reason,
            signed_by: row.signed_by,
            signed_ms: row.signed_ms,
            reply: row.reply,
            replied_ms: row.replied_ms,
            due_ms: row.due_ms,
            decided_ms: row.decided_ms,
            system_id: row.system_id,
            created_ms: row.created_ms,
            updated_ms: row.updated_ms,
        })
    }
}

/// One plan.
pub async fn find<C: ConnectionTrait>(db: &C, id: &PlanId) -> Result<Option<Plan>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Entity::find_by_id(id.clone()).one(db).await?.map(TryInto::try_into).transpose()
}

/// Writes a new plan.
pub async fn insert<C: ConnectionTrait>(db: &C, plan: &Plan) -> Result<()> {
    Entity::insert(row(plan)?.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Writes a changed plan, unless somebody else changed it since it was read.
pub async fn update<C: ConnectionTrait>(db: &C, plan: &Plan, read_ms: i64, was: PlanState) -> Result<()> {
    let changed = Entity::update_many()
        .set(row(plan)?.into_active_model().reset_all())
        .filter(Column::Id.eq(plan.id.clone()))
        .filter(Column::UpdatedMs.eq(read_ms))
        .filter(Column::State.eq(was.as_str()))
        .exec(db)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(stale()) }
}

fn stale() -> Error {
    Error::conflict(
        "plan.stale",
        "您办理期间，此拟建系统已被他人办理。请刷新后再办。",
        "Somebody else dealt with this plan meanwhile; refresh and try again.",
    )
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub struct Narrow<'a> {
    /// Organisations whose plans are listed; everybody's when `None`.
    pub organisation: Option<&'a OrganisationId>,
    /// Only plans that left the department.
    pub filed_only: bool,
    /// State.
    pub state: Option<PlanState>,
    /// Decision.
    pub outcome: Option<Outcome>,
}

/// What the list shows of a row: everything but the long texts.
#[derive(Debug, Clone, PartialEq, sea_orm::DerivePartialModel)]
#[sea_orm(entity = "Entity")]
pub struct Line {
    pub id: PlanId,
    pub organisation_id: OrganisationId,
    pub name: String,
    pub cost_yuan: i64,
    pub state: String,
    pub outcome: Option<String>,
    pub overlapping: Option<i64>,
    pub planned: Option<i64>,
    pub due_ms: Option<i64>,
    pub created_ms: i64,
    pub updated_ms: i64,
}

fn contains(text: &str) -> sea_orm::sea_query::SimpleExpr {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars().filter(|c| *c != '\0') {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Func::lower(Expr::col(Column::Name)).like(LikeExpr::new(pattern).escape('\\'))
}

/// A page of plans and how many there are.
pub async fn list<C: ConnectionTrait>(
    db: &C,
    narrow: &Narrow<'_>,
    query: &ListQuery,
) -> Result<(Vec<Line>, u64)> {
    if narrow.organisation.is_some_and(|id| !storable(id.as_str())) {
        return Ok((Vec::new(), 0));
    }
    let all = Condition::all()
        .add_option(narrow.organisation.map(|id| Column::OrganisationId.eq(id.clone())))
        .add_option(narrow.state.map(|state| Column::State.eq(state.as_str())))
        .add_option(narrow.outcome.map(|outcome| Column::Outcome.eq(outcome.as_str())))
        .add_option(
            narrow
                .filed_only
                .then(|| Column::State.is_not_in([PlanState::Draft.as_str(), PlanState::Signing.as_str()])),
        )
        .add_option(query.search().map(|text| contains(&text)));
    let find = Entity::find().filter(all);
    let total = find.clone().count(db).await?;
    let (column, descending) = match query.order() {
        Some(("name", down)) => (Column::Name, down),
        Some(("cost_yuan", down)) => (Column::CostYuan, down),
        Some(("state", down)) => (Column::State, down),
        Some(("due_ms", down)) => (Column::DueMs, down),
        Some(("created_ms", down)) => (Column::CreatedMs, down),
        Some((_, down)) => (Column::UpdatedMs, down),
        None => (Column::UpdatedMs, true),
    };
    let rows = find
        .order_by(column, if descending { Order::Desc } else { Order::Asc })
        .order_by_desc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .into_partial_model::<Line>()
        .all(db)
        .await?;
    Ok((rows, total))
}
