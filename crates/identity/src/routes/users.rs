//! Console users.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::UserId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::Identity;
use crate::model::{User, UserChange, UserInput};

/// Users.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "list_users", tag = "identity", params(ListQuery),
    responses((status = 200, body = Page<User>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn list(
    State(identity): State<Identity>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<User>>> {
    Ok(Json(identity.list_users(&actor, &query).await?))
}

/// Creates a user.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "create_user", tag = "identity", request_body = UserInput,
    responses((status = 201, body = User), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn create(
    State(identity): State<Identity>,
    actor: Actor,
    ApiJson(input): ApiJson<UserInput>,
) -> Result<(StatusCode, Json<User>)> {
    Ok((StatusCode::CREATED, Json(identity.create_user(&actor, input).await?)))
}

/// Changes a user.
#[utoipa::path(patch, path = "/api/v1/users/{id}", operation_id = "change_user", tag = "identity",
    params(("id" = String, Path, description = "User")), request_body = UserChange,
    responses((status = 200, body = User), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn change(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(change): ApiJson<UserChange>,
) -> Result<Json<User>> {
    Ok(Json(identity.change_user(&actor, &UserId::from(id), change).await?))
}
