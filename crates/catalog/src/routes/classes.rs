//! The tree of classes.

use axum::Json;
use kernel::http::{ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};

use crate::model::classes::{ClassBranch, TREE};

/// 项 of the three 类 with their 目; `page_size` up to 200 holds them all.
#[utoipa::path(get, path = "/api/v1/resource-classes", operation_id = "list_resource_classes", tag = "catalog",
    params(ListQuery),
    responses((status = 200, body = Page<ClassBranch>), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(
    _actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<Page<ClassBranch>>> {
    let search = query.search();
    let found = TREE.iter().filter(|branch| {
        search.as_ref().is_none_or(|text| {
            branch.zh.contains(text.as_str())
                || branch.leaves.iter().any(|leaf| leaf.zh.contains(text.as_str()))
        })
    });
    Ok(Json(Page::cut(found.copied().collect(), &query)))
}
