//! Information systems 信息系统 of an organisation: the chimneys that resources come out of.

use kernel::ids::{OrganisationId, SystemId};
use serde::{Deserialize, Serialize};

text_enum! {
    /// State of an information system.
    SystemState {
        /// 规划.
        Planned = "planned",
        /// 在建.
        Building = "building",
        /// 在用.
        Running = "running",
        /// 停用: replaced or given up.
        Retired = "retired",
    }
}

/// An information system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct InformationSystem {
    /// Id.
    pub id: SystemId,
    /// Organisation that owns it.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Who uses it, in words.
    pub users: String,
    /// What it cost to build, yuan.
    pub cost_yuan: Option<i64>,
    /// Year it was built.
    pub built_year: Option<i32>,
    /// State.
    pub state: SystemState,
    /// System that took its place.
    pub replaced_by: Option<SystemId>,
    /// Responsible bureau or person.
    pub owner: String,
    /// What it costs to run, yuan a year.
    pub yearly_cost_yuan: Option<i64>,
    /// How many people use it.
    pub user_count: Option<i64>,
    /// Year it was given up.
    pub retired_year: Option<i32>,
    /// Remark.
    pub note: Option<String>,
}

/// What it takes to register an information system.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemInput {
    /// Organisation that owns it; the own one when left out.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// Name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: String,
    /// Who uses it, in words.
    #[serde(default)]
    pub users: String,
    /// What it cost to build, yuan.
    #[serde(default)]
    pub cost_yuan: Option<i64>,
    /// Year it was built.
    #[serde(default)]
    pub built_year: Option<i32>,
    /// State; running when left out.
    #[serde(default)]
    pub state: Option<SystemState>,
    /// Responsible bureau or person.
    #[serde(default)]
    pub owner: String,
    /// What it costs to run, yuan a year.
    #[serde(default)]
    pub yearly_cost_yuan: Option<i64>,
    /// How many people use it.
    #[serde(default)]
    pub user_count: Option<i64>,
    /// Year it was given up.
    #[serde(default)]
    pub retired_year: Option<i32>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// What may be changed of an information system; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemChange {
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub purpose: Option<String>,
    /// Who uses it, in words.
    #[serde(default)]
    pub users: Option<String>,
    /// What it cost to build, yuan.
    #[serde(default)]
    pub cost_yuan: Option<i64>,
    /// Year it was built.
    #[serde(default)]
    pub built_year: Option<i32>,
    /// State.
    #[serde(default)]
    pub state: Option<SystemState>,
    /// System that took its place, of the same organisation.
    #[serde(default)]
    pub replaced_by: Option<SystemId>,
    /// Responsible bureau or person.
    #[serde(default)]
    pub owner: Option<String>,
    /// What it costs to run, yuan a year.
    #[serde(default)]
    pub yearly_cost_yuan: Option<i64>,
    /// How many people use it.
    #[serde(default)]
    pub user_count: Option<i64>,
    /// Year it was given up.
    #[serde(default)]
    pub retired_year: Option<i32>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}
