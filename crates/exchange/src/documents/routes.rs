//! Documents and their handovers.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::GrantId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{DocumentsView, HandoverId, HandoverInput, HandoverState, HandoverView, PlaceInput};
use super::usecase::Step;
use crate::Exchange;

pub(crate) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(documents))
        .routes(routes!(list, create))
        .routes(routes!(show))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(cancel))
        .routes(routes!(retry))
}

/// Which documents.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DocumentsQuery {
    /// Grant that allows `file`.
    grant_id: GrantId,
    /// Text that the name holds.
    #[serde(default)]
    q: String,
}

/// Which handovers.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StatesQuery {
    /// States, parted by commas; any when left out.
    #[serde(default)]
    state: String,
    /// `in` for those that the own department receives, `out` for those that it gives; both when left out.
    #[serde(default)]
    side: String,
}

/// A reason, for the record.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct StepInput {
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Documents that may be handed over under a grant, for people and client systems of both sides; asked live and recorded.
#[utoipa::path(get, path = "/api/v1/documents", operation_id = "list_documents", tag = "documents",
    params(DocumentsQuery),
    responses((status = 200, body = DocumentsView), (status = 403, body = ErrorBody), (status = 502, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn documents(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiQuery(query): ApiQuery<DocumentsQuery>,
) -> Result<Json<DocumentsView>> {
    exchange.list_documents(&actor, &query.grant_id, &query.q).await.map(Json)
}

/// Lists handovers of the own department, on either side; all for those who run or audit the platform.
#[utoipa::path(get, path = "/api/v1/handovers", operation_id = "list_handovers", tag = "documents",
    params(ListQuery, StatesQuery),
    responses((status = 200, body = Page<HandoverView>), (status = 401, body = ErrorBody)))]
async fn list(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(wanted): ApiQuery<StatesQuery>,
) -> Result<Json<Page<HandoverView>>> {
    let states = wanted.state.split(',').filter_map(HandoverState::parse).collect();
    let receives = match wanted.side.as_str() {
        "in" => Some(true),
        "out" => Some(false),
        _ => None,
    };
    exchange.handovers(&actor, states, receives, &query).await.map(Json)
}

/// Asks for a document, as its consumer; offers one, as its provider.
#[utoipa::path(post, path = "/api/v1/handovers", operation_id = "create_handover", tag = "documents",
    request_body = HandoverInput,
    responses((status = 201, body = HandoverView), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 429, body = ErrorBody)))]
async fn create(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiJson(input): ApiJson<HandoverInput>,
) -> Result<(StatusCode, Json<HandoverView>)> {
    Ok((StatusCode::CREATED, Json(exchange.hand_over(&actor, &input).await?)))
}

/// Shows one handover; while it is on its way, with its progress.
#[utoipa::path(get, path = "/api/v1/handovers/{id}", operation_id = "show_handover", tag = "documents",
    params(("id" = String, Path)),
    responses((status = 200, body = HandoverView), (status = 404, body = ErrorBody)))]
async fn show(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<HandoverId>,
) -> Result<Json<HandoverView>> {
    exchange.handover(&actor, &id).await.map(Json)
}

/// Accepts an offered document and says where it goes; for people of the consumer.
#[utoipa::path(post, path = "/api/v1/handovers/{id}/accept", operation_id = "accept_handover", tag = "documents",
    request_body = PlaceInput, params(("id" = String, Path)),
    responses((status = 200, body = HandoverView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn accept(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<HandoverId>,
    ApiJson(to): ApiJson<PlaceInput>,
) -> Result<Json<HandoverView>> {
    exchange.accept_document(&actor, &id, &to).await.map(Json)
}

/// Declines an offered document.
#[utoipa::path(post, path = "/api/v1/handovers/{id}/decline", operation_id = "decline_handover", tag = "documents",
    request_body = StepInput, params(("id" = String, Path)),
    responses((status = 200, body = HandoverView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn decline(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<HandoverId>,
    ApiJson(input): ApiJson<StepInput>,
) -> Result<Json<HandoverView>> {
    exchange.step_document(&actor, &id, Step::Decline, &input.reason).await.map(Json)
}

/// Calls a handover off before it is received; what has arrived of it is thrown away.
#[utoipa::path(post, path = "/api/v1/handovers/{id}/cancel", operation_id = "cancel_handover", tag = "documents",
    request_body = StepInput, params(("id" = String, Path)),
    responses((status = 200, body = HandoverView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn cancel(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<HandoverId>,
    ApiJson(input): ApiJson<StepInput>,
) -> Result<Json<HandoverView>> {
    exchange.step_document(&actor, &id, Step::Cancel, &input.reason).await.map(Json)
}

/// Tries a failed handover again.
#[utoipa::path(post, path = "/api/v1/handovers/{id}/retry", operation_id = "retry_handover", tag = "documents",
    request_body = StepInput, params(("id" = String, Path)),
    responses((status = 200, body = HandoverView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn retry(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<HandoverId>,
    ApiJson(input): ApiJson<StepInput>,
) -> Result<Json<HandoverView>> {
    exchange.step_document(&actor, &id, Step::Retry, &input.reason).await.map(Json)
}
