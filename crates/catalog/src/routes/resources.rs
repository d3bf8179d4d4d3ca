//! Resources.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::ResourceId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;

use crate::model::{Mount, Resource, ResourceInput};
use crate::{Catalog, ResourceFilter};

/// A reason in words.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// The reason.
    #[serde(default)]
    reason: Option<String>,
}

/// Resources the caller may know of.
#[utoipa::path(get, path = "/api/v1/resources", operation_id = "list_resources", tag = "catalog",
    params(ListQuery, ResourceFilter),
    responses((status = 200, body = Page<Resource>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ResourceFilter>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<Resource>>> {
    Ok(Json(catalog.list_resources(&actor, &filter, &query).await?))
}

/// Catalogues a resource as a draft.
#[utoipa::path(post, path = "/api/v1/resources", operation_id = "create_resource", tag = "catalog",
    request_body = ResourceInput,
    responses((status = 201, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn create(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiJson(input): ApiJson<ResourceInput>,
) -> Result<(StatusCode, Json<Resource>)> {
    Ok((StatusCode::CREATED, Json(catalog.create_resource(&actor, input).await?)))
}

/// One resource.
#[utoipa::path(get, path = "/api/v1/resources/{id}", operation_id = "read_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")),
    responses((status = 200, body = Resource), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn read(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.read_resource(&actor, &ResourceId::from(id)).await?))
}

/// Changes a resource; the whole entry is sent.
#[utoipa::path(put, path = "/api/v1/resources/{id}", operation_id = "change_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = ResourceInput,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn change(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(input): ApiJson<ResourceInput>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.change_resource(&actor, &ResourceId::from(id), input).await?))
}

/// Mounts a resource on a table of the department's own system.
#[utoipa::path(put, path = "/api/v1/resources/{id}/mount", operation_id = "mount_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = Mount,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn mount(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(mount): ApiJson<Mount>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.mount_resource(&actor, &ResourceId::from(id), mount).await?))
}

/// Publishes a resource.
#[utoipa::path(post, path = "/api/v1/resources/{id}/publish", operation_id = "publish_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = Reason,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn publish(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.publish_resource(&actor, &ResourceId::from(id), body.reason.as_deref()).await?))
}

/// Takes a resource offline, with a reason.
#[utoipa::path(post, path = "/api/v1/resources/{id}/withdraw", operation_id = "withdraw_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = Reason,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn withdraw(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<Resource>> {
    let reason = body.reason.unwrap_or_default();
    Ok(Json(catalog.withdraw_resource(&actor, &ResourceId::from(id), &reason).await?))
}
