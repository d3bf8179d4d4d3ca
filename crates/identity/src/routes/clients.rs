//! Client systems.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::ClientId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::Identity;
use crate::model::{ClientChange, ClientChoice, ClientInput, ClientSystem, ClientWithSecret};

/// An answer that holds a secret is kept by no cache.
const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// Client systems of the own department.
#[utoipa::path(get, path = "/api/v1/clients", operation_id = "list_clients", tag = "identity", params(ListQuery),
    responses((status = 200, body = Page<ClientSystem>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn list(
    State(identity): State<Identity>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<ClientSystem>>> {
    Ok(Json(identity.list_clients(&actor, &query).await?))
}

/// Client systems of the own department to choose from: id, name and system, no keys.
#[utoipa::path(get, path = "/api/v1/clients/choices", operation_id = "list_client_choices", tag = "identity",
    params(ListQuery),
    responses((status = 200, body = Page<ClientChoice>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn choices(
    State(identity): State<Identity>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<ClientChoice>>> {
    Ok(Json(identity.client_choices(&actor, &query).await?))
}

/// Registers a client system; its secret is shown this once.
#[utoipa::path(post, path = "/api/v1/clients", operation_id = "create_client", tag = "identity",
    request_body = ClientInput,
    responses((status = 201, body = ClientWithSecret), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn create(
    State(identity): State<Identity>,
    actor: Actor,
    ApiJson(input): ApiJson<ClientInput>,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1], Json<ClientWithSecret>)> {
    Ok((StatusCode::CREATED, NO_STORE, Json(identity.create_client(&actor, input).await?)))
}

/// Changes a client system, or shuts it out.
#[utoipa::path(patch, path = "/api/v1/clients/{id}", operation_id = "change_client", tag = "identity",
    params(("id" = String, Path, description = "Client system (row id)")), request_body = ClientChange,
    responses((status = 200, body = ClientSystem), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn change(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(change): ApiJson<ClientChange>,
) -> Result<Json<ClientSystem>> {
    Ok(Json(identity.change_client(&actor, &ClientId::from(id), change).await?))
}

/// Replaces the secret of a client system; the new one is shown this once.
#[utoipa::path(post, path = "/api/v1/clients/{id}/secret", operation_id = "rotate_client_secret", tag = "identity",
    params(("id" = String, Path, description = "Client system (row id)")),
    responses((status = 200, body = ClientWithSecret), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn rotate(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<([(HeaderName, &'static str); 1], Json<ClientWithSecret>)> {
    Ok((NO_STORE, Json(identity.rotate_secret(&actor, &ClientId::from(id)).await?)))
}
