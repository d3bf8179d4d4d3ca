//! Data elements 数据元.

use axum::Json;
use kernel::http::{ApiQuery, ErrorBody};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Serialize;
use standards::elements::{self, DataElement};
use standards::kind::ValueKind;

/// A data element.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Element {
    /// Code, for example `person.id`.
    code: &'static str,
    /// Chinese name.
    zh: &'static str,
    /// English name.
    en: &'static str,
    /// What the value means.
    #[schema(value_type = Object)]
    kind: ValueKind,
    /// Standard that defines it; empty when none does.
    standard: &'static str,
    /// Grade, 1 (open) to 4 (sensitive).
    grade: u8,
}

impl From<DataElement> for Element {
    fn from(one: DataElement) -> Self {
        Self {
            code: one.code,
            zh: one.zh,
            en: one.en,
            standard: one.standard,
            grade: one.grade.number(),
            kind: one.kind,
        }
    }
}

/// Data elements; `page_size` up to 200 holds them all.
#[utoipa::path(get, path = "/api/v1/elements", operation_id = "list_elements", tag = "catalog",
    params(ListQuery),
    responses((status = 200, body = Page<Element>), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(_actor: Actor, ApiQuery(query): ApiQuery<ListQuery>) -> Result<Json<Page<Element>>> {
    let search = query.search().map(|text| text.to_lowercase());
    let all = elements::all()
        .filter(|one| {
            search.as_ref().is_none_or(|text| {
                [one.code, one.zh, one.en].iter().any(|field| field.to_lowercase().contains(text))
            })
        })
        .map(Element::from)
        .collect();
    Ok(Json(Page::cut(all, &query)))
}
