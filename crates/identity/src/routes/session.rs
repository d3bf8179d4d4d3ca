//! Logging in and out.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::http::{ApiJson, ErrorBody};
use kernel::{Actor, Error, Result};
use serde::Deserialize;

use crate::Identity;
use crate::doors::console;
use crate::model::{DelegationId, SecondFactorNeeded, SessionView};
use crate::{FirstStep, LoggedIn, Origin};

/// User name and password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// User name.
    username: String,
    /// Password.
    password: String,
}

/// A code for a log-in that has begun.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeForChallenge {
    /// The challenge of the first step.
    challenge: String,
    /// Six digits of the user's device, or a recovery code.
    code: String,
}

/// For whom to stand in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActFor {
    /// The delegation; `null` to act in the own name again.
    delegation: Option<DelegationId>,
}

/// A change of the own password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    /// The present password.
    current: String,
    /// The new one.
    new: String,
}

/// What a handler needs of the connection: the session in hand and the caller's address.
pub(super) struct Caller {
    pub(super) token: Option<String>,
    pub(super) origin: Origin,
}

impl FromRequestParts<Identity> for Caller {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> Result<Self> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
        // Behind a proxy every peer is the proxy; the last entry is the one that the proxy itself wrote.
        let forwarded = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|value| value.to_str().ok()?.rsplit(',').next())
            .map(|address| address.trim().chars().take(64).collect());
        let behind_proxy = identity.kernel.config.server.secure_cookies;
        let address = if behind_proxy { forwarded.or(peer) } else { peer };
        let user_agent =
            parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let token = console::token(&parts.headers).map(str::to_owned);
        Ok(Self { token, origin: Origin { address, user_agent } })
    }
}

/// A begun session as the browser gets it.
pub(super) fn begun(identity: &Identity, done: LoggedIn) -> Result<Response> {
    let seconds = (done.expires_ms - identity.kernel.now_ms()).div_euclid(1000);
    let cookie = cookie(identity, done.token.expose(), seconds)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(done.view)).into_response())
}

pub(super) fn cookie(identity: &Identity, token: &str, seconds: i64) -> Result<HeaderValue> {
    let secure = if identity.kernel.config.server.secure_cookies { "; Secure" } else { "" };
    let name = console::COOKIE;
    let mut value = HeaderValue::from_str(&format!(
        "{name}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}"
    ))
    .map_err(|error| Error::internal("identity.cookie", error))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Who is logged in.
#[utoipa::path(get, path = "/api/v1/session", operation_id = "read_session", tag = "identity",
    responses((status = 200, body = SessionView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn read(State(identity): State<Identity>, actor: Actor) -> Result<Json<SessionView>> {
    Ok(Json(identity.who(&actor).await?))
}

/// Logs in. 202 with a challenge when a code of the second factor is needed.
#[utoipa::path(post, path = "/api/v1/session", operation_id = "log_in", tag = "identity",
    request_body = Credentials,
    responses((status = 200, body = SessionView), (status = 202, body = SecondFactorNeeded),
        (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 429, body = ErrorBody)),
    security(()))]
pub(super) async fn log_in(
    State(identity): State<Identity>,
    caller: Caller,
    ApiJson(input): ApiJson<Credentials>,
) -> Result<Response> {
    match identity.log_in(&input.username, &input.password, &caller.origin).await? {
        FirstStep::Done(done) => begun(&identity, *done),
        FirstStep::CodeNeeded(needed) => Ok((StatusCode::ACCEPTED, Json(needed)).into_response()),
    }
}

/// Ends a log-in with a code of the user's device or a recovery code.
#[utoipa::path(post, path = "/api/v1/session/code", operation_id = "log_in_code", tag = "identity",
    request_body = CodeForChallenge,
    responses((status = 200, body = SessionView), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)),
    security(()))]
pub(super) async fn second_step(
    State(identity): State<Identity>,
    caller: Caller,
    ApiJson(input): ApiJson<CodeForChallenge>,
) -> Result<Response> {
    let done = identity.second_step(&input.challenge, &input.code, &caller.origin).await?;
    begun(&identity, done)
}

/// Switches this session to standing in for somebody, or with `null` back to the own name.
#[utoipa::path(put, path = "/api/v1/session/acting-for", operation_id = "act_for", tag = "identity",
    request_body = ActFor,
    responses((status = 200, body = SessionView), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn act_for(
    State(identity): State<Identity>,
    actor: Actor,
    caller: Caller,
    ApiJson(input): ApiJson<ActFor>,
) -> Result<Json<SessionView>> {
    Ok(Json(identity.act_for(&actor, caller.token.as_deref(), input.delegation.as_ref()).await?))
}

/// Logs out.
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "log_out", tag = "identity",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn log_out(
    State(identity): State<Identity>,
    actor: Actor,
    caller: Caller,
) -> Result<Response> {
    actor.require_user()?;
    if let Some(token) = &caller.token {
        identity.log_out(&actor, token).await?;
    }
    let cookie = cookie(&identity, "", 0)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Changes the own password; every other session of the user ends.
#[utoipa::path(post, path = "/api/v1/session/password", operation_id = "change_password", tag = "identity",
    request_body = PasswordChange,
    responses((status = 200, body = SessionView), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn change_password(
    State(identity): State<Identity>,
    actor: Actor,
    caller: Caller,
    ApiJson(input): ApiJson<PasswordChange>,
) -> Result<Json<SessionView>> {
    Ok(Json(identity.change_password(&actor, caller.token.as_deref(), &input.current, &input.new).await?))
}
