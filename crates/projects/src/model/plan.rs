//! A planned system 拟建信息系统 and the way it goes: draft, signed by the head, matched, reviewed, decided.

use kernel::ids::{OrganisationId, SystemId};
use serde::{Deserialize, Serialize};
use standards::kind::ValueKind;

use crate::matching::Report;

kernel::typed_ids! {
    /// A planned system (拟建系统).
    PlanId = "plan";
}

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// 草稿.
    Draft,
    /// 待部门负责人签批.
    Signing,
    /// 比对中: the product looks what exists already.
    Matching,
    /// 审核中: the data authority judges.
    UnderReview,
    /// 已审定.
    Decided,
}

impl PlanState {
    /// Every state, in order.
    pub const ALL: [PlanState; 5] =
        [Self::Draft, Self::Signing, Self::Matching, Self::UnderReview, Self::Decided];
    /// Text form, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Signing => "signing",
            Self::Matching => "matching",
            Self::UnderReview => "under_review",
            Self::Decided => "decided",
        }
    }
    /// From the text form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
    /// Chinese name.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Signing => "待签批",
            Self::Matching => "比对中",
            Self::UnderReview => "审核中",
            Self::Decided => "已审定",
        }
    }
}

/// The decision on the whole plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 同意.
    Approve,
    /// 核减: goes ahead without what exists.
    Cut,
    /// 不予立项.
    Refuse,
}

impl Outcome {
    /// From the text form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Approve, Self::Cut, Self::Refuse].into_iter().find(|outcome| outcome.as_str() == text)
    }
    /// Text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Cut => "cut",
            Self::Refuse => "refuse",
        }
    }
    /// Chinese name.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Approve => "同意建设",
            Self::Cut => "核减后建设",
            Self::Refuse => "不予立项",
        }
    }
}

/// The decision on one planned resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// 复用: an existing system is used; it is named.
    Reuse,
    /// 共享: asked for; the resource is named.
    Share,
    /// 新建.
    Build,
}

/// An item of a planned resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedItem {
    /// Chinese name.
    pub name: String,
    /// Code of the data element, if known.
    #[serde(default)]
    pub element: Option<String>,
    /// What it means, in words.
    #[serde(default)]
    pub description: String,
    /// What the value means, for example `{"type":"date"}`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub kind: Option<ValueKind>,
}

/// Data that a planned system would gather.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedResource {
    /// Chinese name.
    pub name: String,
    /// What it holds.
    #[serde(default)]
    pub description: String,
    /// Items.
    pub items: Vec<PlannedItem>,
}

/// A plan as a department files it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    /// Name of the system.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Functions.
    pub functions: Vec<String>,
    /// Cost, yuan.
    pub cost_yuan: i64,
    /// First day of building, ISO 8601.
    #[schema(value_type = String, format = Date)]
    pub starts_on: chrono::NaiveDate,
    /// Last day of building.
    #[schema(value_type = String, format = Date)]
    pub ends_on: chrono::NaiveDate,
    /// Law, plan or resolution it rests on.
    #[serde(default)]
    pub basis: String,
    /// Data it would gather 数据资源清单.
    pub resources: Vec<PlannedResource>,
    /// `updated_ms` of the state that was edited; when given and not the present one, the change is refused.
    #[serde(default, skip_serializing)]
    pub updated_ms: Option<i64>,
}

/// Why something is done.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    /// Reason, for the other side and for the evidence.
    pub reason: String,
}

/// The decision on one planned resource, as the data authority enters it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulingInput {
    /// Place of the resource in the plan, from 0.
    pub place: usize,
    /// What is to be done.
    pub decision: Decision,
    /// Existing system to use, for `reuse`.
    #[serde(default)]
    pub system_id: Option<SystemId>,
    /// Existing resources to ask for, for `share`.
    #[serde(default)]
    pub resource_ids: Vec<kernel::ids::ResourceId>,
    /// Why.
    pub reason: String,
}

/// The decision, as the data authority enters it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionInput {
    /// On the whole.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// What may be spent, yuan, when the plan is cut.
    #[serde(default)]
    pub granted_yuan: Option<i64>,
    /// On each planned resource.
    pub resources: Vec<RulingInput>,
}

