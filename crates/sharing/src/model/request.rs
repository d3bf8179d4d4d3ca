//! A request for sharing (共享申请): what is asked, and how the interface shows it.

use catalog::model::{Resource, ShareType};
use kernel::error::{Fields, Result};
use kernel::ids::{OrganisationId, ResourceId};
use serde::{Deserialize, Serialize};

use super::gaps::GapInput;
use super::grant::{FilterView, GrantInput, ItemView, PurposeView, ShapeView};
use super::machine::Outcome;
use super::return_flow::Template;
use super::scope::Scope;

text_enum! {
    /// Way of sharing (共享方式).
    Method {
        /// 服务接口.
        Interface = "interface" "服务接口" "Service interface",
        /// 库表交换.
        Batch = "batch" "库表交换" "Table exchange",
        /// 文件交接.
        File = "file" "文件交接" "Documents handed over",
    }
}
/// What is asked. Everything but the resource may be left out of a draft; what is missing stands in `proposed_gaps`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestInput {
    /// Resource.
    pub resource_id: ResourceId,
    /// Legal basis (申请依据).
    #[serde(default)]
    pub basis: String,
    /// Scenario (应用场景).
    #[serde(default)]
    pub scenario: String,
    /// Codes of the matters (事项) the data is used for.
    #[serde(default)]
    pub matters: Vec<String>,
    /// Items.
    #[serde(default)]
    pub items: Vec<ItemView>,
    /// Rows.
    #[serde(default)]
    pub row_filter: FilterView,
    /// Region whose data is asked for, a code of 6, 9 or 12 digits.
    #[serde(default)]
    pub region: Option<String>,
    /// Way of sharing.
    #[serde(default = "interface")]
    pub method: Method,
    /// Shapes.
    #[serde(default)]
    pub shapes: Vec<ShapeView>,
    /// Pattern by which it was made; the hub holds it to that.
    #[serde(default)]
    pub template: Option<Template>,
    /// First instant after the period, Unix milliseconds.
    #[serde(default)]
    pub valid_until_ms: i64,
    /// Expected calls a day.
    #[serde(default)]
    pub calls_per_day: u64,
    /// Expected calls a second.
    #[serde(default)]
    pub calls_per_second: u32,
    /// Client systems that will call; empty means every client and clerk of the consumer.
    #[serde(default)]
    pub client_ids: Vec<String>,
    /// Security measures (安全保护措施).
    #[serde(default)]
    pub measures: String,
    /// Office to turn to (联系方式).
    #[serde(default)]
    pub contact: String,
}

fn interface() -> Method {
    Method::Interface
}

impl RequestInput {
    /// Rules that even a draft must keep: sizes, and nothing a database cannot hold.
    ///
    /// # Errors
    /// `input.invalid` with every place.
    pub fn check_draft(&self) -> Result<()> {
        let mut fields = Fields::default();
        let texts = [
            ("resource_id", self.resource_id.as_str(), 64),
            ("basis", &self.basis, 300),
            ("scenario", &self.scenario, 2000),
            ("measures", &self.measures, 2000),
            ("contact", &self.contact, 200),
        ];
        for (path, text, max) in texts.into_iter().filter(|(_, text, _)| !text.is_empty()) {
            // A blank text is a gap, not a fault.
            if !text.trim().is_empty() {
                fields.text(path, text, max);
            }
        }
        let region = self.region.as_deref().unwrap_or_default();
        fields.check(
            region.is_empty()
                || matches!(region.len(), 6 | 9 | 12) && region.bytes().all(|b| b.is_ascii_digit()),
            "region",
            "request.region",
            "区域须为 6、9 或 12 位行政区划代码。",
            "The region must be a code of 6, 9 or 12 digits.",
        );
        let many = self.matters.len() > 100 || self.items.len() > 500 || self.client_ids.len() > 100;
        fields.check(
            !many && self.row_filter.all.len() <= 50,
            "items",
            "grant.too_many",
            "信息项、事项、条件或应用系统过多，请拆成几份申请。",
            "Too many items, matters, conditions or clients; split the request.",
        );
        let lists = [("matters", &self.matters), ("client_ids", &self.client_ids)];
        for (path, list) in lists {
            for (i, text) in list.iter().enumerate() {
                fields.text(&format!("{path}[{i}]"), text, 64);
            }
        }
        for (i, item) in self.items.iter().enumerate() {
            fields.text(&format!("items[{i}].item"), &item.item, 64);
        }
        for (i, condition) in self.row_filter.all.iter().enumerate() {
            fields.text(&format!("row_filter.all[{i}].item"), &condition.item, 64);
            for (k, value) in condition.values.iter().enumerate().take(200) {
                fields.text(&format!("row_filter.all[{i}].values[{k}]"), value, 200);
            }
        }
        fields.finish()
    }

