//! Information systems.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::{OrganisationId, SystemId};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;

use crate::Catalog;
use crate::model::{InformationSystem, SystemChange, SystemInput, SystemState};

/// What the list may be narrowed to.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Owner.
    #[serde(default)]
    organisation_id: Option<OrganisationId>,
    /// State.
    #[serde(default)]
    state: Option<SystemState>,
}

/// Information systems.
#[utoipa::path(get, path = "/api/v1/systems", operation_id = "list_systems", tag = "catalog",
    params(ListQuery, Filter),
    responses((status = 200, body = Page<InformationSystem>), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<Filter>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<InformationSystem>>> {
    Ok(Json(catalog.list_systems(&actor, filter.organisation_id.as_ref(), filter.state, &query).await?))
}

/// Registers an information system.
#[utoipa::path(post, path = "/api/v1/systems", operation_id = "create_system", tag = "catalog",
    request_body = SystemInput,
    responses((status = 201, body = InformationSystem), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn create(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiJson(input): ApiJson<SystemInput>,
) -> Result<(StatusCode, Json<InformationSystem>)> {
    Ok((StatusCode::CREATED, Json(catalog.create_system(&actor, input).await?)))
}

/// One information system.
#[utoipa::path(get, path = "/api/v1/systems/{id}", operation_id = "read_system", tag = "catalog",
    params(("id" = String, Path, description = "Information system")),
    responses((status = 200, body = InformationSystem), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn read(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<InformationSystem>> {
    Ok(Json(catalog.read_system(&actor, &SystemId::from(id)).await?))
}

/// Changes an information system.
#[utoipa::path(patch, path = "/api/v1/systems/{id}", operation_id = "change_system", tag = "catalog",
    params(("id" = String, Path, description = "Information system")), request_body = SystemChange,
    responses((status = 200, body = InformationSystem), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn change(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(change): ApiJson<SystemChange>,
) -> Result<Json<InformationSystem>> {
    Ok(Json(catalog.change_system(&actor, &SystemId::from(id), change).await?))
}