/// The decision on one planned resource, as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// As entered.
    pub input: RulingInput,
    /// Name of the system to use.
    pub system_name: Option<String>,
    /// Resources to ask for.
    pub targets: Vec<Target>,
}

/// A resource to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Target {
    /// Id.
    pub resource_id: kernel::ids::ResourceId,
    /// Name.
    pub name: String,
    /// Holder.
    pub organisation_name: String,
    /// Items wanted, by their names there.
    pub items: Vec<String>,
    /// Console route that opens a request with all this filled in.
    pub request_link: String,
}

/// The decision as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// On the whole.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// What may be spent, yuan.
    pub granted_yuan: Option<i64>,
    /// On each planned resource, in the order of the plan.
    pub resources: Vec<Ruling>,
}

/// The decision on one planned resource, as the interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RulingView {
    /// Place of the resource in the plan, from 0.
    pub place: usize,
    /// Name of the resource.
    pub name: String,
    /// What is to be done.
    pub decision: Decision,
    /// Existing system to use.
    pub system_id: Option<SystemId>,
    /// Its name.
    pub system_name: Option<String>,
    /// Existing resources to ask for.
    pub targets: Vec<Target>,
    /// Why.
    pub reason: String,
}

/// The decision, as the interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DecisionView {
    /// On the whole.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// What may be spent, yuan.
    pub granted_yuan: Option<i64>,
    /// On each planned resource.
    pub resources: Vec<RulingView>,
    /// When, Unix milliseconds.
    pub decided_ms: Option<i64>,
}

/// A line of the list of plans.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PlanLine {
    /// Id.
    pub id: PlanId,
    /// Organisation that plans.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// Name of the system.
    pub name: String,
    /// Cost, yuan.
    pub cost_yuan: i64,
    /// Where it stands.
    pub state: PlanState,
    /// The decision on the whole, when made.
    pub outcome: Option<Outcome>,
    /// Planned resources that exist already, of all; none before matching.
    pub overlapping: Option<crate::matching::Ratio>,
    /// When the review is due, Unix milliseconds.
    pub due_ms: Option<i64>,
    /// When it was first filed, Unix milliseconds.
    pub created_ms: i64,
    /// When it was last changed, Unix milliseconds.
    pub updated_ms: i64,
}

/// A plan as the interface shows it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PlanView {
    /// What the list shows.
    #[serde(flatten)]
    pub line: PlanLine,
    /// What it is for.
    pub purpose: String,
    /// Functions.
    pub functions: Vec<String>,
    /// First day of building.
    #[schema(value_type = String, format = Date)]
    pub starts_on: chrono::NaiveDate,
    /// Last day of building.
    #[schema(value_type = String, format = Date)]
    pub ends_on: chrono::NaiveDate,
    /// Law, plan or resolution it rests on.
    pub basis: String,
    /// Data it would gather.
    pub resources: Vec<PlannedResource>,
    /// What exists of it; none before matching.
    pub report: Option<Report>,
    /// Why it was given back, if it was.
    pub returned_reason: Option<String>,
    /// When the head signed, Unix milliseconds.
    pub signed_ms: Option<i64>,
    /// The department's reply to the findings; there is one.
    pub reply: Option<String>,
    /// When it replied, Unix milliseconds.
    pub replied_ms: Option<i64>,
    /// The decision.
    pub decision: Option<DecisionView>,
    /// System of the inventory that an approved plan became.
    pub system_id: Option<SystemId>,
    /// What the reader may do now: `change`, `submit`, `sign`, `return`, `reply`, `decide`.
    pub actions: Vec<String>,
}

impl PlanInput {
    /// Without blanks around its texts.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        let trim = |text: &mut String| *text = text.trim().to_owned();
        trim(&mut self.name);
        trim(&mut self.purpose);
        trim(&mut self.basis);
        self.functions.iter_mut().for_each(trim);
        for resource in &mut self.resources {
            trim(&mut resource.name);
            trim(&mut resource.description);
            for item in &mut resource.items {
                trim(&mut item.name);
                trim(&mut item.description);
            }
        }
        self
    }
}
