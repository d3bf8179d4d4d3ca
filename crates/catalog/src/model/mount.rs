//! Mounting 挂接: which table of a department's own system a resource comes out of.

use std::collections::BTreeMap;

use kernel::ids::{AgentId, ResourceId};
use serde::{Deserialize, Serialize};

use super::flow::Flow;
use super::item::Item;

text_enum! {
    /// Whether live data hangs on a resource.
    MountState {
        /// 未挂接.
        Unmounted = "unmounted",
        /// 挂接待审核: entered, not yet approved.
        Pending = "pending",
        /// 挂接已退回.
        Returned = "returned",
        /// 已挂接.
        Mounted = "mounted",
        /// 变更待审核: the approved mount stays in force while a change of it waits.
        ChangePending = "change_pending",
        /// 待变更: the items were changed after the mount, which fits no longer; it must be looked at again.
        Changed = "changed",
    }
}

/// The state that follows from what is in force and what waits.
pub fn mount_state(in_force: Option<&Mount>, waiting: Option<MountState>, items: &[Item]) -> MountState {
    match (in_force, waiting) {
        (None, None) => MountState::Unmounted,
        (None, Some(waiting)) => waiting,
        (Some(_), Some(MountState::Pending)) => MountState::ChangePending,
        (Some(mount), _) if super::check_mount(mount, items).is_ok() => MountState::Mounted,
        (Some(_), _) => MountState::Changed,
    }
}

/// How a resource hangs on a department's own table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// Agent that reaches the department's system.
    pub agent_id: AgentId,
    /// Source in the agent's own configuration.
    pub source: String,
    /// Table, view, file or endpoint.
    pub table: String,
    /// Items a subject may be named by, in the order they are preferred.
    pub keys: Vec<String>,
    /// Column that says when a row was last true.
    #[serde(default)]
    pub as_of_column: Option<String>,
    /// Which column answers which item.
    pub columns: Vec<MountColumn>,
}

/// One item bound to one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MountColumn {
    /// Item.
    pub item: String,
    /// Column at the department, for example `XM`.
    pub column: String,
    /// The department's own codes to standard codes.
    #[serde(default)]
    pub code_map: BTreeMap<String, String>,
}

/// A mount with the name of its agent, as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MountView {
    /// The mount.
    #[serde(flatten)]
    pub mount: Mount,
    /// Name of the agent, if it is still there.
    pub agent_name: Option<String>,
}

/// A mount as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountRecord {
    /// Resource.
    pub resource_id: ResourceId,
    /// The mount.
    pub mount: Mount,
    /// State.
    pub state: MountState,
    /// When it was last changed, Unix milliseconds.
    pub changed_ms: i64,
}

/// A mount, or a change of one, that waits for review or was returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountChange {
    /// Resource.
    pub resource_id: ResourceId,
    /// The mount as it would be.
    pub mount: Mount,
    /// `Pending` or `Returned`.
    pub state: MountState,
    /// Who did what, and what is due when.
    pub flow: Flow,
}

/// The same with the name of its agent, as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MountChangeView {
    /// The mount as it would be.
    pub mount: MountView,
    /// `pending` or `returned`.
    pub state: MountState,
    /// Who did what, and what is due when.
    pub flow: Flow,
}
