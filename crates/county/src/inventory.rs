//! What the county's catalogue lists beyond the stores that were raised: every information system with its cost and fate,
//! and resources that are only entered, not mounted. Behind those there is no data, and nothing pretends there is.

use serde::{Deserialize, Serialize};

use crate::department::ShareType;

/// An information system 信息系统 as the inventory holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventoried {
    /// Key of the department.
    pub department: String,
    /// Name in Chinese; a [`crate::System`] of the same name keeps its data in a store that was raised.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Who uses it.
    pub users: String,
    /// What it cost to build, yuan, where the county paid.
    pub cost_yuan: Option<u64>,
    /// What it costs the county to run, yuan a year; nothing for most that were given up, and for what is being built.
    pub yearly_cost_yuan: u64,
    /// How many people work with it.
    pub user_count: u64,
    /// Year it was built.
    pub built_year: u16,
    /// Running, retired, or being built.
    pub state: SystemState,
    /// Name of the system that took its place.
    pub replaced_by: Option<String>,
    /// Responsible bureau.
    pub owner: String,
}

/// State of an information system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemState {
    /// 在建.
    Building,
    /// 在用.
    Running,
    /// 停用.
    Retired,
}

impl SystemState {
    /// The catalogue's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Running => "running",
            Self::Retired => "retired",
        }
    }
}

/// How far the entry of a resource has come 目录状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// 草稿.
    Draft,
    /// 待部门负责人签批.
    Signing,
    /// 待审核.
    Review,
    /// 已退回.
    Returned,
    /// 已发布.
    Published,
    /// 已下线.
    Offline,
}

/// A resource that stands in the catalogue and is not mounted 未挂接.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Catalogue code.
    pub code: String,
    /// Key of the department.
    pub department: String,
    /// Name of the system it would come out of.
    pub system: Option<String>,
    /// Name in Chinese.
    pub name: String,
    /// Abstract.
    pub summary: String,
    /// Share type.
    pub share_type: ShareType,
    /// Condition, when shared under one.
    pub condition: Option<String>,
    /// Law that forbids sharing, when not shared.
    pub basis: Option<String>,
    /// 类: base, theme or department.
    pub classification: String,
    /// 项.
    pub category: Option<String>,
    /// Update cycle.
    pub cycle: String,
    /// How far the entry has come.
    pub entry: Entry,
    /// Items: name and code of the data element.
    pub items: Vec<(String, String)>,
}

/// How a department revises an entry that is published; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revised {
    /// First or second round; an entry of both has three versions.
    pub round: u8,
    /// Catalogue code.
    pub code: String,
    /// New name.
    pub name: Option<String>,
    /// New abstract.
    pub summary: Option<String>,
    /// New condition.
    pub condition: Option<String>,
    /// New update cycle.
    pub cycle: Option<String>,
    /// Items that are added: name and code of the data element.
    pub items: Vec<(String, String)>,
}

/// Every information system of the county, in a fixed order.
pub fn systems() -> Vec<Inventoried> {
    // The files are part of the program, and a test reads them.
    serde_json::from_str(include_str!("../data/systems.json")).unwrap_or_default()
}

/// Every resource that is entered and not mounted, in a fixed order.
pub fn listed() -> Vec<Listed> {
    serde_json::from_str(include_str!("../data/listed.json")).unwrap_or_default()
}

/// Every revision of a published entry, in the order in which they are made.
pub fn revisions() -> Vec<Revised> {
    serde_json::from_str(include_str!("../data/revisions.json")).unwrap_or_default()
}
