//! Organisations.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::OrganisationId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::Catalog;
use crate::model::{Organisation, OrganisationChange, OrganisationInput};

/// Every organisation.
#[utoipa::path(get, path = "/api/v1/organisations", operation_id = "list_organisations", tag = "catalog",
    params(ListQuery),
    responses((status = 200, body = Page<Organisation>), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(
    State(catalog): State<Catalog>,
    _actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<Organisation>>> {
    let search = query.search().map(|text| text.to_lowercase());
    let all = catalog.organisations().await?;
    let matching = all.iter().filter(|one| {
        search.as_ref().is_none_or(|text| {
            [&one.name, &one.short_name, &one.credit_code]
                .iter()
                .any(|field| field.to_lowercase().contains(text))
        })
    });
    Ok(Json(Page::cut(matching.cloned().collect(), &query)))
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
