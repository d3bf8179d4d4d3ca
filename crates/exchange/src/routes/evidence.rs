//! Evidence lists and entries.

use axum::Json;
use axum::extract::{Path, State};
use kernel::error::Error;
use kernel::http::{ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Exchange;
use crate::evidence::{EvidenceFilter, EvidenceLineView, EvidenceView};

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// Lists evidence to which the own organisation is a party.
#[utoipa::path(get, path = "/api/v1/evidence", operation_id = "list_evidence", tag = "evidence",
    params(ListQuery, EvidenceFilter),
    responses((status = 200, body = Page<EvidenceLineView>), (status = 401, body = ErrorBody)))]
async fn list(
    State(exchange): State<Exchange>,
    actor: Actor,
    ApiQuery(query): ApiQuery<ListQuery>,
    ApiQuery(filter): ApiQuery<EvidenceFilter>,
) -> Result<Json<Page<EvidenceLineView>>> {
    exchange.evidence_list(&actor, &query, &filter).await.map(Json)
}

/// Shows one entry with its proof.
#[utoipa::path(get, path = "/api/v1/evidence/{index}", operation_id = "show_evidence", tag = "evidence",
    params(("index" = u64, Path)),
    responses((status = 200, body = EvidenceView), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn show(
    State(exchange): State<Exchange>,
    actor: Actor,
    Path(index): Path<String>,
) -> Result<Json<EvidenceView>> {
    let index = index.parse().map_err(|_| {
        Error::bad_input(
            "evidence.index",
            "存证编号须为非负整数。",
            "The index of an entry is a whole number.",
        )
    })?;
    exchange.evidence_entry(&actor, index).await.map(Json)
}
