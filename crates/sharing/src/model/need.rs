//! Supply and demand (供需对接): a need for data that nobody lists yet.

use kernel::error::{Fields, Result};
use kernel::ids::{OrganisationId, ResourceId};
use serde::{Deserialize, Serialize};

use super::NeedId;
use super::request_view::ClockView;

text_enum! {
    /// State of a need.
    NeedState {
        /// 征集中: who holds it?
        Open = "open" "征集中" "Open",
        /// 已承诺: a department holds it and has promised to list it.
        Committed = "committed" "已承诺编目" "Promised",
        /// 已指定责任单位 by the data authority.
        Designated = "designated" "已指定责任单位" "Designated",
        /// 已编目: the resource is in the catalogue and can be requested.
        Listed = "listed" "已编目" "Listed",
        /// 已办结.
        Closed = "closed" "已办结" "Closed",
    }
}

/// A need as somebody posts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NeedInput {
    /// Short name of the data.
    pub title: String,
    /// What data.
    pub description: String,
    /// Codes of data elements, as far as known.
    #[serde(default)]
    pub elements: Vec<String>,
    /// Why it is needed (应用场景).
    pub scenario: String,
    /// Legal basis.
    pub basis: String,
}

/// A department's answer.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    /// True: we hold it and will list it.
    pub holds: bool,
    /// Why not, or what it is.
    pub reason: String,
    /// Until when it will be listed, Unix milliseconds; the longest time that is allowed when left out.
    #[serde(default)]
    pub list_by_ms: Option<i64>,
}

/// The data authority names the responsible department.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DesignateInput {
    /// Department.
    pub organisation_id: OrganisationId,
    /// Why this one.
    pub reason: String,
}

/// Links the resource that meets a need.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkInput {
    /// A published resource of the responsible department.
    pub resource_id: ResourceId,
}

/// Closes a need.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseInput {
    /// How it ended.
    pub reason: String,
}

/// A department's answer as the interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NeedAnswer {
    /// Department.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// Whether it holds the data.
    pub holds: bool,
    /// Its words.
    pub reason: String,
    /// When, Unix milliseconds.
    pub time_ms: i64,
}

/// A need as the interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NeedView {
    /// Id.
    pub id: NeedId,
    /// State.
    pub state: NeedState,
    /// What is needed.
    pub content: NeedInput,
    /// Who needs it.
    pub consumer_id: OrganisationId,
    /// Its name.
    pub consumer_name: String,
    /// Responsible department (责任单位).
    pub responsible_id: Option<OrganisationId>,
    /// Its name.
    pub responsible_name: Option<String>,
    /// Resource that meets it.
    pub resource_id: Option<ResourceId>,
    /// Code of the resource.
    pub resource_code: Option<String>,
    /// Name of the resource.
    pub resource_name: Option<String>,
    /// Answers.
    pub answers: Vec<NeedAnswer>,
    /// Clock.
    pub clock: ClockView,
    /// What the reader may do now: `answer`, `designate`, `link`, `close`.
    pub may: Vec<String>,
    /// When it was posted, Unix milliseconds.
    pub created_ms: i64,
    /// How it ended.
    pub closing: Option<String>,
}

/// Rules of a need that need no database.
///
/// # Errors
/// `input.invalid` with every place.
pub fn check_need(input: &NeedInput) -> Result<()> {
    let mut fields = Fields::default();
    fields.text("title", &input.title, 100);
    fields.text("description", &input.description, 2000);
    fields.text("scenario", &input.scenario, 2000);
    fields.text("basis", &input.basis, 300);
    fields.check(
        input.elements.len() <= 100,
        "elements",
        "need.too_many",
        "数据元过多，请拆成几份需求。",
        "Too many data elements; split the need.",
    );
    for (i, element) in input.elements.iter().enumerate() {
        if standards::elements::by_code(element).is_none() {
            fields.push(
                format!("elements[{i}]"),
                "need.element_unknown",
                "没有这个数据元，请从数据元列表中选择，或留空。",
                "There is no such data element; choose one from the list or leave it out.",
            );
        }
    }
    fields.finish()
}
