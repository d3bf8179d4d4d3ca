//! What the matcher found, as it is kept with a plan and shown.

use kernel::ids::{OrganisationId, SystemId};
use serde::{Deserialize, Serialize};

/// A share that shows what it was made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ratio {
    /// Part.
    pub numerator: i64,
    /// Whole.
    pub denominator: i64,
}

impl Ratio {
    /// Part of a whole, out of counts.
    pub fn of(part: usize, whole: usize) -> Self {
        Self {
            numerator: i64::try_from(part).unwrap_or(i64::MAX),
            denominator: i64::try_from(whole).unwrap_or(i64::MAX),
        }
    }
    /// Its value; `None` of nothing.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn value(self) -> Option<f64> {
        (self.denominator != 0).then(|| self.numerator as f64 / self.denominator as f64)
    }
}

/// How what exists can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// 本部门已有: the own department holds it.
    Own,
    /// 申请共享: listed; ask for it.
    Request,
    /// 提出需求: not listed yet; put it on the supply-and-demand board.
    Demand,
    /// 不予共享: a law forbids it.
    Withheld,
}

/// What is to be done about a planned resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// 复用: an own system holds it.
    Reuse,
    /// 共享: another department holds it; ask.
    Share,
    /// 新建: nobody holds it.
    Build,
}

/// A resource that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Holding {
    /// Where it is listed: `catalog`, or another register.
    pub source: String,
    /// Id there.
    pub id: String,
    /// Code there.
    pub code: String,
    /// Name.
    pub name: String,
    /// Holder.
    pub organisation_id: OrganisationId,
    /// Name of the holder.
    pub organisation_name: String,
    /// System it comes out of.
    pub system_id: Option<SystemId>,
    /// Name of the system.
    pub system_name: Option<String>,
    /// True when everybody sees it.
    pub listed: bool,
    /// True when live data hangs on it.
    pub mounted: bool,
    /// How it can be had.
    pub way: Way,
    /// Console route of its page.
    pub link: String,
}

/// Why two things were found alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// An existing item that is the planned one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ItemHit {
    /// Resource that holds it.
    pub holding: Holding,
    /// Name within that resource.
    pub item: String,
    /// Chinese name.
    pub zh: String,
    /// Data element.
    pub element: Option<String>,
    /// 0 to 1.
    pub score: f64,
    /// Why.
    pub reason: Reason,
}

/// What exists of a planned item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ItemMatch {
    /// Place of the item in the planned resource, from 0.
    pub place: usize,
    /// Name as planned.
    pub name: String,
    /// Data element, as planned or as the name says.
    pub element: Option<String>,
    /// True when it exists already.
    pub exists: bool,
    /// Where, best first; at most three.
    pub hits: Vec<ItemHit>,
}

/// An existing resource beside a planned one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResourceHit {
    /// The resource.
    pub holding: Holding,
    /// 0 to 1.
    pub score: f64,
    /// True when it holds what is planned.
    pub overlaps: bool,
    /// Planned items it holds, of all planned.
    pub items: Ratio,
    /// The same by weight, 0 to 1: an item that few resources hold weighs more than a name.
    pub weighted: f64,
    /// How alike the names are, 0 to 1.
    pub name: f64,
    /// Why.
    pub reason: Reason,
}

/// What exists of a planned resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ResourceMatch {
    /// Place in the plan, from 0.
    pub place: usize,
    /// Name as planned.
    pub name: String,
    /// True when some existing resource holds it.
    pub overlaps: bool,
    /// What the product would do.
    pub advice: Advice,
    /// Items that exist somewhere, of all planned.
    pub exists: Ratio,
    /// Existing resources, best first; at most five.
    pub hits: Vec<ResourceHit>,
    /// Item by item.
    pub items: Vec<ItemMatch>,
}

/// An existing system that does what is planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SystemHit {
    /// Id.
    pub id: SystemId,
    /// Name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Owner.
    pub organisation_id: OrganisationId,
    /// Name of the owner.
    pub organisation_name: String,
    /// False when it was given up.
    pub alive: bool,
    /// 0 to 1.
    pub score: f64,
    /// Planned functions it seems to have.
    pub functions: Vec<String>,
    /// Why.
    pub reason: Reason,
}

/// The whole finding.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Report {
    /// Resource by resource, in the order of the plan.
    pub resources: Vec<ResourceMatch>,
    /// Systems that do something alike, best first.
    pub systems: Vec<SystemHit>,
    /// Planned resources that exist, of all.
    pub overlapping: Ratio,
    /// Planned items that exist, of all.
    pub existing_items: Ratio,
    /// Resources looked through.
    pub looked_through: i64,
    /// When, Unix milliseconds.
    pub matched_ms: i64,
}
