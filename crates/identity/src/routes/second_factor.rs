//! The second factor.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::http::{ApiJson, ErrorBody};
use kernel::ids::UserId;
use kernel::{Actor, Result};
use serde::{Deserialize, Serialize};

use crate::Identity;
use crate::model::{Enrolment, RecoveryCodes, SecondFactor, User};

/// The own password once more.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordAgain {
    /// Password.
    password: String,
}

/// A code of the own device.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    /// Six digits, or a recovery code where the device has been confirmed.
    code: String,
}

/// Password and code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordAndCode {
    /// Password.
    password: String,
    /// Six digits or a recovery code.
    code: String,
}

/// Why.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    /// Reason.
    pub(super) reason: String,
}

/// An answer with secrets that no cache may keep.
fn once<T: Serialize>(body: T) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// How the own second factor stands.
#[utoipa::path(get, path = "/api/v1/session/second-factor", operation_id = "show_second_factor", tag = "identity",
    responses((status = 200, body = SecondFactor), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn show(State(identity): State<Identity>, actor: Actor) -> Result<Json<SecondFactor>> {
    Ok(Json(identity.second_factor(&actor).await?))
}

/// Begins to enrol: gives the secret for the user's device, this once.
#[utoipa::path(post, path = "/api/v1/session/second-factor/enrol", operation_id = "enrol_second_factor",
    tag = "identity", request_body = PasswordAgain,
    responses((status = 200, body = Enrolment), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 429, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn enrol(
    State(identity): State<Identity>,
    actor: Actor,
    ApiJson(input): ApiJson<PasswordAgain>,
) -> Result<Response> {
    Ok(once(identity.enrol_second_factor(&actor, &input.password).await?))
}

/// Confirms the device by its first code: gives the recovery codes, this once.
#[utoipa::path(post, path = "/api/v1/session/second-factor/confirm", operation_id = "confirm_second_factor",
    tag = "identity", request_body = Code,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 429, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn confirm(
    State(identity): State<Identity>,
    actor: Actor,
    ApiJson(input): ApiJson<Code>,
) -> Result<Response> {
    Ok(once(identity.confirm_second_factor(&actor, &input.code).await?))
}

/// New recovery codes in place of the old ones, shown this once.
#[utoipa::path(post, path = "/api/v1/session/second-factor/recovery-codes", operation_id = "renew_recovery_codes",
    tag = "identity", request_body = Code,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 429, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn renew(
    State(identity): State<Identity>,
    actor: Actor,
    ApiJson(input): ApiJson<Code>,
) -> Result<Response> {
    Ok(once(identity.renew_recovery_codes(&actor, &input.code).await?))
}

/// Removes the own second factor.
#[utoipa::path(post, path = "/api/v1/session/second-factor/remove", operation_id = "remove_second_factor",
    tag = "identity", request_body = PasswordAndCode,
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 429, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn remove(
    State(identity): State<Identity>,
    actor: Actor,
    ApiJson(input): ApiJson<PasswordAndCode>,
) -> Result<StatusCode> {
    identity.remove_second_factor(&actor, &input.password, &input.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the second factor of a user off who lost his device; his sessions end.
#[utoipa::path(post, path = "/api/v1/users/{id}/second-factor/reset", operation_id = "reset_second_factor",
    tag = "identity", params(("id" = String, Path, description = "User")), request_body = Because,
    responses((status = 200, body = User), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn reset(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(input): ApiJson<Because>,
) -> Result<Json<User>> {
    Ok(Json(identity.reset_second_factor(&actor, &UserId::from(id), &input.reason).await?))
}
