//! Quality of a resource's data.

use axum::Json;
use axum::extract::{Path, State};
use kernel::http::ErrorBody;
use kernel::ids::ResourceId;
use kernel::{Actor, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::QualityReport;
use crate::Exchange;

pub(crate) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new().routes(routes!(show, take))
}

/// The newest quality report on a resource the caller may know of, with masked examples.
#[utoipa::path(get, path = "/api/v1/resources/{id}/quality", operation_id = "show_quality", tag = "quality",
    params(("id" = String, Path, description = "Resource")),
    responses((status = 200, body = QualityReport), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn show(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<ResourceId>,
) -> Result<Json<QualityReport>> {
    exchange.quality(&actor, &id).await.map(Json)
}

/// Looks at the data now and replaces the report; for operator and head of the department that holds the data.
#[utoipa::path(post, path = "/api/v1/resources/{id}/quality", operation_id = "take_quality", tag = "quality",
    params(("id" = String, Path, description = "Resource")),
    responses((status = 200, body = QualityReport), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn take(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<ResourceId>,
) -> Result<Json<QualityReport>> {
    exchange.take_quality(&actor, &id).await.map(Json)
}
