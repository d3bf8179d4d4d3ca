//! Proposals about accounts of auditors and business operators.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::http::{ApiJson, ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;

use super::second_factor::Because;
use crate::Identity;
use crate::model::{Confirmed, Proposal, ProposalId, ProposalInput, ProposalState};

/// Filters of the list.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProposalQuery {
    /// State.
    #[serde(default)]
    state: Option<ProposalState>,
}

/// Proposals.
#[utoipa::path(get, path = "/api/v1/account-proposals", operation_id = "list_proposals", tag = "identity",
    params(ListQuery, ProposalQuery),
    responses((status = 200, body = Page<Proposal>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn list(
    State(identity): State<Identity>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(filter): ApiQuery<ProposalQuery>,
) -> Result<Json<Page<Proposal>>> {
    Ok(Json(identity.list_proposals(&actor, &query, filter.state).await?))
}

/// Proposes something about an account of an auditor or business operator.
#[utoipa::path(post, path = "/api/v1/account-proposals", operation_id = "propose_account", tag = "identity",
    request_body = ProposalInput,
    responses((status = 201, body = Proposal), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn propose(
    State(identity): State<Identity>,
    actor: Actor,
    ApiJson(input): ApiJson<ProposalInput>,
) -> Result<(StatusCode, Json<Proposal>)> {
    Ok((StatusCode::CREATED, Json(identity.propose(&actor, input).await?)))
}

/// One proposal.
#[utoipa::path(get, path = "/api/v1/account-proposals/{id}", operation_id = "show_proposal", tag = "identity",
    params(("id" = String, Path, description = "Proposal")),
    responses((status = 200, body = Proposal), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn show(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<Proposal>> {
    Ok(Json(identity.proposal(&actor, &ProposalId(id)).await?))
}

/// Confirms a proposal; a first password is shown this once.
#[utoipa::path(post, path = "/api/v1/account-proposals/{id}/confirm", operation_id = "confirm_proposal",
    tag = "identity", params(("id" = String, Path, description = "Proposal")),
    responses((status = 200, body = Confirmed), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn confirm(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response> {
    let confirmed = identity.confirm_proposal(&actor, &ProposalId(id)).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(confirmed)).into_response())
}

/// Refuses a proposal.
#[utoipa::path(post, path = "/api/v1/account-proposals/{id}/refuse", operation_id = "refuse_proposal",
    tag = "identity", params(("id" = String, Path, description = "Proposal")), request_body = Because,
    responses((status = 200, body = Proposal), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn refuse(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
    ApiJson(input): ApiJson<Because>,
) -> Result<Json<Proposal>> {
    Ok(Json(identity.refuse_proposal(&actor, &ProposalId(id), &input.reason).await?))
}

/// Takes a proposal back.
#[utoipa::path(post, path = "/api/v1/account-proposals/{id}/withdraw", operation_id = "withdraw_proposal",
    tag = "identity", params(("id" = String, Path, description = "Proposal")),
    responses((status = 200, body = Proposal), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("session" = [])))]
pub(super) async fn withdraw(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Json<Proposal>> {
    Ok(Json(identity.withdraw_proposal(&actor, &ProposalId(id)).await?))
}
