//! Code sets 代码集.

use axum::Json;
use axum::extract::Path;
use kernel::http::ErrorBody;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result};
use serde::Serialize;
use standards::codes::{self, CodeSet};
use standards::kind::CodeSetId;

/// A code set.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Set {
    /// Name, as value kinds refer to it.
    id: String,
    /// Chinese name.
    zh: &'static str,
    /// English name.
    en: &'static str,
    /// Standard with its edition.
    standard: String,
    /// Codes, those of older editions marked as not current.
    codes: Vec<Code>,
}

/// A code.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Code {
    /// The code.
    code: String,
    /// Chinese label.
    zh: String,
    /// English label.
    en: String,
    /// First year in force, when the code belongs to one edition only.
    from: Option<u16>,
    /// First year no longer in force.
    to: Option<u16>,
    /// True when it stands in today's edition.
    current: bool,
}

const NAMES: [(CodeSetId, &str, &str); 4] = [
    (CodeSetId::Sex, "性别", "Sex"),
    (CodeSetId::Marriage, "婚姻状况", "Marital status"),
    (CodeSetId::EthnicGroup, "民族", "Ethnic group"),
    (CodeSetId::Kinship, "家庭关系", "Kinship"),
];

fn shown(id: &CodeSetId, (zh, en): (&'static str, &'static str), set: &CodeSet) -> Set {
    Set {
        id: id.as_str().to_owned(),
        zh,
        en,
        standard: set.standard().to_owned(),
        codes: set
            .codes()
            .iter()
            .map(|code| Code {
                current: code.is_current(),
                code: code.code.clone(),
                zh: code.zh.clone(),
                en: code.en.clone(),
                from: code.from,
                to: code.to,
            })
            .collect(),
    }
}

fn sets() -> Vec<Set> {
    NAMES.iter().filter_map(|(id, zh, en)| Some(shown(id, (zh, en), codes::builtin(id)?))).collect()
}

/// Code sets with their codes.
#[utoipa::path(get, path = "/api/v1/code-sets", operation_id = "list_code_sets", tag = "catalog",
    responses((status = 200, body = Page<Set>), (status = 401, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn list(_actor: Actor) -> Result<Json<Page<Set>>> {
    Ok(Json(Page::cut(sets(), &ListQuery { page_size: Some(200), ..ListQuery::default() })))
}

/// One code set.
#[utoipa::path(get, path = "/api/v1/code-sets/{id}", operation_id = "read_code_set", tag = "catalog",
    params(("id" = String, Path, description = "Name of the set, for example `sex`")),
    responses((status = 200, body = Set), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("session" = []), ("bearer" = [])))]
pub(super) async fn read(_actor: Actor, Path(id): Path<String>) -> Result<Json<Set>> {
    sets().into_iter().find(|set| set.id == id).map(Json).ok_or_else(|| {
        Error::not_found(
            "code_set.not_found",
            "没有这个代码集，请从代码集列表中选择。",
            "No such code set; choose one from the list.",
        )
    })
}
