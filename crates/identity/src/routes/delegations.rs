//! Delegation during absence.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use super::second_factor::Because;
use crate::Identity;
use crate::model::{Delegate, Delegation, DelegationId, DelegationInput};

/// Delegations.
#[utoipa::path(get, path = "/api/v1/delegations", operation_id = "list_delegations", tag = "identity", params(ListQuery),
    responses((status = 200, body = Page<Delegation>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn list(
    State(identity): State<Identity>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<Delegation>>> {
    Ok(Json(identity.list_delegations(&actor, &query).await?))
}

/// Has somebody of the own department stand in.
#[utoipa::path(post, path = "/api/v1/delegations", operation_id = "delegate", tag = "identity",
    request_body = DelegationInput,
    responses((status = 201, body = Delegation), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn delegate(
    State(identity): State<Identity>,
    actor: Actor,
    ApiJson(input): ApiJson<DelegationInput>,
) -> Result<(StatusCode, Json<Delegation>)> {
    Ok((StatusCode::CREATED, Json(identity.delegate(&actor, input).await?)))
}

/// Those to whom the head of a department may delegate.
#[utoipa::path(get, path = "/api/v1/delegates", operation_id = "list_delegates", tag = "identity", params(ListQuery),
    responses((status = 200, body = Page<Delegate>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn delegates(
    State(identity): State<Identity>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<Delegate>>> {
    Ok(Json(Page::cut(identity.delegates(&actor).await?, &query)))
}

/// Ends a delegation before its time.
#[utoipa::path(post, path = "/api/v1/delegations/{id}/revoke", operation_id = "revoke_delegation", tag = "identity",
    params(("id" = String, Path, description = "Delegation")), request_body = Because,
    responses((status = 200, body = Delegation), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn revoke(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(input): ApiJson<Because>,
) -> Result<Json<Delegation>> {
    Ok(Json(identity.revoke_delegation(&actor, &DelegationId(id), &input.reason).await?))
}
