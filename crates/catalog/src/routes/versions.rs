//! Published versions of a resource.

use axum::Json;
use axum::extract::{Path, State};
use kernel::http::{ApiQuery, ErrorBody};
use kernel::ids::ResourceId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::Catalog;
use crate::usecase::versions::{ResourceVersion, VersionDiff};

/// Published versions of a resource, the newest first.
#[utoipa::path(get, path = "/api/v1/resources/{id}/versions", operation_id = "list_resource_versions",
    tag = "catalog", params(("id" = String, Path, description = "Resource"), ListQuery),
    responses((status = 200, body = Page<ResourceVersion>), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path(id): Path<String>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<ResourceVersion>>> {
    Ok(Json(Page::cut(catalog.list_versions(&actor, &ResourceId::from(id)).await?, &query)))
}

/// What differs from version `a` to version `b`.
#[utoipa::path(get, path = "/api/v1/resources/{id}/versions/{a}/diff/{b}",
    operation_id = "diff_resource_versions", tag = "catalog",
    params(("id" = String, Path, description = "Resource"), ("a" = i32, Path, description = "From version"),
        ("b" = i32, Path, description = "To version")),
    responses((status = 200, body = VersionDiff), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn diff(
    State(catalog): State<Catalog>,
    actor: Actor,
    Path((id, a, b)): Path<(String, String, String)>,
) -> Result<Json<VersionDiff>> {
    // A number that cannot be one is a version that is not there.
    let number = |text: String| text.parse().unwrap_or(0);
    Ok(Json(catalog.diff_versions(&actor, &ResourceId::from(id), number(a), number(b)).await?))
}
