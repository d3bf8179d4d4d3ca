//! Organisations.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::OrganisationId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::model::{Organisation, OrganisationChange, OrganisationInput};
use crate::{Catalog, OrganisationFilter};

/// Organisations: all, one level of the tree, or everything below one.
#[utoipa::path(get, path = "/api/v1/organisations", operation_id = "list_organisations", tag = "catalog",
    params(ListQuery, OrganisationFilter),
    responses((status = 200, body = Page<Organisation>), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<OrganisationFilter>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<Organisation>>> {
    Ok(Json(catalog.list_organisations(&actor, &filter, &query).await?))
}

/// Registers an organisation.
#[utoipa::path(post, path = "/api/v1/organisations", operation_id = "create_organisation", tag = "catalog",
    request_body = OrganisationInput,
    responses((status = 201, body = Organisation), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn create(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiJson(input): ApiJson<OrganisationInput>,
) -> Result<(StatusCode, Json<Organisation>)> {
    Ok((StatusCode::CREATED, Json(catalog.create_organisation(&actor, input).await?)))
}

/// Changes an organisation, or disables it with all its people and client systems.
#[utoipa::path(patch, path = "/api/v1/organisations/{id}", operation_id = "change_organisation", tag = "catalog",
    params(("id" = String, Path, description = "Organisation")), request_body = OrganisationChange,
    responses((status = 200, body = Organisation), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn change(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(change): ApiJson<OrganisationChange>,
) -> Result<Json<Organisation>> {
    Ok(Json(catalog.change_organisation(&actor, &OrganisationId::from(id), change).await?))
}
