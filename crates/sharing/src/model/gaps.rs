//! Is a request complete? The rules find gaps (补正事项) by themselves; a person adds what rules cannot see.

use catalog::model::Resource;
use catalog::model::ShareType;
use kernel::error::Fields;
use serde::{Deserialize, Serialize};

use super::grant::{GrantInput, KnownItem, PurposeView, ShapeView, check};
use super::request::RequestInput;

/// Something that is missing or wrong in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Gap {
    /// Field, for example `basis` or `items[2].item`; empty when it concerns the whole.
    pub path: String,
    /// Stable code; `person` when a person added it.
    pub code: String,
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
    /// True when the request cannot be decided while it remains.
    pub blocking: bool,
}

/// A gap that a person adds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GapInput {
    /// Field, if it concerns one.
    #[serde(default)]
    pub path: String,
    /// What is to be filled or corrected.
    pub text: String,
}

impl GapInput {
    /// The gap as it stands in the notice.
    pub fn gap(&self) -> Gap {
        Gap {
            path: self.path.clone(),
            code: "person".to_owned(),
            zh: self.text.clone(),
            en: self.text.clone(),
            blocking: false,
        }
    }
}

/// What the rules of a grant call a field, and what a request calls it.
const RENAMED: [(&str, &str); 2] =
    [("quota_per_day", "calls_per_day"), ("quota_per_second", "calls_per_second")];

/// Gaps that the rules find. `clients` are those of the requested client systems that the consumer has.
pub fn find_gaps(input: &RequestInput, resource: &Resource, clients: &[String], now_ms: i64) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut texts = Fields::default();
    texts.text("basis", &input.basis, 300);
    texts.text("scenario", &input.scenario, 2000);
    texts.text("contact", &input.contact, 200);
    take(&mut gaps, texts, true);
    gaps.extend(of_the_grant(input, resource, now_ms));
    let mut advice = Fields::default();
    if !input.basis.trim().is_empty() && !names_a_text(&input.basis) {
        advice.push(
            "basis",
            "request.basis_cites_nothing",
            "申请依据没有用《》写明法律、法规、规章或者文件的名称，请补充名称和条款。",
            "The basis names no law, regulation or document in 《》; add its title and article.",
        );
    }
    if !input.scenario.trim().is_empty() && input.scenario.trim().chars().count() < 10 {
        advice.push(
            "scenario",
            "request.scenario_short",
            "应用场景过于简略，请写明办理什么业务、在哪个环节使用。",
            "The scenario is too short; say for which business and at which point the data is used.",
        );
    }
    over_wide(&mut advice, input, resource);
    take(&mut gaps, advice, false);
    let mut hard = Fields::default();
    hard.check(
        !input.matters.is_empty(),
        "matters",
        "request.no_matter",
        "至少写明一个使用数据的事项编码。",
        "Name at least one matter for which the data is used.",
    );
    for (i, matter) in input.matters.iter().enumerate() {
        hard.text(&format!("matters[{i}]"), matter, 64);
    }
    hard.check(
        !sensitive(input, resource) || !input.measures.trim().is_empty(),
        "measures",
        "request.no_measures",
        "申请含敏感信息项，须写明安全保护措施（谁能看、怎么存、怎么删）。",
        "Sensitive items are requested; state the security measures (who sees, how kept, how deleted).",
    );
    for (i, client) in input.client_ids.iter().enumerate().filter(|(_, id)| !clients.contains(id)) {
        hard.push(
            format!("client_ids[{i}]"),
            "request.client_unknown",
            format!("本单位没有登记应用系统“{client}”，或已停用；请先由部门开发登记。"),
            format!("Your organisation has no client system “{client}” in use; register it first."),
        );
    }
    take(&mut gaps, hard, true);
    gaps
}

/// What would keep the grant from being given.
fn of_the_grant(input: &RequestInput, resource: &Resource, now_ms: i64) -> Vec<Gap> {
    let known: Vec<_> = resource
        .items
        .iter()
        .map(|item| KnownItem { name: &item.item, withheld: item.share_type == Some(ShareType::None) })
        .collect();
    // The purposes are looked at as basis and matters, by their own names.
    let grant = GrantInput {
        purposes: vec![PurposeView { matter: "-".to_owned(), basis: "-".to_owned() }],
        ..input.grant(resource)
    };
    let Err(error) = check(&grant, &known, now_ms) else { return Vec::new() };
    error
        .fields()
        .iter()
        .map(|field| Gap {
            path: RENAMED
                .iter()
                .find(|(of_grant, _)| *of_grant == field.path)
                .map_or_else(|| field.path.clone(), |(_, own)| (*own).to_owned()),
            code: field.code.clone(),
            zh: field.zh.clone(),
            en: field.en.clone(),
            blocking: true,
        })
        .collect()
}

fn sensitive(input: &RequestInput, resource: &Resource) -> bool {
    input.items.iter().filter_map(|one| resource.item(&one.item)).any(|item| item.sensitive)
}

/// True when a text names a law, a regulation or a document by its title. Which of them suffices for a duty is the
/// provider's to judge; unlike a refusal to share, a use may rest on a ministry's or a locality's rules.
fn names_a_text(basis: &str) -> bool {
    basis
        .split('《')
        .skip(1)
        .any(|rest| rest.split_once('》').is_some_and(|(title, _)| title.chars().count() >= 3))
}

/// Sensitive values of any row, or more items than the shape needs.
fn over_wide(advice: &mut Fields, input: &RequestInput, resource: &Resource) {
    let in_clear = input
        .items
        .iter()
        .filter(|one| !one.masked && !one.verify_only)
        .filter_map(|one| resource.item(&one.item))
        .any(|item| item.sensitive && !item.is_key);
    let any_row = input.row_filter.all.is_empty() && input.region.as_deref().is_none_or(str::is_empty);
    let delivers = input.shapes.iter().any(|shape| *shape != ShapeView::Verify);
    if in_clear && any_row && delivers {
        advice.push(
            "row_filter",
            "request.rows_too_wide",
            "申请以明文取得敏感信息项，却没有限定记录范围或区域，请限定，或改为脱敏、只核验。",
            "Sensitive items are requested in clear for every row; limit rows or region, or ask masked or verify-only.",
        );
    }
    let only_verify = input.shapes == [ShapeView::Verify];
    if only_verify && input.items.iter().any(|one| !one.verify_only) {
        advice.push(
            "items",
            "request.more_than_verify",
            "只申请核验方式，信息项应勾选“只核验”，无需提供数据。",
            "Only verification is requested; mark the items verify-only.",
        );
    }
}

fn take(gaps: &mut Vec<Gap>, found: Fields, blocking: bool) {
    if let Err(error) = found.finish() {
        gaps.extend(error.fields().iter().map(|field| Gap {
            path: field.path.clone(),
            code: field.code.clone(),
            zh: field.zh.clone(),
            en: field.en.clone(),
            blocking,
        }));
    }
}
