//! The map 烟囱图: systems by department, and what flows between departments, at a time.

use catalog::model::SystemState;
use kernel::ids::{OrganisationId, SystemId};
use serde::Serialize;

use super::budget::MonthView;

/// Whether data flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowState {
    /// 活: called within the window.
    Alive,
    /// 断: called before, not within the window.
    Dead,
    /// 授而未用: may be called and never was.
    Unused,
}

/// What flows from one department to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FlowView {
    /// Who asks.
    pub consumer_id: OrganisationId,
    /// Its name.
    pub consumer_name: String,
    /// Who answers.
    pub provider_id: OrganisationId,
    /// Its name.
    pub provider_name: String,
    /// Answered calls within the window.
    pub calls: i64,
    /// Refused calls within the window.
    pub refused: i64,
    /// Last answered call up to the time, Unix milliseconds.
    pub last_ms: Option<i64>,
    /// Whether it flows.
    pub state: FlowState,
    /// Grants that could be used at the time.
    pub grants: i64,
    /// Those of them whose resource the consumer did not call within the window.
    pub unused_grants: i64,
}

/// A system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChimneyView {
    /// Id.
    pub system_id: SystemId,
    /// Name.
    pub name: String,
    /// State at the time; none when it was not built yet.
    pub state: SystemState,
    /// Year it was built.
    pub built_year: Option<i32>,
    /// Year it was given up, when known.
    pub stopped_year: Option<i32>,
    /// Answered calls within the window, as far as the reader may see them.
    pub calls: i64,
    /// Resources it has listed.
    pub listed: i64,
    /// Resources on which live data hangs.
    pub mounted: i64,
}

/// A department with its systems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DepartmentView {
    /// Id.
    pub organisation_id: OrganisationId,
    /// Name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Systems that stood at the time.
    pub systems: Vec<ChimneyView>,
}

/// The map at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChimneyMap {
    /// The time, Unix milliseconds.
    pub at_ms: i64,
    /// Days before it in which calls are counted, with its own day.
    pub window_days: i32,
    /// True when the reader sees all flows; false when only those of the own department.
    pub whole: bool,
    /// Departments that have systems, and those with flows.
    pub departments: Vec<DepartmentView>,
    /// Flows between departments.
    pub flows: Vec<FlowView>,
    /// Months there is evidence for, first to last.
    pub months: Vec<MonthView>,
}
