//! Held copies and what is done with them.

use axum::Json;
use axum::extract::{Path, State};
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{CompareInput, CompareView, CopyView, CountInput, CountView};
use crate::Exchange;
use crate::subscriptions::SubscriptionId;

pub(crate) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(count))
        .routes(routes!(compare))
}

/// Lists held copies of the own department, as consumer or provider; all for those who run or audit the platform.
#[utoipa::path(get, path = "/api/v1/copies", operation_id = "list_copies", tag = "copies", params(ListQuery),
    responses((status = 200, body = Page<CopyView>), (status = 401, body = ErrorBody)))]
async fn list(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<CopyView>>> {
    exchange.copies(&actor, &query).await.map(Json)
}

/// Shows one held copy, by the subscription that keeps it up to date.
#[utoipa::path(get, path = "/api/v1/copies/{id}", operation_id = "show_copy", tag = "copies",
    params(("id" = String, Path)),
    responses((status = 200, body = CopyView), (status = 404, body = ErrorBody)))]
async fn show(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
) -> Result<Json<CopyView>> {
    exchange.copy(&actor, &id).await.map(Json)
}

/// Counts the rows of a held copy by one or two items; small groups are not shown. Counts as a call, and is recorded.
#[utoipa::path(post, path = "/api/v1/copies/{id}/count", operation_id = "count_copy", tag = "copies",
    request_body = CountInput, params(("id" = String, Path)),
    responses((status = 200, body = CountView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn count(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
    ApiJson(input): ApiJson<CountInput>,
) -> Result<Json<CountView>> {
    exchange.count_copy(&actor, &id, &input).await.map(Json)
}

/// Compares a held copy with its state before, or with another copy of the same consumer, by key. Counts as a call, and is recorded.
#[utoipa::path(post, path = "/api/v1/copies/{id}/compare", operation_id = "compare_copies", tag = "copies",
    request_body = CompareInput, params(("id" = String, Path)),
    responses((status = 200, body = CompareView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn compare(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
    ApiJson(input): ApiJson<CompareInput>,
) -> Result<Json<CompareView>> {
    exchange.compare_copies(&actor, &id, &input).await.map(Json)
}
