//! The edge: errors as JSON, extractors that answer with our errors, the proved actor.

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::error::{Error, FieldError, Kind};

tokio::task_local! {
    /// Trace number of the request in hand, set by the server's outermost layer.
    pub static TRACE: String;
}

/// Trace number of the request in hand, empty outside a request.
pub fn trace_id() -> String {
    TRACE.try_with(Clone::clone).unwrap_or_default()
}

/// Body of every error.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ErrorDetail {
    /// Stable code.
    pub code: String,
    /// Sentence in Chinese that names place and remedy.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// Errors of single fields.
    pub fields: Vec<FieldError>,
    /// Trace number to give to the platform operator.
    pub trace: String,
    /// Facts of this error, such as the station, or the source that is down.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub extra: Map<String, Value>,
}

impl Kind {
    /// HTTP status.
    pub fn status(self) -> StatusCode {
        match self {
            Kind::BadInput => StatusCode::BAD_REQUEST,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Quota => StatusCode::TOO_MANY_REQUESTS,
            Kind::Upstream => StatusCode::BAD_GATEWAY,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let trace = trace_id();
        if matches!(self.kind(), Kind::Internal | Kind::Upstream | Kind::Unavailable) {
            tracing::error!(trace, code = self.code(), error = ?self, "request.failed");
        } else {
            tracing::debug!(trace, code = self.code(), "request.refused");
        }
        let status = self.kind().status();
        let body = ErrorBody {
            error: ErrorDetail {
                code: self.code().to_owned(),
                zh: self.zh().to_owned(),
                en: self.en().to_owned(),
                fields: self.fields().to_vec(),
                trace,
                extra: self.extra().clone(),
            },
        };
        let mut response = (status, axum::Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// JSON body whose errors name the place.
pub struct ApiJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = Error;
    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .and_then(|kind| kind.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(Error::bad_input(
                "input.content_type",
                "请求须为 JSON：请设置请求头 Content-Type: application/json。",
                "Send JSON with header Content-Type: application/json.",
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                too_large()
            } else {
                unreadable("the body broke off")
            }
        })?;
        // A list would be read as the fields of an object in their order, which nobody means.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(unreadable("line 1: an object in braces {…} is needed"));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| unreadable(&error.to_string()))
    }
}

fn unreadable(detail: &str) -> Error {
    Error::bad_input(
        "input.json",
        format!("请求内容不是所需的 JSON，没有处理。请按接口文档（/docs）改正，位置与原因：{detail}"),
        format!(
            "The body is not the JSON that is needed; nothing was done. Correct it by /docs. Place and cause: {detail}"
        ),
    )
}

/// The body is larger than allowed.
pub fn too_large() -> Error {
    Error::too_large(
        "input.too_large",
        "请求内容超过大小上限，没有处理。请减少内容后重试。",
        "The body exceeds the size limit; nothing was done. Send less.",
    )
}

/// Query parameters whose errors name the place.
pub struct ApiQuery<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        axum::extract::Query::<T>::from_request_parts(parts, state).await.map(|query| Self(query.0)).map_err(
            |rejection: QueryRejection| {
                let detail = rejection.body_text();
                Error::bad_input(
                    "input.query",
                    format!("网址参数有误：{detail}"),
                    format!("Wrong query parameter: {detail}"),
                )
            },
        )
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts.extensions.get::<Actor>().cloned().ok_or_else(|| {
            Error::unauthenticated(
                "identify.not_logged_in",
                "您还没有登录，或登录已过期，请重新登录。",
                "You are not logged in, or the session has expired; log in again.",
            )
        })
    }
}
