//! Search over HTTP.

use axum::Json;
use axum::extract::State;
use kernel::http::{ApiQuery, ErrorBody};
use kernel::page::ListQuery;
use kernel::{Actor, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{HolderQuery, Holders, SearchFilter, SearchPage};
use crate::Catalog;

/// Routes of the search.
pub fn router() -> OpenApiRouter<Catalog> {
    OpenApiRouter::new().routes(routes!(search)).routes(routes!(holders))
}

/// Searches the catalogue in Chinese, pinyin, initials, code or English, with facets.
#[utoipa::path(get, path = "/api/v1/catalogue/search", operation_id = "search_catalogue", tag = "catalog",
    params(ListQuery, SearchFilter),
    responses((status = 200, body = SearchPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
async fn search(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(filter): ApiQuery<SearchFilter>,
) -> Result<Json<SearchPage>> {
    Ok(Json(catalog.search(&actor, &filter, &query).await?))
}

/// Who holds a datum: resources that hold a data element, named by its code (`element`) or in words (`q`).
#[utoipa::path(get, path = "/api/v1/catalogue/holders", operation_id = "find_holders", tag = "catalog",
    params(ListQuery, HolderQuery),
    responses((status = 200, body = Holders), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
async fn holders(
    State(catalog): State<Catalog>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(asked): ApiQuery<HolderQuery>,
) -> Result<Json<Holders>> {
    Ok(Json(catalog.holders(&actor, &asked, &query).await?))
}
