//! Subscriptions, their runs, and what they held back.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use plan::batch::HeldRow;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filter::{RunFilter, SubscriptionFilter};
use super::model::{FlowView, RunId, RunView, SubscriptionId, SubscriptionInput, SubscriptionView};
use super::templates::ReturnFlowView;
use super::usecase::{Change, Checked};
use crate::Exchange;

pub(crate) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(check))
        .routes(routes!(templates))
        .routes(routes!(show))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(end))
        .routes(routes!(run))
        .routes(routes!(compare))
        .routes(routes!(runs))
        .routes(routes!(held))
        .routes(routes!(one))
        .routes(routes!(flows))
}

/// A reason, for the record.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReasonInput {
    /// Why.
    #[serde(default)]
    reason: String,
}

/// A run that was begun.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Begun {
    /// The run.
    run_id: RunId,
}

/// A row that was held back.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct HeldView {
    /// Its key.
    key: String,
    /// Item and code of each reason, parted by blanks.
    reasons: String,
    /// The row, a JSON object.
    row: String,
}

impl From<HeldRow> for HeldView {
    fn from(held: HeldRow) -> Self {
        Self { key: held.key, reasons: held.reasons, row: held.row }
    }
}

/// Lists subscriptions of the own department, as consumer or provider; all for those who run or audit the platform.
#[utoipa::path(get, path = "/api/v1/subscriptions", operation_id = "list_subscriptions", tag = "subscriptions",
    params(SubscriptionFilter, ListQuery),
    responses((status = 200, body = Page<SubscriptionView>), (status = 401, body = ErrorBody)))]
