//! Agents and their sources.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::AgentId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Exchange;
use crate::agents::manage::{AgentInput, JoinView};
use crate::agents::view::AgentView;

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show))
        .routes(routes!(join_code))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(tables))
        .routes(routes!(profile))
}

/// Lists agents of the own department; all for those who run or audit the platform.
#[utoipa::path(get, path = "/api/v1/agents", operation_id = "list_agents", tag = "agents", params(ListQuery),
    responses((status = 200, body = Page<AgentView>), (status = 401, body = ErrorBody)))]
async fn list(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<AgentView>>> {
    exchange.agent_list(&actor, &query).await.map(Json)
}

/// Registers an agent; the join code is shown once.
#[utoipa::path(post, path = "/api/v1/agents", operation_id = "create_agent", tag = "agents", request_body = AgentInput,
    responses((status = 201, body = JoinView), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn create(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiJson(input): ApiJson<AgentInput>,
) -> Result<(StatusCode, Json<JoinView>)> {
    Ok((StatusCode::CREATED, Json(exchange.create_agent(&actor, &input).await?)))
}

/// Shows one agent with its sources and pins.
#[utoipa::path(get, path = "/api/v1/agents/{id}", operation_id = "show_agent", tag = "agents",
    params(("id" = String, Path)),
    responses((status = 200, body = AgentView), (status = 404, body = ErrorBody)))]
async fn show(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<AgentId>,
) -> Result<Json<AgentView>> {
    exchange.agent(&actor, &id).await.map(Json)
}

/// Gives a new join code; an earlier one becomes void.
#[utoipa::path(post, path = "/api/v1/agents/{id}/join-code", operation_id = "new_join_code", tag = "agents",
    params(("id" = String, Path)),
    responses((status = 200, body = JoinView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn join_code(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<AgentId>,
) -> Result<Json<JoinView>> {
    exchange.new_join_code(&actor, &id).await.map(Json)
}

/// Disables an agent and closes its link.
#[utoipa::path(post, path = "/api/v1/agents/{id}/disable", operation_id = "disable_agent", tag = "agents",
    params(("id" = String, Path)),
    responses((status = 200, body = AgentView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn disable(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<AgentId>,
) -> Result<Json<AgentView>> {
    exchange.set_agent_disabled(&actor, &id, true).await.map(Json)
}

/// Lets a disabled agent connect again.
#[utoipa::path(post, path = "/api/v1/agents/{id}/enable", operation_id = "enable_agent", tag = "agents",
    params(("id" = String, Path)),
    responses((status = 200, body = AgentView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn enable(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<AgentId>,
) -> Result<Json<AgentView>> {
    exchange.set_agent_disabled(&actor, &id, false).await.map(Json)
}

/// Tables of a source, asked live at the department.
#[utoipa::path(get, path = "/api/v1/agents/{id}/sources/{source}/tables", operation_id = "list_source_tables",
    tag = "agents", params(("id" = String, Path), ("source" = String, Path)),
    responses((status = 200, body = Value), (status = 403, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn tables(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path((id, source)): Path<(AgentId, String)>,
) -> Result<Json<Value>> {
    exchange.source_tables(&actor, &id, &source).await.map(Json)
}

/// How much of a table to read for its profile.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfileInput {
    /// Rows of the sample, at most 100,000; 1,000 when left out.
    #[serde(default)]
    sample_rows: Option<u32>,
}

/// Profile of a sample of a table, made at the department, values masked.
#[utoipa::path(post, path = "/api/v1/agents/{id}/sources/{source}/tables/{table}/profile",
    operation_id = "profile_source_table", tag = "agents", request_body = ProfileInput,
    params(("id" = String, Path), ("source" = String, Path), ("table" = String, Path)),
    responses((status = 200, body = Value), (status = 403, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn profile(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path((id, source, table)): Path<(AgentId, String, String)>,
    ApiJson(input): ApiJson<ProfileInput>,
) -> Result<Json<Value>> {
    let rows = input.sample_rows.unwrap_or(1_000);
    exchange.profile_table(&actor, &id, &source, &table, rows).await.map(Json)
}
