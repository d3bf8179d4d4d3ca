//! Budget view and map.

use axum::Json;
use axum::extract::{Path, State};
use kernel::http::{ApiQuery, ErrorBody};
use kernel::ids::SystemId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;

use crate::Projects;
use crate::model::budget::{BudgetDetail, BudgetLine, DepartmentSum};
use crate::model::chimney::ChimneyMap;
use crate::usecase::budget::BudgetFilter;

/// Which time the map shows.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MapQuery {
    /// Unix milliseconds; now when left out.
    #[serde(default)]
    at_ms: Option<i64>,
}

/// Systems with what they cost and what they are used for; departments see their own. Sorts by `name`, `organisation_name`,
/// `built_year`, `cost_yuan`, `yearly_cost_yuan`, `user_count`, `calls`, `cost_per_use`, `cost_per_user`, `consumers`, `overlap`,
/// `listed`, `silent_months`.
#[utoipa::path(get, path = "/api/v1/budget", operation_id = "list_budget", tag = "projects",
    params(ListQuery, BudgetFilter),
    responses((status = 200, body = Page<BudgetLine>), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn list(
    State(projects): State<Projects>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<BudgetFilter>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<BudgetLine>>> {
    projects.budget(&actor, &filter, &query).await.map(Json)
}

/// Sums of each department, most expensive first.
#[utoipa::path(get, path = "/api/v1/budget/departments", operation_id = "list_budget_departments", tag = "projects",
    params(ListQuery, BudgetFilter),
    responses((status = 200, body = Page<DepartmentSum>), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn departments(
    State(projects): State<Projects>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<BudgetFilter>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<DepartmentSum>>> {
    projects.budget_by_department(&actor, &filter, &query).await.map(Json)
}

/// One system, opened: which systems hold the same, who calls, month by month.
#[utoipa::path(get, path = "/api/v1/budget/systems/{id}", operation_id = "show_budget", tag = "projects",
    params(("id" = String, Path, description = "Information system"), BudgetFilter),
    responses((status = 200, body = BudgetDetail), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn show(
    State(projects): State<Projects>,
    actor: Actor,
    Path(id): Path<SystemId>,
    ApiQuery(filter): ApiQuery<BudgetFilter>,
) -> Result<Json<BudgetDetail>> {
    projects.budget_of(&actor, &id, &filter).await.map(Json)
}

/// The map: systems by department at a time, flows between departments in the 30 days before, months there is evidence for.
#[utoipa::path(get, path = "/api/v1/chimneys", operation_id = "show_chimneys", tag = "projects",
    params(MapQuery),
    responses((status = 200, body = ChimneyMap), (status = 401, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn map(
    State(projects): State<Projects>,
    actor: Actor,
    ApiQuery(query): ApiQuery<MapQuery>,
) -> Result<Json<ChimneyMap>> {
    projects.chimneys(&actor, query.at_ms).await.map(Json)
}
