//! The way of a resource: submitted, signed, reviewed, published, taken offline.

use axum::Json;
use axum::extract::{Path, State};
use kernel::http::{ApiJson, ErrorBody};
use kernel::ids::ResourceId;
use kernel::{Actor, Result};
use serde::Deserialize;

use crate::Catalog;
use crate::model::Resource;
use crate::usecase::return_resource::ReturnInput;
use crate::usecase::sign_resource::Signature;

/// A reason in words.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// The reason.
    #[serde(default)]
    pub(super) reason: Option<String>,
}

/// Why a resource is taken offline.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Withdrawal {
    /// Code out of the list of causes.
    #[serde(default)]
    cause: Option<String>,
    /// The reason in words.
    #[serde(default)]
    reason: Option<String>,
}

/// Submits a resource, or its revision, for the department head's signature.
#[utoipa::path(post, path = "/api/v1/resources/{id}/submit", operation_id = "submit_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")),
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn submit(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.submit_resource(&actor, &ResourceId::from(id)).await?))
}

/// Signs what was submitted, as the department head.
#[utoipa::path(post, path = "/api/v1/resources/{id}/sign", operation_id = "sign_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = Signature,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn sign(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<Signature>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.sign_resource(&actor, &ResourceId::from(id), body).await?))
}

/// Returns what was submitted, with reasons: the head before the signature, the authority after.
#[utoipa::path(post, path = "/api/v1/resources/{id}/return", operation_id = "return_resource", tag = "catalog",
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
    Ok(Json(catalog.return_resource(&actor, &ResourceId::from(id), body).await?))
}

/// Approves what was signed, as the data authority.
#[utoipa::path(post, path = "/api/v1/resources/{id}/approve", operation_id = "approve_resource", tag = "catalog",
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
    Ok(Json(catalog.approve_resource(&actor, &ResourceId::from(id), body.reason.as_deref()).await?))
}

/// Publishes and announces what was approved.
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

/// Announces that a resource goes offline, with cause and reason; the clock takes it offline.
#[utoipa::path(post, path = "/api/v1/resources/{id}/withdraw", operation_id = "withdraw_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = Withdrawal,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn withdraw(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<Withdrawal>,
) -> Result<Json<Resource>> {
    let (id, reason) = (ResourceId::from(id), body.reason.unwrap_or_default());
    Ok(Json(catalog.withdraw_resource(&actor, &id, body.cause.as_deref(), &reason).await?))
}

/// Takes an offline notice back.
#[utoipa::path(post, path = "/api/v1/resources/{id}/keep", operation_id = "keep_resource", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = Reason,
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn keep(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<Resource>> {
    Ok(Json(
        catalog
            .keep_resource(&actor, &ResourceId::from(id), body.reason.as_deref().unwrap_or_default())
            .await?,
    ))
}

/// Discards the revision of a published resource.
#[utoipa::path(delete, path = "/api/v1/resources/{id}/revision", operation_id = "discard_revision", tag = "catalog",
    params(("id" = String, Path, description = "Resource")),
    responses((status = 200, body = Resource), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn discard(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<Resource>> {
    Ok(Json(catalog.discard_revision(&actor, &ResourceId::from(id)).await?))
}
