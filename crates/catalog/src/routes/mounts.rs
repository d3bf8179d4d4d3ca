//! Mounts: entered by the department, reviewed by the data authority.

use axum::Json;
use axum::extract::{Path, State};
use kernel::http::{ApiJson, ErrorBody};
use kernel::ids::ResourceId;
use kernel::{Actor, Result};

use super::flow::Reason;
use crate::Catalog;
use crate::model::{Mount, Resource};
use crate::usecase::return_resource::ReturnInput;

/// Enters a mount on a table of the department's own system, or a change of it, for review.
#[utoipa::path(put, path = "/api/v1/resources/{id}/mount", operation_id = "mount_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = Mount,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn mount(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<Mount>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.mount_resource(&actor, &ResourceId::from(id), body).await?))
}

/// Approves the mount that waits.
#[utoipa::path(post, path = "/api/v1/resources/{id}/mount/approve", operation_id = "approve_mount", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = Reason,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn approve(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.approve_mount(&actor, &ResourceId::from(id), body.reason.as_deref()).await?))
}

/// Returns the mount that waits, with reasons.
#[utoipa::path(post, path = "/api/v1/resources/{id}/mount/return", operation_id = "return_mount", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = ReturnInput,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn give_back(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<ReturnInput>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.return_mount(&actor, &ResourceId::from(id), body).await?))
}
