//! Resources.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::ResourceId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::model::{Resource, ResourceInput};
use crate::{Catalog, ResourceFilter};

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
