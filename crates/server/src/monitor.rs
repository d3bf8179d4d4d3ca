//! Health and metrics.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use kernel::{Error, Kernel};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use wire::hub::Agents;

#[derive(Clone)]
pub(crate) struct Monitor {
    pub kernel: Kernel,
    pub agents: Agents,
    pub metrics: PrometheusHandle,
}

pub(crate) fn router(monitor: Monitor) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics_text))
        .with_state(monitor)
}

/// Ready means: the database answers and evidence can be read. Agents that are away do not make a hub unready; neither does
/// follow-up work that waits, but whoever watches a node wants to know of it, and of a clock that is wrong.
async fn ready(State(monitor): State<Monitor>) -> Response {
    let waiting = kernel::follow_up::waiting(&monitor.kernel).await.ok();
    let database = waiting.is_some();
    let body = json!({
        "database": database,
        "now_ms": monitor.kernel.clock.now_ms(),
        "follow_ups_due": waiting,
        "evidence_size": monitor.kernel.evidence.log().size(),
        "agents_connected": monitor.agents.connected().len(),
    });
    let status = if database { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

async fn metrics_text(
    State(monitor): State<Monitor>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let token = &monitor.kernel.config.server.metrics_token;
    let given = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    // Behind a proxy everybody comes from this machine, so a forwarded request does not count as local.
    let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
    let local = peer.is_some_and(|axum::Extension(ConnectInfo(peer))| peer.ip().is_loopback()) && !forwarded;
    if !(local || (!token.is_empty() && given == Some(token.as_str()))) {
        return Error::forbidden(
            "metrics.token",
            "运行指标只供本机或持令牌者读取。",
            "Metrics are for this machine or for holders of the token.",
        )
        .into_response();
    }
    metrics::gauge!("guantong_evidence_entries").set(as_f64(monitor.kernel.evidence.log().size()));
    metrics::gauge!("guantong_agents_connected").set(as_f64(monitor.agents.connected().len() as u64));
    monitor.metrics.run_upkeep();
    monitor.metrics.render().into_response()
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts stay far below 2^52")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
