//! Layers around every request: trace number, arrival time, limits, headers, panics.

use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use exchange::routes::calls::Arrived;
use kernel::http::TRACE;
use kernel::{Error, Kernel};
use tower_http::catch_panic::CatchPanicLayer;

/// Console pages come from this binary alone and call nobody else.
const CSP: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                   script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Puts the layers around a router, outermost last.
pub fn wrap(router: Router, kernel: &Kernel) -> Router {
    router
        .layer(DefaultBodyLimit::max(kernel.config.limits.body_bytes))
        .layer(CatchPanicLayer::custom(|_panic: Box<dyn std::any::Any + Send>| -> Response<Body> {
            Error::internal("request.panic", "a handler panicked").into_response()
        }))
        .layer(middleware::from_fn_with_state(kernel.clone(), outermost))
}

async fn outermost(State(kernel): State<Kernel>, mut request: Request, next: Next) -> Response {
    let trace = hex::encode(kernel::entropy::bytes::<8>(&*kernel.entropy));
    let started = Instant::now();
    request.extensions_mut().insert(Arrived(started));
    let api = request.uri().path().starts_with("/api/");
    let mut response = if has_nul(request.uri()) {
        TRACE.scope(trace.clone(), async { bad_address().into_response() }).await
    } else {
        TRACE.scope(trace.clone(), next.run(request)).await
    };
    if api {
        response = in_our_words(response, &trace).await;
    }
    let status = response.status();
    metrics::histogram!("guantong_http_seconds", "status" => status.as_str().to_owned())
        .record(started.elapsed().as_secs_f64());
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&trace) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    if api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// PostgreSQL cannot take U+0000, and no address has a use for it.
fn has_nul(uri: &axum::http::Uri) -> bool {
    uri.path().contains("%00") || uri.query().is_some_and(|query| query.contains("%00"))
}

fn bad_address() -> Error {
    Error::bad_input(
        "input.address",
        "网址含有无法识别的字符，请从列表或链接重新打开。",
        "The address holds characters that cannot be read; open it again from a list or a link.",
    )
}

/// The framework's own refusals (405, 404 of a path, 413) come as plain text; callers get them in our form.
async fn in_our_words(response: Response, trace: &str) -> Response {
    let ours = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if ours || !response.status().is_client_error() {
        return response;
    }
    let error = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Error::bad_input(
            "input.method",
            "此地址不支持这种请求方法，请对照接口文档（/docs）。",
            "This address does not take this method; see /docs.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => kernel::http::too_large(),
        StatusCode::BAD_REQUEST => bad_address(),
        _ => return response,
    };
    let status = response.status();
    let mut out = TRACE.scope(trace.to_owned(), async { error.into_response() }).await;
    *out.status_mut() = status;
    out
}
