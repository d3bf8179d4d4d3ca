//! HTTP interface of grants.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::{GrantId, ResourceId};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Timeline;
use crate::Sharing;
use crate::model::{GiveBackInput, GrantInput, GrantView, RectificationInput};
use crate::usecase::change_state::Change;

/// Filters of the list of grants.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GrantFilter {
    /// Stored state: `active`, `suspended`, `revoked` or `given_back`.
    #[serde(default)]
    state: Option<String>,
    /// Resource id.
    #[serde(default)]
    resource_id: Option<String>,
}

/// Why the state of a grant is changed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeInput {
    /// Cause, a code from the lists `sharing.breach_causes` and `sharing.stop_causes`; needed to suspend and to revoke.
    #[serde(default)]
    cause: Option<String>,
    /// Reason, for the other party and for the evidence.
    reason: String,
}

/// Routes of grants.
pub(super) fn router(sharing: Sharing) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show))
        .routes(routes!(suspend))
        .routes(routes!(resume))
        .routes(routes!(revoke))
        .routes(routes!(terminate))
        .routes(routes!(rectify))
        .routes(routes!(give_back))
        .routes(routes!(timeline))
        .with_state(sharing)
}

/// Lists grants to which the own organisation is a party.
#[utoipa::path(get, path = "/api/v1/grants", operation_id = "list_grants", tag = "grants",
    params(ListQuery, GrantFilter),
    responses((status = 200, body = Page<GrantView>), (status = 401, body = ErrorBody)))]
async fn list(
    State(sharing): State<Sharing>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(filter): ApiQuery<GrantFilter>,
) -> Result<Json<Page<GrantView>>> {
    actor.require_user()?;
    let resource = filter.resource_id.map(ResourceId);
    sharing.grants(&actor, filter.state.as_deref(), resource.as_ref(), &query).await.map(Json)
}

/// Gives a grant on a resource of the own department.
#[utoipa::path(post, path = "/api/v1/grants", operation_id = "create_grant", tag = "grants",
    request_body = GrantInput,
    responses((status = 201, body = GrantView), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn create(
    State(sharing): State<Sharing>,
    actor: Actor,
    ApiJson(input): ApiJson<GrantInput>,
) -> Result<(StatusCode, Json<GrantView>)> {
    Ok((StatusCode::CREATED, Json(sharing.create(&actor, input).await?)))
}

/// Shows one grant.
#[utoipa::path(get, path = "/api/v1/grants/{id}", operation_id = "show_grant", tag = "grants",
    params(("id" = String, Path)),
    responses((status = 200, body = GrantView), (status = 404, body = ErrorBody)))]
async fn show(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<GrantId>,
) -> Result<Json<GrantView>> {
    actor.require_user()?;
    sharing.grant(&actor, &id).await.map(Json)
}

/// Suspends a grant (中止) for a cause; acts on the very next call.
#[utoipa::path(post, path = "/api/v1/grants/{id}/suspend", operation_id = "suspend_grant", tag = "grants",
    params(("id" = String, Path)), request_body = ChangeInput,
    responses((status = 200, body = GrantView), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn suspend(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<GrantId>,
    ApiJson(input): ApiJson<ChangeInput>,
) -> Result<Json<GrantView>> {
    sharing.change_state(&actor, &id, Change::Suspend, input.cause.as_deref(), &input.reason).await.map(Json)
}

/// Resumes a suspended grant (恢复); after a breach only once the consumer has reported.
#[utoipa::path(post, path = "/api/v1/grants/{id}/resume", operation_id = "resume_grant", tag = "grants",
    params(("id" = String, Path)), request_body = ChangeInput,
    responses((status = 200, body = GrantView), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn resume(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<GrantId>,
    ApiJson(input): ApiJson<ChangeInput>,
) -> Result<Json<GrantView>> {
    sharing.change_state(&actor, &id, Change::Resume, input.cause.as_deref(), &input.reason).await.map(Json)
}

/// Revokes a grant (撤销) for good, for a cause.
#[utoipa::path(post, path = "/api/v1/grants/{id}/revoke", operation_id = "revoke_grant", tag = "grants",
    params(("id" = String, Path)), request_body = ChangeInput,
    responses((status = 200, body = GrantView), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn revoke(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<GrantId>,
    ApiJson(input): ApiJson<ChangeInput>,
) -> Result<Json<GrantView>> {
    sharing.change_state(&actor, &id, Change::Revoke, input.cause.as_deref(), &input.reason).await.map(Json)
}

/// Ends a grant that was suspended for breach (终止).
#[utoipa::path(post, path = "/api/v1/grants/{id}/terminate", operation_id = "terminate_grant", tag = "grants",
    params(("id" = String, Path)), request_body = ChangeInput,
    responses((status = 200, body = GrantView), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn terminate(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<GrantId>,
    ApiJson(input): ApiJson<ChangeInput>,
) -> Result<Json<GrantView>> {
    let (cause, reason) = (input.cause.as_deref(), input.reason.as_str());
    sharing.change_state(&actor, &id, Change::Terminate, cause, reason).await.map(Json)
}

/// Hands in the consumer's report of rectification (整改报告).
#[utoipa::path(post, path = "/api/v1/grants/{id}/rectification", operation_id = "rectify_grant", tag = "grants",
    params(("id" = String, Path)), request_body = RectificationInput,
    responses((status = 200, body = GrantView), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
async fn rectify(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<GrantId>,
    ApiJson(input): ApiJson<RectificationInput>,
) -> Result<Json<GrantView>> {
    sharing.rectify(&actor, &id, &input.text).await.map(Json)
}

/// The consumer gives back a grant it no longer needs (归还), for good; acts on the very next call.
#[utoipa::path(post, path = "/api/v1/grants/{id}/give-back", operation_id = "give_back_grant", tag = "grants",
    params(("id" = String, Path)), request_body = GiveBackInput,
    responses((status = 200, body = GrantView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn give_back(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<GrantId>,
    ApiJson(input): ApiJson<GiveBackInput>,
) -> Result<Json<GrantView>> {
    sharing.give_back_grant(&actor, &id, &input.reason).await.map(Json)
}

/// What happened to a grant, oldest first.
#[utoipa::path(get, path = "/api/v1/grants/{id}/timeline", operation_id = "show_grant_timeline", tag = "grants",
    params(("id" = String, Path)),
    responses((status = 200, body = Timeline), (status = 404, body = ErrorBody)))]
async fn timeline(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<GrantId>,
) -> Result<Json<Timeline>> {
    actor.require_user()?;
    sharing.grant_timeline(&actor, &id).await.map(|items| Json(Timeline { items }))
}