    /// Makes way of sharing and shapes say the same: a request that asks by table or for documents asks for that shape, and
    /// one that asks for nothing else asks in that way.
    pub fn settle_method(&mut self) {
        for (method, shape) in [(Method::Batch, ShapeView::Batch), (Method::File, ShapeView::File)] {
            if self.method == method && !self.shapes.contains(&shape) {
                self.shapes.push(shape);
            }
            if !self.shapes.is_empty() && self.shapes.iter().all(|one| *one == shape) {
                self.method = method;
            }
        }
    }

    /// True when the resource and every requested item are shared unconditionally (无条件共享).
    pub fn is_unconditional(&self, resource: &Resource) -> bool {
        resource.share_type == ShareType::Unconditional
            && self
                .items
                .iter()
                .filter_map(|one| resource.item(&one.item))
                .all(|item| item.share_type.is_none_or(|share_type| share_type == ShareType::Unconditional))
    }

    /// The scope that is asked for.
    pub fn scope(&self) -> Scope {
        Scope {
            items: self.items.clone(),
            row_filter: self.row_filter.clone(),
            shapes: self.shapes.clone(),
            valid_until_ms: self.valid_until_ms,
            calls_per_day: self.calls_per_day,
            calls_per_second: self.calls_per_second,
            condition: None,
        }
    }

    /// The grant it would become in full. The consumer is filled in by who knows it.
    pub fn grant(&self, resource: &Resource) -> GrantInput {
        self.grant_in(&self.scope(), &OrganisationId(String::new()), &resource.id)
    }

    /// The grant of a scope for a consumer.
    pub fn grant_in(&self, scope: &Scope, consumer: &OrganisationId, resource: &ResourceId) -> GrantInput {
        let basis = &self.basis;
        GrantInput {
            consumer_id: consumer.clone(),
            resource_id: resource.clone(),
            client_ids: self.client_ids.clone(),
            items: scope.items.clone(),
            row_filter: scope.row_filter.clone(),
            purposes: self
                .matters
                .iter()
                .map(|matter| PurposeView { matter: matter.clone(), basis: basis.clone() })
                .collect(),
            shapes: scope.shapes.clone(),
            valid_from_ms: None,
            valid_until_ms: scope.valid_until_ms,
            quota_per_day: scope.calls_per_day,
            quota_per_second: scope.calls_per_second,
            condition: scope.condition.clone(),
        }
    }
}

/// The one notice (一次性告知).
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeInput {
    /// Gaps a person adds.
    #[serde(default)]
    pub gaps: Vec<GapInput>,
    /// Leave out the gaps with these codes that the rules proposed; those that block cannot be left out.
    #[serde(default)]
    pub without: Vec<String>,
}

/// What the provider means to decide.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionInput {
    /// Approve or refuse.
    pub outcome: Outcome,
    /// Codes of the reasons, from the list `sharing.refusal_reasons`; needed for a refusal.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// In own words; needed for a refusal.
    #[serde(default)]
    pub text: String,
    /// Scope that is approved; what was requested when left out.
    #[serde(default)]
    pub scope: Option<Scope>,
}

/// Asks for more time.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionInput {
    /// Working days.
    pub days: u32,
    /// Reason, which the consumer is told.
    pub reason: String,
}

/// Consents to more time, or not.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionConsent {
    /// True to consent.
    pub agree: bool,
    /// Why.
    pub reason: String,
}
