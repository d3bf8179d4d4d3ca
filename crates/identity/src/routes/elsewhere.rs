//! Log-in services of others (OpenID Connect), and which of their accounts is which user here.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::ids::UserId;
use kernel::{Actor, Error, Result};
use serde::{Deserialize, Serialize};

use super::session::{Caller, cookie};
use crate::model::{OidcStart, ProviderName, UserIdentity};
use crate::{FirstStep, Identity, oidc};

/// Cookie that binds a log-in to the browser. Lax: the provider's redirect must bring it along.
const COOKIE: &str = "guantong_oidc";

/// Log-in services.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Services {
    /// The services.
    items: Vec<ProviderName>,
}

/// Where to go after the log-in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Begin {
    /// A page of the console.
    #[serde(default)]
    return_to: Option<String>,
}

/// What the service sends back.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Back {
    /// State that we gave.
    #[serde(default)]
    state: Option<String>,
    /// Code to exchange.
    #[serde(default)]
    code: Option<String>,
}

/// A subject at a service.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject {
    /// Subject (`sub`) at the service.
    subject: String,
}

/// Accounts at log-in services.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Identities {
    /// The accounts.
    items: Vec<UserIdentity>,
}

/// Log-in services of others that are configured.
#[utoipa::path(get, path = "/api/v1/session/oidc", operation_id = "list_log_in_services", tag = "identity",
    responses((status = 200, body = Services)), security(()))]
pub(super) async fn services(State(identity): State<Identity>) -> Json<Services> {
    Json(Services { items: identity.log_in_services() })
}

fn browser_cookie(identity: &Identity, token: &str, seconds: i64) -> Result<HeaderValue> {
    let secure = if identity.kernel.config.server.secure_cookies { "; Secure" } else { "" };
    let text = format!(
        "{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/api/v1/session/oidc; Max-Age={seconds}{secure}"
    );
    let mut value =
        HeaderValue::from_str(&text).map_err(|error| Error::internal("identity.cookie", error))?;
    value.set_sensitive(true);
    Ok(value)
}

fn browser_token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// Begins a log-in at a service: the browser goes to the address given.
#[utoipa::path(post, path = "/api/v1/session/oidc/{provider}", operation_id = "begin_log_in_service", tag = "identity",
    params(("provider" = String, Path, description = "Service")), request_body = Begin,
    responses((status = 200, body = OidcStart), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody)),
    security(()))]
pub(super) async fn begin(
    State(identity): State<Identity>,
    Path(provider): Path<String>,
    ApiJson(input): ApiJson<Begin>,
) -> Result<Response> {
    let begun = identity.begin_elsewhere(&provider, input.return_to.as_deref()).await?;
    let cookie = browser_cookie(&identity, &begun.browser, oidc::LIFETIME_MS / 1000)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(begun.start)).into_response())
}

/// Where the service sends the browser back. Answers with a redirect: to the page wanted, to the log-in page with
/// `#challenge=` when a code is needed, or with `#error=` and the code of what was wrong.
#[utoipa::path(get, path = "/api/v1/session/oidc/callback", operation_id = "finish_log_in_service", tag = "identity",
    params(Back), responses((status = 303)), security(()))]
pub(super) async fn callback(
    State(identity): State<Identity>,
    caller: Caller,
    headers: HeaderMap,
    ApiQuery(back): ApiQuery<Back>,
) -> Result<Response> {
    let state = back.state.unwrap_or_default();
    let browser = browser_token(&headers);
    let done = identity.end_elsewhere(&state, browser.as_deref(), back.code, &caller.origin).await;
    let gone = (header::SET_COOKIE, browser_cookie(&identity, "", 0)?);
    let see = |to: &str| {
        HeaderValue::from_str(to)
            .map(|to| (header::LOCATION, to))
            .map_err(|error| Error::internal("http", error))
    };
    match done {
        Ok(returned) => match returned.step {
            FirstStep::Done(session) => {
                let seconds = (session.expires_ms - identity.kernel.now_ms()).div_euclid(1000);
                let cookie = (header::SET_COOKIE, cookie(&identity, session.token.expose(), seconds)?);
                let to = see(&returned.return_to)?;
                Ok((StatusCode::SEE_OTHER, AppendHeaders([to, gone, cookie])).into_response())
            }
            FirstStep::CodeNeeded(needed) => {
                let to = see(&format!("/login#challenge={}", needed.challenge))?;
                Ok((StatusCode::SEE_OTHER, AppendHeaders([to, gone])).into_response())
            }
        },
        Err(error) => {
            tracing::info!(code = error.code(), error = ?error, "identity.oidc_failed");
            let to = see(&format!("/login#error={}", error.code()))?;
            Ok((StatusCode::SEE_OTHER, AppendHeaders([to, gone])).into_response())
        }
    }
}

/// Accounts at log-in services that are bound to a user.
#[utoipa::path(get, path = "/api/v1/users/{id}/identities", operation_id = "list_identities", tag = "identity",
    params(("id" = String, Path, description = "User")),
    responses((status = 200, body = Identities), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn identities(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<Identities>> {
    Ok(Json(Identities { items: identity.identities(&actor, &UserId::from(id)).await? }))
}

/// Binds an account at a log-in service to a user.
#[utoipa::path(put, path = "/api/v1/users/{id}/identities/{provider}", operation_id = "bind_identity", tag = "identity",
    params(("id" = String, Path, description = "User"), ("provider" = String, Path, description = "Service")),
    request_body = Subject,
    responses((status = 200, body = Identities), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn bind(
    State(identity): State<Identity>,
    actor: Actor,
    Path((id, provider)): Path<(String, String)>,
    ApiJson(input): ApiJson<Subject>,
) -> Result<Json<Identities>> {
    Ok(Json(Identities { items: identity.bind(&actor, &UserId::from(id), &provider, &input.subject).await? }))
}

/// Takes a binding off.
#[utoipa::path(delete, path = "/api/v1/users/{id}/identities/{provider}", operation_id = "unbind_identity",
    tag = "identity",
    params(("id" = String, Path, description = "User"), ("provider" = String, Path, description = "Service")),
    responses((status = 200, body = Identities), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn unbind(
    State(identity): State<Identity>,
    actor: Actor,
    Path((id, provider)): Path<(String, String)>,
) -> Result<Json<Identities>> {
    Ok(Json(Identities { items: identity.unbind(&actor, &UserId::from(id), &provider).await? }))
}
