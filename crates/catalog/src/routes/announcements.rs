//! Announcements.

use axum::Json;
use axum::extract::State;
use kernel::http::{ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::model::Announcement;
use crate::{AnnouncementFilter, Catalog};

/// What the data authority announced of the catalogue, the newest first.
#[utoipa::path(get, path = "/api/v1/announcements", operation_id = "list_announcements", tag = "catalog",
    params(ListQuery, AnnouncementFilter),
    responses((status = 200, body = Page<Announcement>), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<AnnouncementFilter>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<Announcement>>> {
    Ok(Json(catalog.list_announcements(&actor, &filter, &query).await?))
}
