//! HTTP interface of requests.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Timeline;
use crate::Sharing;
use crate::model::{
    DecisionInput, ExtensionConsent, ExtensionInput, NoticeInput, RequestId, RequestInput, RequestView,
};
use crate::usecase::request::RequestFilter;

/// Why something is given back or taken back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    /// Reason, for the other side and for the evidence.
    reason: String,
}

/// Routes of requests.
pub(super) fn router(sharing: Sharing) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list, draft))
        .routes(routes!(show, change))
        .routes(routes!(timeline))
        .routes(routes!(submit))
        .routes(routes!(give_back))
        .routes(routes!(sign))
        .routes(routes!(accept))
        .routes(routes!(gaps))
        .routes(routes!(complete))
        .routes(routes!(decide))
        .routes(routes!(return_decision))
        .routes(routes!(sign_decision))
        .routes(routes!(ask_extension))
        .routes(routes!(answer_extension))
        .routes(routes!(accept_scope))
        .routes(routes!(deliver))
        .routes(routes!(withdraw))
        .with_state(sharing)
}

/// Lists requests: those of the own department and those that reached it; for the overseers all that were signed.
#[utoipa::path(get, path = "/api/v1/requests", operation_id = "list_requests", tag = "requests",
    params(ListQuery, RequestFilter),
    responses((status = 200, body = Page<RequestView>), (status = 401, body = ErrorBody)))]
async fn list(
    State(sharing): State<Sharing>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(filter): ApiQuery<RequestFilter>,
) -> Result<Json<Page<RequestView>>> {
    sharing.requests(&actor, &filter, &query).await.map(Json)
}

/// Drafts a request (起草共享申请).
#[utoipa::path(post, path = "/api/v1/requests", operation_id = "draft_request", tag = "requests",
    request_body = RequestInput,
    responses((status = 201, body = RequestView), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn draft(
    State(sharing): State<Sharing>,
    actor: Actor,
    ApiJson(input): ApiJson<RequestInput>,
) -> Result<(StatusCode, Json<RequestView>)> {
    Ok((StatusCode::CREATED, Json(sharing.draft_request(&actor, input).await?)))
}

/// Shows one request, with what the reader may do to it now.
#[utoipa::path(get, path = "/api/v1/requests/{id}", operation_id = "show_request", tag = "requests",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), (status = 404, body = ErrorBody)))]
async fn show(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    sharing.view_request(&actor, &id).await.map(Json)
}

/// What happened to a request, oldest first.
#[utoipa::path(get, path = "/api/v1/requests/{id}/timeline", operation_id = "show_request_timeline", tag = "requests",
    params(("id" = String, Path)),
    responses((status = 200, body = Timeline), (status = 404, body = ErrorBody)))]
async fn timeline(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<Timeline>> {
    sharing.request_timeline(&actor, &id).await.map(|items| Json(Timeline { items }))
}

/// Changes a draft, or fills the gaps that were named.
#[utoipa::path(put, path = "/api/v1/requests/{id}", operation_id = "change_request", tag = "requests",
    params(("id" = String, Path)), request_body = RequestInput,
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn change(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
    ApiJson(input): ApiJson<RequestInput>,
) -> Result<Json<RequestView>> {
    sharing.change_request(&actor, &id, input).await.map(Json)
}

/// Gives a draft to the own head (送签).
#[utoipa::path(post, path = "/api/v1/requests/{id}/submit", operation_id = "submit_request", tag = "requests",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn submit(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    sharing.submit_request(&actor, &id).await.map(Json)
}

/// The consumer's head gives a request back (退回修改).
#[utoipa::path(post, path = "/api/v1/requests/{id}/return", operation_id = "return_request", tag = "requests",
    params(("id" = String, Path)), request_body = ReasonInput,
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn give_back(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
    ApiJson(input): ApiJson<ReasonInput>,
) -> Result<Json<RequestView>> {
    sharing.return_request(&actor, &id, &input.reason).await.map(Json)
}

/// The consumer's head signs (签发); an unconditional, complete request is approved by that.
#[utoipa::path(post, path = "/api/v1/requests/{id}/sign", operation_id = "sign_request", tag = "requests",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn sign(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    sharing.sign_request(&actor, &id).await.map(Json)
}

