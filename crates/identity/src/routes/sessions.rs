//! Open sessions.

use axum::Json;
use axum::extract::{Path, State};
use kernel::http::ErrorBody;
use kernel::ids::UserId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use super::session::Caller;
use crate::Identity;
use crate::model::{Ended, OpenSession};

fn whole(all: Vec<OpenSession>) -> Page<OpenSession> {
    let query = ListQuery { page_size: Some(200), ..ListQuery::default() };
    Page::cut(all, &query)
}

/// The own open sessions.
#[utoipa::path(get, path = "/api/v1/session/all", operation_id = "list_own_sessions", tag = "identity",
    responses((status = 200, body = Page<OpenSession>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn own(
    State(identity): State<Identity>,
    actor: Actor,
    caller: Caller,
) -> Result<Json<Page<OpenSession>>> {
    Ok(Json(whole(identity.own_sessions(&actor, caller.token.as_deref()).await?)))
}

/// Ends one of the own sessions.
#[utoipa::path(delete, path = "/api/v1/session/all/{id}", operation_id = "end_own_session", tag = "identity",
    params(("id" = String, Path, description = "Session")),
    responses((status = 200, body = Ended), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn end_own(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<Ended>> {
    Ok(Json(identity.end_own_sessions(&actor, None, Some(&id)).await?))
}

/// Ends every own session but this one.
#[utoipa::path(post, path = "/api/v1/session/end-others", operation_id = "end_other_sessions", tag = "identity",
    responses((status = 200, body = Ended), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn end_own_others(
    State(identity): State<Identity>,
    actor: Actor,
    caller: Caller,
) -> Result<Json<Ended>> {
    Ok(Json(identity.end_own_sessions(&actor, caller.token.as_deref(), None).await?))
}

/// Open sessions of a user.
#[utoipa::path(get, path = "/api/v1/users/{id}/sessions", operation_id = "list_user_sessions", tag = "identity",
    params(("id" = String, Path, description = "User")),
    responses((status = 200, body = Page<OpenSession>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn of_user(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<Page<OpenSession>>> {
    Ok(Json(whole(identity.user_sessions(&actor, &UserId::from(id)).await?)))
}

/// Ends every session of a user.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", operation_id = "end_user_sessions", tag = "identity",
    params(("id" = String, Path, description = "User")),
    responses((status = 200, body = Ended), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn end_of_user(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<Ended>> {
    Ok(Json(identity.end_user_sessions(&actor, &UserId::from(id), None).await?))
}

/// Ends one session of a user.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions/{session}", operation_id = "end_user_session",
    tag = "identity", params(("id" = String, Path, description = "User"),
        ("session" = String, Path, description = "Session")),
    responses((status = 200, body = Ended), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn end_one_of_user(
    State(identity): State<Identity>,
    actor: Actor,
    Path((id, session)): Path<(String, String)>,
) -> Result<Json<Ended>> {
    Ok(Json(identity.end_user_sessions(&actor, &UserId::from(id), Some(&session)).await?))
}
