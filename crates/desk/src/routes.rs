//! HTTP interface of the desk.

use axum::Json;
use axum::extract::{Path, State};
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::notice;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Desk;
use crate::model::{NoticeView, SettingInput, SettingView, TodoView};

/// Notices of one page, with how many are unread.
#[derive(Serialize, utoipa::ToSchema)]
struct NoticePage {
    /// Rows and paging.
    #[serde(flatten)]
    page: Page<NoticeView>,
    /// Notices that the reader has not read.
    unread: u64,
}

/// Filter of the notices.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct NoticeFilter {
    /// True for unread ones only.
    #[serde(default)]
    unread: bool,
}

/// How many notices were marked.
#[derive(Serialize, utoipa::ToSchema)]
struct Marked {
    /// Notices that were unread before.
    marked: u64,
}

/// Every setting.
#[derive(Serialize, utoipa::ToSchema)]
struct SettingList {
    /// By key.
    items: Vec<SettingView>,
}

pub(crate) fn router(desk: Desk) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(todos))
        .routes(routes!(notices))
        .routes(routes!(read_one))
        .routes(routes!(read_all))
        .routes(routes!(settings))
        .routes(routes!(set))
        .with_state(desk)
}

/// What waits for the user, what is due first first.
#[utoipa::path(get, path = "/api/v1/todos", operation_id = "list_todos", tag = "desk", params(ListQuery),
    responses((status = 200, body = Page<TodoView>), (status = 401, body = ErrorBody)))]
async fn todos(
    State(desk): State<Desk>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<TodoView>>> {
    desk.todos(&actor, &query).await.map(Json)
}

/// What the user was told, newest first.
#[utoipa::path(get, path = "/api/v1/notices", operation_id = "list_notices", tag = "desk",
    params(ListQuery, NoticeFilter),
    responses((status = 200, body = NoticePage), (status = 401, body = ErrorBody)))]
async fn notices(
    State(desk): State<Desk>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(filter): ApiQuery<NoticeFilter>,
) -> Result<Json<NoticePage>> {
    let (page, unread) = notice::list(&desk.kernel, &actor, &query, filter.unread).await?;
    Ok(Json(NoticePage { page: page.map(NoticeView::from), unread }))
}

/// Marks a notice as read.
#[utoipa::path(post, path = "/api/v1/notices/{id}/read", operation_id = "read_notice", tag = "desk",
    params(("id" = String, Path)),
    responses((status = 200, body = Marked), (status = 401, body = ErrorBody)))]
async fn read_one(State(desk): State<Desk>, actor: Actor, Path(id): Path<String>) -> Result<Json<Marked>> {
    Ok(Json(Marked { marked: notice::mark_read(&desk.kernel, &actor, Some(&id)).await? }))
}

/// Marks every notice as read.
#[utoipa::path(post, path = "/api/v1/notices/read-all", operation_id = "read_all_notices", tag = "desk",
    responses((status = 200, body = Marked), (status = 401, body = ErrorBody)))]
async fn read_all(State(desk): State<Desk>, actor: Actor) -> Result<Json<Marked>> {
    Ok(Json(Marked { marked: notice::mark_read(&desk.kernel, &actor, None).await? }))
}

/// Clocks, limits and lists of this node.
#[utoipa::path(get, path = "/api/v1/settings", operation_id = "list_settings", tag = "desk",
    responses((status = 200, body = SettingList), (status = 401, body = ErrorBody)))]
async fn settings(State(desk): State<Desk>, actor: Actor) -> Result<Json<SettingList>> {
    Ok(Json(SettingList { items: desk.settings(&actor).await? }))
}

/// Sets one of them.
#[utoipa::path(put, path = "/api/v1/settings/{key}", operation_id = "put_setting", tag = "desk",
    params(("key" = String, Path)), request_body = SettingInput,
    responses((status = 200, body = SettingView), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
async fn set(
    State(desk): State<Desk>,
    actor: Actor,
    Path(key): Path<String>,
    ApiJson(input): ApiJson<SettingInput>,
) -> Result<Json<SettingView>> {
    desk.set(&actor, &key, input).await.map(Json)
}
