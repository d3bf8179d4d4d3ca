//! What anybody may read: the log in its public format (C2SP tlog-tiles, without personal data) and the root that
//! joining agents trust.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::Result;
use kernel::error::Error;
use kernel::http::ErrorBody;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Exchange;

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(trust))
        .routes(routes!(checkpoint))
        .routes(routes!(key))
        .routes(routes!(tile))
}

/// Where and whom joining agents dial.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Trust {
    /// Root certificate, PEM; its fingerprint stands in the join code.
    pub ca_pem: String,
    /// `host:port` of the link.
    pub link_address: String,
    /// Name in the link's certificate.
    pub link_server_name: String,
}

/// Root certificate and address of the link, for joining agents.
#[utoipa::path(get, path = "/api/v1/trust", operation_id = "show_trust", tag = "public",
    responses((status = 200, body = Trust)))]
async fn trust(State(exchange): State<Exchange>) -> Json<Trust> {
    Json(Trust {
        ca_pem: exchange.ca.root_pem().to_owned(),
        link_address: exchange.link_address(),
        link_server_name: wire::HUB_NAME.to_owned(),
    })
}

/// The newest signed checkpoint.
#[utoipa::path(get, path = "/api/v1/ledger/checkpoint", operation_id = "ledger_checkpoint", tag = "public",
    responses((status = 200, body = String, content_type = "text/plain")))]
async fn checkpoint(State(exchange): State<Exchange>) -> Result<Response> {
    resource(&exchange, "checkpoint")
}

/// The key that signs checkpoints, in C2SP form.
#[utoipa::path(get, path = "/api/v1/ledger/key", operation_id = "ledger_key", tag = "public",
    responses((status = 200, body = String, content_type = "text/plain")))]
async fn key(State(exchange): State<Exchange>) -> String {
    exchange.kernel.evidence.verifier_key()
}

/// A tile of hashes or entries, for example `0/x001/234` or `entries/000.p/5`.
#[utoipa::path(get, path = "/api/v1/ledger/tile/{*path}", operation_id = "ledger_tile", tag = "public",
    params(("path" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = ErrorBody)))]
async fn tile(State(exchange): State<Exchange>, Path(path): Path<String>) -> Result<Response> {
    resource(&exchange, &format!("tile/{path}"))
}

fn resource(exchange: &Exchange, path: &str) -> Result<Response> {
    let found = exchange
        .kernel
        .evidence
        .log()
        .resource(path)
        .map_err(|error| Error::internal("evidence.read", error))?
        .ok_or_else(|| {
            Error::not_found(
                "ledger.no_tile",
                "没有这一块存证数据，或尚未生成。",
                "There is no such tile, or not yet.",
            )
        })?;
    let kind = if path == "checkpoint" { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    Ok(([(header::CONTENT_TYPE, kind)], found).into_response())
}