/// The provider accepts a request as complete (受理).
#[utoipa::path(post, path = "/api/v1/requests/{id}/accept", operation_id = "accept_request", tag = "requests",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn accept(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    sharing.accept_request(&actor, &id).await.map(Json)
}

/// The one notice of all gaps (一次性告知补正).
#[utoipa::path(post, path = "/api/v1/requests/{id}/gaps", operation_id = "notify_gaps", tag = "requests",
    params(("id" = String, Path)), request_body = NoticeInput,
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn gaps(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
    ApiJson(input): ApiJson<NoticeInput>,
) -> Result<Json<RequestView>> {
    sharing.notify_gaps(&actor, &id, input).await.map(Json)
}

/// Gives a completed request to the own head (补正送签).
#[utoipa::path(post, path = "/api/v1/requests/{id}/complete", operation_id = "complete_request", tag = "requests",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn complete(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    sharing.complete_request(&actor, &id).await.map(Json)
}

/// Proposes a decision (拟办).
#[utoipa::path(post, path = "/api/v1/requests/{id}/decision", operation_id = "decide_request", tag = "requests",
    params(("id" = String, Path)), request_body = DecisionInput,
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn decide(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
    ApiJson(input): ApiJson<DecisionInput>,
) -> Result<Json<RequestView>> {
    sharing.decide_request(&actor, &id, input).await.map(Json)
}

/// The provider's head gives a proposal back (退回拟办).
#[utoipa::path(post, path = "/api/v1/requests/{id}/decision/return", operation_id = "return_decision", tag = "requests",
    params(("id" = String, Path)), request_body = ReasonInput,
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn return_decision(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
    ApiJson(input): ApiJson<ReasonInput>,
) -> Result<Json<RequestView>> {
    sharing.return_decision(&actor, &id, &input.reason).await.map(Json)
}

/// The provider's head signs the decision (签批).
#[utoipa::path(post, path = "/api/v1/requests/{id}/decision/sign", operation_id = "sign_decision", tag = "requests",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn sign_decision(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    sharing.sign_decision(&actor, &id).await.map(Json)
}

/// Asks for more time to reply (申请延期).
#[utoipa::path(post, path = "/api/v1/requests/{id}/extension", operation_id = "ask_extension", tag = "requests",
    params(("id" = String, Path)), request_body = ExtensionInput,
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn ask_extension(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
    ApiJson(input): ApiJson<ExtensionInput>,
) -> Result<Json<RequestView>> {
    sharing.ask_extension(&actor, &id, input).await.map(Json)
}

/// The data authority consents to an extension, or declines it.
#[utoipa::path(post, path = "/api/v1/requests/{id}/extension/consent", operation_id = "answer_extension", tag = "requests",
    params(("id" = String, Path)), request_body = ExtensionConsent,
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn answer_extension(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
    ApiJson(input): ApiJson<ExtensionConsent>,
) -> Result<Json<RequestView>> {
    sharing.answer_extension(&actor, &id, input).await.map(Json)
}

/// The consumer accepts the narrower scope (确认范围).
#[utoipa::path(post, path = "/api/v1/requests/{id}/accept-scope", operation_id = "accept_scope", tag = "requests",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn accept_scope(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    sharing.accept_scope(&actor, &id).await.map(Json)
}

/// Gives the grant once the resource is mounted, or closes the request once the agent holds it (交付).
#[utoipa::path(post, path = "/api/v1/requests/{id}/deliver", operation_id = "deliver_request", tag = "requests",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn deliver(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    sharing.deliver_request(&actor, &id).await.map(Json)
}

/// The consumer takes a request back (撤回).
#[utoipa::path(post, path = "/api/v1/requests/{id}/withdraw", operation_id = "withdraw_request", tag = "requests",
    params(("id" = String, Path)), request_body = ReasonInput,
    responses((status = 200, body = RequestView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn withdraw(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<RequestId>,
    ApiJson(input): ApiJson<ReasonInput>,
) -> Result<Json<RequestView>> {
    sharing.withdraw_request(&actor, &id, &input.reason).await.map(Json)
}
