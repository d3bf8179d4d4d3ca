//! The negative list.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::Catalog;
use crate::model::{NegativeEntry, NegativeId, NegativeInput};

/// What must not be listed or not be shared.
#[utoipa::path(get, path = "/api/v1/negative-list", operation_id = "list_negative_entries", tag = "catalog",
    params(ListQuery),
    responses((status = 200, body = Page<NegativeEntry>), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<NegativeEntry>>> {
    Ok(Json(catalog.list_negative_entries(&actor, &query).await?))
}

/// Adds an entry to the negative list.
#[utoipa::path(post, path = "/api/v1/negative-list", operation_id = "create_negative_entry", tag = "catalog",
    request_body = NegativeInput,
    responses((status = 201, body = NegativeEntry), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn create(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiJson(input): ApiJson<NegativeInput>,
) -> Result<(StatusCode, Json<NegativeEntry>)> {
    Ok((StatusCode::CREATED, Json(catalog.create_negative_entry(&actor, input).await?)))
}

/// Changes an entry of the negative list, or lets it rest (`active: false`).
#[utoipa::path(patch, path = "/api/v1/negative-list/{id}", operation_id = "change_negative_entry",
    tag = "catalog", params(("id" = String, Path, description = "Entry")), request_body = NegativeInput,
    responses((status = 200, body = NegativeEntry), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn change(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(input): ApiJson<NegativeInput>,
) -> Result<Json<NegativeEntry>> {
    Ok(Json(catalog.change_negative_entry(&actor, &NegativeId::from(id), input).await?))
}
