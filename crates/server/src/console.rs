//! The web console, embedded in the binary. The program builds without it and then says how to build it.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use kernel::Error;
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// Serves a file of the console, or its first page for paths that are pages of it.
pub async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Error::not_found(
            "input.no_such_address",
            "没有这个接口地址，请对照接口文档（/docs）。",
            "There is no such address; see /docs.",
        )
        .into_response();
    }
    if let Some(found) = Files::get(path) {
        return file(path, found);
    }
    // A missing script must not answer with a page, or a browser with an old page would try to run HTML.
    if path.starts_with("assets/") {
        return (StatusCode::NOT_FOUND, "not found").into_response();
    }
    match Files::get("index.html") {
        Some(index) => file("index.html", index),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The web console was not built into this program. Build it with `npm run build` in web/ and compile again.",
        )
            .into_response(),
    }
}

fn file(path: &str, found: EmbeddedFile) -> Response {
    // Names under assets/ carry a digest of their content.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = found.metadata.mimetype().to_owned();
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache.to_owned())], found.data.into_owned())
        .into_response()
}