async fn list(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<SubscriptionFilter>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<SubscriptionView>>> {
    exchange.subscriptions(&actor, &filter, &query).await.map(Json)
}

/// What can flow back to the own office (数据回流): registers of offices above with a region for each row, with request and
/// subscription filled in so that only rows of the own region come.
#[utoipa::path(get, path = "/api/v1/subscriptions/templates", operation_id = "list_return_flows", tag = "subscriptions",
    responses((status = 200, body = Vec<ReturnFlowView>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn templates(State(exchange): State<Exchange>, actor: Actor) -> Result<Json<Vec<ReturnFlowView>>> {
    exchange.return_flows(&actor).await.map(Json)
}

/// Makes a subscription; for people of the consumer.
#[utoipa::path(post, path = "/api/v1/subscriptions", operation_id = "create_subscription", tag = "subscriptions",
    request_body = SubscriptionInput,
    responses((status = 201, body = SubscriptionView), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn create(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiJson(input): ApiJson<SubscriptionInput>,
) -> Result<(StatusCode, Json<SubscriptionView>)> {
    Ok((StatusCode::CREATED, Json(exchange.subscribe(&actor, &input).await?)))
}

/// Holds a subscription against its grant and its target, and makes nothing.
#[utoipa::path(post, path = "/api/v1/subscriptions/check", operation_id = "check_subscription", tag = "subscriptions",
    request_body = SubscriptionInput,
    responses((status = 200, body = Checked), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn check(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiJson(input): ApiJson<SubscriptionInput>,
) -> Result<Json<Checked>> {
    exchange.check_subscription(&actor, &input).await.map(Json)
}

/// Shows one subscription.
#[utoipa::path(get, path = "/api/v1/subscriptions/{id}", operation_id = "show_subscription", tag = "subscriptions",
    params(("id" = String, Path)),
    responses((status = 200, body = SubscriptionView), (status = 404, body = ErrorBody)))]
async fn show(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
) -> Result<Json<SubscriptionView>> {
    exchange.subscription(&actor, &id).await.map(Json)
}

/// Pauses a subscription; a run that goes on stops at once.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/pause", operation_id = "pause_subscription", tag = "subscriptions",
    request_body = ReasonInput, params(("id" = String, Path)),
    responses((status = 200, body = SubscriptionView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn pause(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
    ApiJson(input): ApiJson<ReasonInput>,
) -> Result<Json<SubscriptionView>> {
    exchange.change_subscription(&actor, &id, Change::Pause, &input.reason).await.map(Json)
}

/// Lets a paused or halted subscription go on.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/resume", operation_id = "resume_subscription", tag = "subscriptions",
    request_body = ReasonInput, params(("id" = String, Path)),
    responses((status = 200, body = SubscriptionView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn resume(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
    ApiJson(input): ApiJson<ReasonInput>,
) -> Result<Json<SubscriptionView>> {
    exchange.change_subscription(&actor, &id, Change::Resume, &input.reason).await.map(Json)
}

/// Ends a subscription for good. The table stays as it is.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/end", operation_id = "end_subscription", tag = "subscriptions",
    request_body = ReasonInput, params(("id" = String, Path)),
    responses((status = 200, body = SubscriptionView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn end(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
    ApiJson(input): ApiJson<ReasonInput>,
) -> Result<Json<SubscriptionView>> {
    exchange.change_subscription(&actor, &id, Change::End, &input.reason).await.map(Json)
}

/// Begins a run now.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/run", operation_id = "run_subscription", tag = "subscriptions",
    params(("id" = String, Path)),
    responses((status = 202, body = Begun), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn run(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
) -> Result<(StatusCode, Json<Begun>)> {
    Ok((StatusCode::ACCEPTED, Json(Begun { run_id: exchange.run_now(&actor, &id, false).await? })))
}

/// Compares the target with the source, row by row; writes nothing.
#[utoipa::path(post, path = "/api/v1/subscriptions/{id}/compare", operation_id = "compare_subscription",
    tag = "subscriptions", params(("id" = String, Path)),
    responses((status = 202, body = Begun), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn compare(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
) -> Result<(StatusCode, Json<Begun>)> {
    Ok((StatusCode::ACCEPTED, Json(Begun { run_id: exchange.run_now(&actor, &id, true).await? })))
}

/// Lists the runs of a subscription, newest first.
#[utoipa::path(get, path = "/api/v1/subscriptions/{id}/runs", operation_id = "list_runs", tag = "subscriptions",
    params(("id" = String, Path), RunFilter, ListQuery),
    responses((status = 200, body = Page<RunView>), (status = 404, body = ErrorBody)))]
async fn runs(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
    ApiQuery(filter): ApiQuery<RunFilter>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<RunView>>> {
    exchange.runs(&actor, &id, &filter, &query).await.map(Json)
}

/// Rows held back at the target, asked live; for people of the consumer.
#[utoipa::path(get, path = "/api/v1/subscriptions/{id}/held", operation_id = "list_held_rows", tag = "subscriptions",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<HeldView>), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn held(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<SubscriptionId>,
) -> Result<Json<Vec<HeldView>>> {
    Ok(Json(exchange.held_rows(&actor, &id).await?.into_iter().map(HeldView::from).collect()))
}

/// Shows one run; while it goes on, with its figures so far.
#[utoipa::path(get, path = "/api/v1/runs/{id}", operation_id = "show_run", tag = "subscriptions",
    params(("id" = String, Path)),
    responses((status = 200, body = RunView), (status = 404, body = ErrorBody)))]
async fn one(State(exchange): State<Exchange>, actor: Actor, Path(id): Path<RunId>) -> Result<Json<RunView>> {
    exchange.one_run(&actor, &id).await.map(Json)
}

/// What flows between departments by subscriptions: state, delay, rows and bytes of the last 30 days.
#[utoipa::path(get, path = "/api/v1/flows", operation_id = "list_flows", tag = "subscriptions",
    responses((status = 200, body = Vec<FlowView>), (status = 401, body = ErrorBody)))]
async fn flows(State(exchange): State<Exchange>, actor: Actor) -> Result<Json<Vec<FlowView>>> {
    exchange.flows(&actor).await.map(Json)
}
