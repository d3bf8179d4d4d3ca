//! Reverse cataloguing over HTTP.

use axum::Json;
use axum::extract::State;
use kernel::http::{ApiJson, ErrorBody};
use kernel::{Actor, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{DecisionsInput, DecisionsTaken, Proposal, ProposalInput};
use crate::Catalog;

/// Routes of reverse cataloguing.
pub fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new().routes(routes!(propose)).routes(routes!(decide))
}

/// Proposes a resource with its items for a table, from what the agent tells of it.
#[utoipa::path(post, path = "/api/v1/proposals", operation_id = "propose_items", tag = "catalog",
    request_body = ProposalInput,
    responses((status = 200, body = Proposal), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
async fn propose(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiJson(input): ApiJson<ProposalInput>,
) -> Result<Json<Proposal>> {
    Ok(Json(catalog.propose_items(&actor, input).await?))
}

/// Keeps what a person decided about a proposal; the next proposal learns from it.
#[utoipa::path(post, path = "/api/v1/proposals/decisions", operation_id = "decide_proposals", tag = "catalog",
    request_body = DecisionsInput,
    responses((status = 200, body = DecisionsTaken), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
async fn decide(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiJson(input): ApiJson<DecisionsInput>,
) -> Result<Json<DecisionsTaken>> {
    Ok(Json(catalog.learn_decisions(&actor, input).await?))
}
