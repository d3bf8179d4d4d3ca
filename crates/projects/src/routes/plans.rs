//! Planned systems.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::Projects;
use crate::matching::Report;
use crate::model::{DecisionInput, PlanId, PlanInput, PlanLine, PlanView, ReasonInput};
use crate::usecase::read_plans::PlanFilter;

/// Planned systems: the own department's; the data authority and the auditor see those that were signed.
#[utoipa::path(get, path = "/api/v1/plans", operation_id = "list_plans", tag = "projects",
    params(ListQuery, PlanFilter),
    responses((status = 200, body = Page<PlanLine>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn list(
    State(projects): State<Projects>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<PlanFilter>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<PlanLine>>> {
    projects.plans(&actor, &filter, &query).await.map(Json)
}

/// Files a plan of the own department, as a draft.
#[utoipa::path(post, path = "/api/v1/plans", operation_id = "file_plan", tag = "projects",
    request_body = PlanInput,
    responses((status = 201, body = PlanView), (status = 403, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn file(
    State(projects): State<Projects>,
    actor: Actor,
    ApiJson(input): ApiJson<PlanInput>,
) -> Result<(StatusCode, Json<PlanView>)> {
    Ok((StatusCode::CREATED, Json(projects.file_plan(&actor, input).await?)))
}

/// Shows one plan, with what exists of it and the decision.
#[utoipa::path(get, path = "/api/v1/plans/{id}", operation_id = "show_plan", tag = "projects",
    params(("id" = String, Path, description = "Plan")),
    responses((status = 200, body = PlanView), (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn show(
    State(projects): State<Projects>,
    actor: Actor,
    Path(id): Path<PlanId>,
) -> Result<Json<PlanView>> {
    projects.plan(&actor, &id).await.map(Json)
}

/// Changes a draft.
#[utoipa::path(put, path = "/api/v1/plans/{id}", operation_id = "change_plan", tag = "projects",
    params(("id" = String, Path, description = "Plan")), request_body = PlanInput,
    responses((status = 200, body = PlanView), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn change(
    State(projects): State<Projects>,
    actor: Actor,
    Path(id): Path<PlanId>,
    ApiJson(input): ApiJson<PlanInput>,
) -> Result<Json<PlanView>> {
    projects.change_plan(&actor, &id, input).await.map(Json)
}

/// Looks what exists of a plan as it now stands, for its own department; nothing is kept.
#[utoipa::path(get, path = "/api/v1/plans/{id}/preview", operation_id = "preview_plan", tag = "projects",
    params(("id" = String, Path, description = "Plan")),
    responses((status = 200, body = Report), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn preview(
    State(projects): State<Projects>,
    actor: Actor,
    Path(id): Path<PlanId>,
) -> Result<Json<Report>> {
    projects.preview_plan(&actor, &id).await.map(Json)
}

/// Sends a draft to the head.
#[utoipa::path(post, path = "/api/v1/plans/{id}/submit", operation_id = "submit_plan", tag = "projects",
    params(("id" = String, Path, description = "Plan")),
    responses((status = 200, body = PlanView), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn submit(
    State(projects): State<Projects>,
    actor: Actor,
    Path(id): Path<PlanId>,
) -> Result<Json<PlanView>> {
    projects.submit_plan(&actor, &id).await.map(Json)
}

/// The head signs; the product then looks by itself what exists already.
#[utoipa::path(post, path = "/api/v1/plans/{id}/sign", operation_id = "sign_plan", tag = "projects",
    params(("id" = String, Path, description = "Plan")),
    responses((status = 200, body = PlanView), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn sign(
    State(projects): State<Projects>,
    actor: Actor,
    Path(id): Path<PlanId>,
) -> Result<Json<PlanView>> {
    projects.sign_plan(&actor, &id).await.map(Json)
}

/// Gives a plan back, as a draft: the head before signing, the data authority during the review.
#[utoipa::path(post, path = "/api/v1/plans/{id}/return", operation_id = "return_plan", tag = "projects",
    params(("id" = String, Path, description = "Plan")), request_body = ReasonInput,
    responses((status = 200, body = PlanView), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn give_back(
    State(projects): State<Projects>,
    actor: Actor,
    Path(id): Path<PlanId>,
    ApiJson(input): ApiJson<ReasonInput>,
) -> Result<Json<PlanView>> {
    projects.return_plan(&actor, &id, &input.reason).await.map(Json)
}

/// The department replies to the findings, once, before the decision.
#[utoipa::path(post, path = "/api/v1/plans/{id}/reply", operation_id = "reply_plan", tag = "projects",
    params(("id" = String, Path, description = "Plan")), request_body = ReasonInput,
    responses((status = 200, body = PlanView), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn reply(
    State(projects): State<Projects>,
    actor: Actor,
    Path(id): Path<PlanId>,
    ApiJson(input): ApiJson<ReasonInput>,
) -> Result<Json<PlanView>> {
    projects.reply_plan(&actor, &id, &input.reason).await.map(Json)
}

/// The data authority decides, on the whole and resource by resource.
#[utoipa::path(post, path = "/api/v1/plans/{id}/decide", operation_id = "decide_plan", tag = "projects",
    params(("id" = String, Path, description = "Plan")), request_body = DecisionInput,
    responses((status = 200, body = PlanView), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn decide(
    State(projects): State<Projects>,
    actor: Actor,
    Path(id): Path<PlanId>,
    ApiJson(input): ApiJson<DecisionInput>,
) -> Result<Json<PlanView>> {
    projects.decide_plan(&actor, &id, input).await.map(Json)
}
