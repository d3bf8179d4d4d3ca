//! A changed source, for the people of its department.

use axum::Json;
use axum::extract::{Path, State};
use kernel::http::{ApiJson, ErrorBody};
use kernel::ids::ResourceId;
use kernel::{Actor, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{LookInput, SourceChangeView};
use crate::Exchange;

pub(crate) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new().routes(routes!(show, look))
}

/// What was changed at the source of a resource and which mount is proposed; nothing when no subscription waits for that. For
/// operator and head of the department that holds the data.
#[utoipa::path(get, path = "/api/v1/resources/{id}/mount/proposal", operation_id = "show_remount", tag = "catalog",
    params(("id" = String, Path, description = "Resource")),
    responses((status = 200, body = Option<SourceChangeView>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn show(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<ResourceId>,
) -> Result<Json<Option<SourceChangeView>>> {
    exchange.changed_source(&actor, &id).await.map(Json)
}

/// Looks at the changed source now; what waits goes on when the mount fits again.
#[utoipa::path(post, path = "/api/v1/resources/{id}/mount/proposal", operation_id = "propose_remount", tag = "catalog",
    params(("id" = String, Path, description = "Resource")), request_body = LookInput,
    responses((status = 200, body = Option<SourceChangeView>), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn look(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(id): Path<ResourceId>,
    ApiJson(input): ApiJson<LookInput>,
) -> Result<Json<Option<SourceChangeView>>> {
    exchange.look_at_changed(&actor, &id, &input).await.map(Json)
}
