//! HTTP interface of the path, the agents, the evidence and the quality of data.

pub mod agents;
pub mod calls;
pub mod evidence;
pub mod public;

use axum::Json;
use axum::extract::State;
use kernel::http::ErrorBody;
use kernel::{Actor, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Exchange;
use crate::overview::Overview;

/// Routes of this capability.
pub fn router(exchange: Exchange) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(calls::router())
        .merge(agents::router())
        .merge(evidence::router())
        .merge(public::router())
        .merge(crate::quality::routes::router())
        .merge(crate::subscriptions::routes::router())
        .merge(crate::documents::routes::router())
        .merge(crate::copies::routes::router())
        .merge(crate::subscriptions::changed::routes::router())
        .routes(routes!(overview))
        .with_state(exchange)
}

/// Figures of the landing page.
#[utoipa::path(get, path = "/api/v1/overview", operation_id = "show_overview", tag = "overview",
    responses((status = 200, body = Overview), (status = 401, body = ErrorBody)))]
async fn overview(State(exchange): State<Exchange>, actor: Actor) -> Result<Json<Overview>> {
    exchange.overview(&actor).await.map(Json)
}
