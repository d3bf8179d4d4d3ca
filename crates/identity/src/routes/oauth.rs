//! The token endpoint (RFC 6749, RFC 7523). Its errors have the form that OAuth libraries know.

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Result;
use serde::{Deserialize, Serialize};

use crate::Identity;
use crate::doors::token::LIFETIME_S;
use crate::usecase::issue_token::{OauthError, TokenRequest};

/// Form of the token endpoint.
#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct TokenForm {
    /// `client_credentials`.
    #[serde(default)]
    grant_type: Option<String>,
    /// Public client id.
    #[serde(default)]
    client_id: Option<String>,
    /// Secret.
    #[serde(default)]
    client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[serde(default)]
    client_assertion_type: Option<String>,
    /// Signed assertion.
    #[serde(default)]
    client_assertion: Option<String>,
}

/// An access token.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TokenAnswer {
    /// The token.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds it lives.
    expires_in: i64,
}

/// An error as RFC 6749 writes it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct OauthErrorBody {
    /// Name of the error.
    error: &'static str,
    /// What is wrong, in English.
    error_description: String,
    /// What to do, in Chinese.
    error_description_zh: &'static str,
}

/// Issues an access token for client credentials or a signed assertion.
#[utoipa::path(post, path = "/api/v1/oauth/token", operation_id = "issue_token", tag = "identity",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokenAnswer), (status = 400, body = OauthErrorBody),
        (status = 401, body = OauthErrorBody)),
    security(()))]
pub(super) async fn token(
    State(identity): State<Identity>,
    headers: HeaderMap,
    form: std::result::Result<Form<TokenForm>, FormRejection>,
) -> Result<Response> {
    let Ok(Form(form)) = form else {
        return Ok(refused(OauthError::InvalidRequest("the body must be a form, each parameter once")));
    };
    let mut request = TokenRequest {
        grant_type: form.grant_type,
        client_id: form.client_id,
        client_secret: form.client_secret,
        client_assertion_type: form.client_assertion_type,
        client_assertion: form.client_assertion,
    };
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let Some((id, secret)) = basic(value) else {
            return Ok(refused(OauthError::InvalidClient("header Authorization must be Basic here")));
        };
        if request.client_secret.is_some() || request.client_assertion.is_some() {
            return Ok(refused(OauthError::InvalidRequest("prove the client in one way, not in two")));
        }
        request.client_id = Some(id);
        request.client_secret = Some(secret);
    }
    Ok(match identity.issue_token(&request).await? {
        Ok(access_token) => {
            let answer = TokenAnswer { access_token, token_type: "Bearer", expires_in: LIFETIME_S };
            no_store((StatusCode::OK, Json(answer)).into_response())
        }
        Err(error) => refused(error),
    })
}

/// Client id and secret of HTTP Basic (RFC 6749 section 2.3.1). Our ids and secrets need no form encoding.
fn basic(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn refused(error: OauthError) -> Response {
    let (status, error, description, zh) = match error {
        OauthError::InvalidRequest(why) => {
            (StatusCode::BAD_REQUEST, "invalid_request", why, "请求参数缺少或重复，请按接口说明修改后重试。")
        }
        OauthError::InvalidClient(why) => (
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            why,
            "应用身份未通过验证：请核对应用标识、密钥或签名断言；应用停用的，请联系本部门开发人员。",
        ),
        OauthError::UnsupportedGrantType => (
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "only client_credentials is supported",
            "grant_type 只支持 client_credentials，请修改。",
        ),
    };
    let body = OauthErrorBody { error, error_description: description.to_owned(), error_description_zh: zh };
    let mut response = no_store((status, Json(body)).into_response());
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"guantong\""));
    }
    response
}

fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
