//! Budget view 预算视图: what each system costs and what it is used for.

use catalog::model::SystemState;
use kernel::ids::{OrganisationId, SystemId};
use serde::{Deserialize, Serialize};

use crate::matching::Ratio;

/// What stands out about a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// 沉默系统: in use, and nobody called for months.
    Silent,
    /// 仍在付费: silent or given up, and still paid for every year.
    StillPaid,
    /// 未编目: in use, and nothing of it is listed.
    NothingListed,
    /// 全部不予共享: everything listed is withheld.
    AllWithheld,
    /// 重复: half or more of what it holds others hold too.
    Overlaps,
}

impl Flag {
    /// Why it was set, in Chinese and English.
    pub fn reason(self) -> (&'static str, &'static str) {
        match self {
            Flag::Silent => ("连续多月无人调用", "nobody called for months"),
            Flag::StillPaid => {
                ("无人调用或者已停用，每年仍付运行费", "silent or given up, and still paid for")
            }
            Flag::NothingListed => ("在用系统没有发布任何资源", "in use, and nothing of it is listed"),
            Flag::AllWithheld => ("已发布的资源全部为不予共享", "everything it lists is withheld"),
            Flag::Overlaps => ("半数以上信息项其他系统也有", "others hold half or more of its items"),
        }
    }
}

/// A flag with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FlagView {
    /// Which.
    pub flag: Flag,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

/// One system. Every share shows what it was made of.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct BudgetLine {
    /// Id.
    pub system_id: SystemId,
    /// Name.
    pub name: String,
    /// Owner.
    pub organisation_id: OrganisationId,
    /// Name of the owner.
    pub organisation_name: String,
    /// State.
    pub state: SystemState,
    /// Year it was built.
    pub built_year: Option<i32>,
    /// What it cost to build, yuan.
    pub cost_yuan: Option<i64>,
    /// What it costs to run, yuan a year.
    pub yearly_cost_yuan: Option<i64>,
    /// How many people work with it.
    pub user_count: Option<i64>,
    /// Cost of running by the people who work with it: yuan a year, people.
    pub cost_per_user: Option<Ratio>,
    /// Answered calls in the period.
    pub calls: i64,
    /// Refused calls in the period.
    pub refused: i64,
    /// Cost of building by answered calls: yuan, calls.
    pub cost_per_use: Option<Ratio>,
    /// Organisations that called, of those that have a grant now or called.
    pub consumers: Ratio,
    /// Data elements that other systems hold too, of its own; names and identity numbers not counted.
    pub overlap: Ratio,
    /// Resources that are listed, of all it has.
    pub listed: Ratio,
    /// Resources on which live data hangs, of those that are listed.
    pub mounted: Ratio,
    /// Last answered call ever, Unix milliseconds.
    pub last_call_ms: Option<i64>,
    /// Whole months since the last answered call; none when nobody ever called.
    pub silent_months: Option<i64>,
    /// What stands out.
    pub flags: Vec<FlagView>,
}

/// Another system that holds the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OverlapView {
    /// Id.
    pub system_id: SystemId,
    /// Name.
    pub name: String,
    /// Name of the owner.
    pub organisation_name: String,
    /// Data elements both hold.
    pub elements: Vec<ElementView>,
}

/// A data element by code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ElementView {
    /// Code.
    pub code: String,
    /// Chinese name.
    pub zh: String,
}

/// Calls by one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ConsumerView {
    /// Name.
    pub organisation_name: String,
    /// Answered calls in the period.
    pub calls: i64,
    /// True when it may call now.
    pub granted: bool,
}

/// Calls of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MonthView {
    /// `2026-11`.
    pub month: String,
    /// First millisecond.
    pub start_ms: i64,
    /// Answered calls.
    pub calls: i64,
}

/// One system, opened.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct BudgetDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub line: BudgetLine,
    /// Systems that hold the same, most first.
    pub overlaps: Vec<OverlapView>,
    /// Who calls, most first.
    pub served: Vec<ConsumerView>,
    /// Months with calls.
    pub months: Vec<MonthView>,
}

/// Sums of one department.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct DepartmentSum {
    /// Owner.
    pub organisation_id: OrganisationId,
    /// Name of the owner.
    pub organisation_name: String,
    /// Systems in use, of all.
    pub systems: Ratio,
    /// What they cost to build together, yuan.
    pub cost_yuan: i64,
    /// What those in use cost to run together, yuan a year.
    pub yearly_cost_yuan: i64,
    /// Systems without a cost in the inventory.
    pub without_cost: i64,
    /// What is paid for those that are silent or given up, yuan a year.
    pub idle_yearly_yuan: i64,
    /// How many work with those in use; who works with two counts twice.
    pub user_count: i64,
    /// Cost of running by the people who work with those in use, where both are known: yuan a year, people.
    pub cost_per_user: Option<Ratio>,
    /// Answered calls in the period.
    pub calls: i64,
    /// Cost of building by answered calls: yuan, calls.
    pub cost_per_use: Option<Ratio>,
    /// Silent systems, of those in use.
    pub silent: Ratio,
    /// Systems that refuse to share, of those in use.
    pub refusing: Ratio,
    /// Resources that are listed, of all.
    pub listed: Ratio,
}
