//! HTTP interface of the board of supply and demand.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Timeline;
use crate::Sharing;
use crate::model::{AnswerInput, CloseInput, DesignateInput, LinkInput, NeedId, NeedInput, NeedView};
use crate::usecase::need::NeedFilter;

/// Routes of needs.
pub(super) fn router(sharing: Sharing) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list, post))
        .routes(routes!(show))
        .routes(routes!(timeline))
        .routes(routes!(answer))
        .routes(routes!(designate))
        .routes(routes!(link))
        .routes(routes!(close))
        .with_state(sharing)
}

/// Lists needs; every department sees every one.
#[utoipa::path(get, path = "/api/v1/needs", operation_id = "list_needs", tag = "needs",
    params(ListQuery, NeedFilter),
    responses((status = 200, body = Page<NeedView>), (status = 401, body = ErrorBody)))]
async fn list(
    State(sharing): State<Sharing>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(filter): ApiQuery<NeedFilter>,
) -> Result<Json<Page<NeedView>>> {
    sharing.needs(&actor, &filter, &query).await.map(Json)
}

/// Posts a need for data that nobody lists yet (发布数据需求).
#[utoipa::path(post, path = "/api/v1/needs", operation_id = "post_need", tag = "needs",
    request_body = NeedInput,
    responses((status = 201, body = NeedView), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn post(
    State(sharing): State<Sharing>,
    actor: Actor,
    ApiJson(input): ApiJson<NeedInput>,
) -> Result<(StatusCode, Json<NeedView>)> {
    Ok((StatusCode::CREATED, Json(sharing.post_need(&actor, input).await?)))
}

/// Shows one need, with what the reader may do to it now.
#[utoipa::path(get, path = "/api/v1/needs/{id}", operation_id = "show_need", tag = "needs",
    params(("id" = String, Path)),
    responses((status = 200, body = NeedView), (status = 404, body = ErrorBody)))]
async fn show(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<NeedId>,
) -> Result<Json<NeedView>> {
    sharing.view_need(&actor, &id).await.map(Json)
}

/// What happened to a need, oldest first.
#[utoipa::path(get, path = "/api/v1/needs/{id}/timeline", operation_id = "show_need_timeline", tag = "needs",
    params(("id" = String, Path)),
    responses((status = 200, body = Timeline), (status = 404, body = ErrorBody)))]
async fn timeline(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<NeedId>,
) -> Result<Json<Timeline>> {
    sharing.need_timeline(&actor, &id).await.map(|items| Json(Timeline { items }))
}

/// Answers a need for the own department (应答).
#[utoipa::path(post, path = "/api/v1/needs/{id}/answers", operation_id = "answer_need", tag = "needs",
    params(("id" = String, Path)), request_body = AnswerInput,
    responses((status = 200, body = NeedView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn answer(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<NeedId>,
    ApiJson(input): ApiJson<AnswerInput>,
) -> Result<Json<NeedView>> {
    sharing.answer_need(&actor, &id, input).await.map(Json)
}

/// The data authority names the responsible department (指定责任单位).
#[utoipa::path(post, path = "/api/v1/needs/{id}/designate", operation_id = "designate_need", tag = "needs",
    params(("id" = String, Path)), request_body = DesignateInput,
    responses((status = 200, body = NeedView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn designate(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<NeedId>,
    ApiJson(input): ApiJson<DesignateInput>,
) -> Result<Json<NeedView>> {
    sharing.designate(&actor, &id, input).await.map(Json)
}

/// Links the resource that meets a need.
#[utoipa::path(post, path = "/api/v1/needs/{id}/link", operation_id = "link_need", tag = "needs",
    params(("id" = String, Path)), request_body = LinkInput,
    responses((status = 200, body = NeedView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn link(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<NeedId>,
    ApiJson(input): ApiJson<LinkInput>,
) -> Result<Json<NeedView>> {
    sharing.link_need(&actor, &id, input).await.map(Json)
}

/// Closes a need (办结).
#[utoipa::path(post, path = "/api/v1/needs/{id}/close", operation_id = "close_need", tag = "needs",
    params(("id" = String, Path)), request_body = CloseInput,
    responses((status = 200, body = NeedView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn close(
    State(sharing): State<Sharing>,
    actor: Actor,
    Path(id): Path<NeedId>,
    ApiJson(input): ApiJson<CloseInput>,
) -> Result<Json<NeedView>> {
    sharing.close_need(&actor, &id, &input.reason).await.map(Json)
}
