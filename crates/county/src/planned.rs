//! Systems that departments plan to build, with what each would collect again: the labelled set by which a review of new
//! systems (新建信息系统审核) is scored.

use serde::{Deserialize, Serialize};

/// A planned information system 拟建系统.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSystem {
    /// Name in Chinese.
    pub name: String,
    /// Key of the department that plans it.
    pub department: String,
    /// What it is for.
    pub purpose: String,
    /// What it would cost, yuan.
    pub cost_yuan: u64,
    /// Functions 功能.
    pub functions: Vec<String>,
    /// Data it would collect 数据资源清单.
    pub resources: Vec<PlannedResource>,
    /// Truth: names of the county's systems that do a good part of this already.
    pub overlaps_systems: Vec<String>,
}

/// Data that a planned system would collect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedResource {
    /// Name in Chinese.
    pub name: String,
    /// What it holds.
    pub summary: String,
    /// Items.
    pub items: Vec<PlannedItem>,
    /// Truth: catalogue codes of the resources that hold this, or a good part of it, already. Empty when nobody
    /// does: that a person is named by number and name in a table of its own makes no overlap.
    pub overlaps: Vec<String>,
}

/// An item of it, as its planners wrote it: often in words of their own, seldom bound to a data element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct PlannedItem {
    /// Name in Chinese.
    pub zh: String,
    /// Name of the column that is planned.
    pub column: Option<String>,
    /// Code of the data element, where the planners named one.
    pub element: Option<String>,
}

/// An item in the file: name, column, data element.
type Written = (String, Option<String>, Option<String>);

impl From<Written> for PlannedItem {
    fn from((zh, column, element): Written) -> Self {
        Self { zh, column, element }
    }
}

impl From<PlannedItem> for Written {
    fn from(item: PlannedItem) -> Self {
        (item.zh, item.column, item.element)
    }
}

/// The planned systems, in a fixed order. They do not depend on the county's seed.
pub fn plans() -> Vec<PlannedSystem> {
    // The file is part of the program, and a test reads it; nothing else can be wrong with it.
    serde_json::from_str(include_str!("../data/plans.json")).unwrap_or_default()
}
