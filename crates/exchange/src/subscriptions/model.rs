//! What a subscription says, and what a run counts.

use std::collections::BTreeMap;

use kernel::ids::{AgentId, GrantId, OrganisationId, ResourceId};
use kernel::typed_ids;
use plan::batch::{Compared, OnInvalid, Reading};
use plan::model::Shape;
use serde::{Deserialize, Serialize};
use sharing::model::return_flow::Template;
use sharing::model::{FilterView, PurposeView};

use super::changed::model::SourceChange;

typed_ids! {
    /// A subscription (订阅).
    SubscriptionId = "subscription";
    /// One run of a subscription.
    RunId = "run";
}

/// An item of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnInput {
    /// Item; must be granted for delivery.
    pub item: String,
    /// Column of the target table; the item's name when left out.
    #[serde(default)]
    pub column: Option<String>,
    /// Masked beyond what the grant says.
    #[serde(default)]
    pub masked: bool,
}

/// How the source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MethodView {
    /// The whole table, each time (全量).
    Full,
    /// Rows whose watermark grew (增量).
    After,
    /// Each change (变更捕获).
    Changes,
}

/// What becomes of rows with values that are not valid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvalidView {
    /// Delivered without the value; the companion column tells why.
    #[default]
    Flag,
    /// Held back with key and reasons (隔离).
    HoldBack,
}

/// When runs begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Schedule {
    /// Only when somebody starts one.
    #[default]
    Manual,
    /// By the clock of Asia/Shanghai.
    Cron {
        /// Five fields: minute, hour, day of month, month, day of week.
        cron: String,
        /// Only on working days (工作日), make-up days included.
        #[serde(default)]
        working_days: bool,
    },
    /// Without end: each change soon after it happened. Only with the method `changes`.
    Continuous,
}

/// A subscription as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionInput {
    /// Name for people.
    pub name: String,
    /// Grant it lies under.
    pub grant_id: GrantId,
    /// Whether the hub itself holds the rows as a copy for comparison and statistics (留存副本); then there is no agent, target or table.
    #[serde(default)]
    pub hold: bool,
    /// Agent of the consumer that writes.
    #[serde(default)]
    pub agent_id: Option<AgentId>,
    /// Target, by its name in that agent's configuration.
    #[serde(default)]
    pub target: String,
    /// Table there (`table` or `schema.table`), or the name of a file.
    #[serde(default)]
    pub table: String,
    /// Items, in the order of the columns.
    pub columns: Vec<ColumnInput>,
    /// Items that tell rows apart.
    pub keys: Vec<String>,
    /// Conditions that narrow the grant's own.
    #[serde(default)]
    pub row_filter: FilterView,
    /// How the source is read.
    pub method: MethodView,
    /// Item whose column is the watermark, with the method `after`; the as-of column of the mount when left out.
    #[serde(default)]
    pub watermark: Option<String>,
    /// What becomes of rows with values that are not valid.
    #[serde(default)]
    pub invalid: InvalidView,
    /// When runs begin.
    #[serde(default)]
    pub schedule: Schedule,
    /// Matter and basis; one of the grant's.
    pub purpose: PurposeView,
    /// Whether rows may be overwritten that stand in the table and were not delivered by this subscription.
    #[serde(default)]
    pub adopt: bool,
    /// First instant after its end, Unix milliseconds; that of the grant when left out.
    #[serde(default)]
    pub ends_ms: Option<i64>,
    /// Pattern by which it was made; the hub holds it to that.
    #[serde(default)]
    pub template: Option<Template>,
}

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionState {
    /// Runs begin when they are due.
    Active,
    /// Somebody paused it.
    Paused,
    /// Something must be mended by a person first; the notice says what.
    Halted,
    /// Over for good.
    Ended,
}

impl SubscriptionState {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Halted => "halted",
            Self::Ended => "ended",
        }
    }

    /// From the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Halted, Self::Ended].into_iter().find(|one| one.as_str() == text)
    }
}

/// Something to tell about a subscription or a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Notice {
    /// Stable code.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl From<&kernel::Error> for Notice {
    fn from(error: &kernel::Error) -> Self {
        Self { code: error.code().to_owned(), zh: error.zh().to_owned(), en: error.en().to_owned() }
    }
}

/// Figures of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Figures {
    /// Rows read.
    pub read: u64,
    /// Rows delivered.
    pub delivered: u64,
    /// Rows with a repaired value.
    pub repaired: u64,
    /// Rows with a value that is not valid, delivered with a flag.
    pub flagged: u64,
    /// Rows held back.
    pub held: u64,
    /// Rows outside the conditions.
    pub filtered: u64,
    /// Rows inserted.
    pub inserted: u64,
    /// Rows updated.
    pub updated: u64,
    /// Rows deleted.
    pub deleted: u64,
    /// Rows that were the same already.
    pub unchanged: u64,
    /// Bytes moved.
    pub bytes: u64,
    /// Chunks delivered.
    pub chunks: u64,
}

/// A run while it goes on.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// When it began, Unix milliseconds.
    pub started_ms: i64,
    /// Figures so far.
    pub figures: Figures,
    /// Remarks by item and code so far.
    pub remarks: BTreeMap<String, BTreeMap<String, u64>>,
    /// Up to when the target is true, Unix milliseconds.
    pub as_of_ms: Option<i64>,
    /// First and last entry in the log.
    pub entries: Option<(u64, u64)>,
    /// Rows that stand in the source's table, as far as known; for the time that remains.
    pub expected: Option<u64>,
    /// Delay of the last change, from its commit at the source to its place at the target, milliseconds.
    pub lag_ms: Option<i64>,
}

/// A run.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunView {
    /// Id.
    pub id: RunId,
    /// Subscription.
    pub subscription_id: SubscriptionId,
    /// `deliver` or `compare`.
    pub kind: String,
    /// `replace`, `apply` or `compare`.
    pub mode: String,
    /// `running`, `succeeded`, `stopped` or `failed`.
    pub state: String,
    /// When it began, Unix milliseconds.
    pub started_ms: i64,
    /// When it ended, Unix milliseconds.
    pub ended_ms: Option<i64>,
    /// Figures.
    pub figures: Figures,
    /// Remarks: item to code to number of values.
    pub remarks: BTreeMap<String, BTreeMap<String, u64>>,
    /// Up to when the target was true afterwards, Unix milliseconds.
    pub as_of_ms: Option<i64>,
    /// First entry in the hub's log.
    pub first_index: Option<u64>,
    /// Last entry in the hub's log.
    pub last_index: Option<u64>,
    /// Rows a second.
    pub rows_per_second: u64,
    /// Rows expected, while it goes on.
    pub expected: Option<u64>,
    /// Why it did not succeed.
    pub notice: Option<Notice>,
    /// Outcome of a comparison.
    #[schema(value_type = Option<ComparedView>)]
    pub compared: Option<Compared>,
}

/// Outcome of a comparison of source and target, as it is written in JSON.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes `plan::batch::Compared`, which knows nothing of interfaces")]
pub struct ComparedView {
    /// Rows that are the same on both sides.
    same: u64,
    /// Rows that only the source has.
    only_source: u64,
    /// Rows that only the target has.
    only_target: u64,
    /// Rows that differ.
    different: u64,
    /// Some of them, by key: `+` only at the source, `-` only at the target, `~` different.
    keys: Vec<String>,
}

/// How a target stands, as it is written in JSON.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes `plan::batch::Standing`, which knows nothing of interfaces")]
pub struct StandingView {
    /// The table would be created.
    creates: bool,
    /// Rows in it now.
    rows: u64,
    /// What does not fit.
    misfits: Vec<MisfitView>,
    /// Run that wrote last.
    run: Option<String>,
    /// Position stored with its last rows; opaque.
    position: Option<String>,
}

/// One thing that does not fit a target, as it is written in JSON.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes `plan::batch::Misfit`, which knows nothing of interfaces")]
pub struct MisfitView {
    /// Stable code.
    code: String,
    /// Column; empty for the table as a whole.
    column: String,
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

/// A subscription as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SubscriptionView {
    /// Id.
    pub id: SubscriptionId,
    /// What it says.
    pub input: SubscriptionInput,
    /// How it stands.
    pub state: SubscriptionState,
    /// What there is to tell: why it is halted, why the last run failed.
    pub notice: Option<Notice>,
    /// When it waits for the provider to mend the mount: since when, and how far that has come.
    pub source_change: Option<SourceChange>,
    /// Consumer.
    pub consumer_id: OrganisationId,
    /// Its name.
    pub consumer_name: String,
    /// Provider.
    pub provider_id: OrganisationId,
    /// Its name.
    pub provider_name: String,
    /// Resource.
    pub resource_id: ResourceId,
    /// Its code.
    pub resource_code: String,
    /// Its name.
    pub resource_name: String,
    /// Conditions of the grant on the rows; what the subscription says narrows them.
    pub rows: FilterView,
    /// Labels of its items.
    pub labels: Vec<sharing::book::ItemLabel>,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// When the next run is due, Unix milliseconds.
    pub next_due_ms: Option<i64>,
    /// When a run last succeeded, Unix milliseconds.
    pub last_success_ms: Option<i64>,
    /// Up to when the target is true, Unix milliseconds.
    pub as_of_ms: Option<i64>,
    /// Delay between a change at the source and the target, milliseconds, for what runs continuously.
    pub lag_ms: Option<i64>,
    /// The run that goes on, else the last one that delivered; with none when it never ran.
    pub last_run: Option<RunView>,
    /// Failures in a row.
    pub failures: u32,
    /// Whether the reader may pause, resume, start and end it.
    pub may_change: bool,
}

/// What flows from one department to another by one subscription.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FlowView {
    /// Subscription.
    pub subscription_id: SubscriptionId,
    /// Its name.
    pub name: String,
    /// Provider.
    pub provider_id: OrganisationId,
    /// Its name.
    pub provider_name: String,
    /// Consumer.
    pub consumer_id: OrganisationId,
    /// Its name.
    pub consumer_name: String,
    /// Resource.
    pub resource_name: String,
    /// Target, by its name in the consumer's agent.
    pub target: String,
    /// Table there.
    pub table: String,
    /// When runs begin.
    pub schedule: Schedule,
    /// Failures in a row.
    pub failures: u32,
    /// State of the run that goes on, else of the last one: `running`, `succeeded`, `stopped` or `failed`.
    pub last_state: Option<String>,
    /// When that one began, Unix milliseconds.
    pub last_started_ms: Option<i64>,
    /// How it stands.
    pub state: SubscriptionState,
    /// Whether it goes on without end.
    pub continuous: bool,
    /// Whether the hub holds the rows for the consumer.
    pub held: bool,
    /// Whether a run is going on now.
    pub running: bool,
    /// Up to when the target is true, Unix milliseconds.
    pub as_of_ms: Option<i64>,
    /// Delay of the last change, milliseconds.
    pub lag_ms: Option<i64>,
    /// Runs of the last 30 days.
    pub runs: u64,
    /// Of these, failed.
    pub failed: u64,
    /// Rows delivered in the last 30 days.
    pub rows: u64,
    /// Bytes moved in the last 30 days.
    pub bytes: u64,
}

impl SubscriptionInput {
    /// As the provider's agent understands it.
    pub(crate) fn reading(&self) -> Reading {
        match self.method {
            MethodView::Full => Reading::Full,
            MethodView::After => Reading::After { item: self.watermark.clone() },
            MethodView::Changes => Reading::Changes,
        }
    }

    pub(crate) fn on_invalid(&self) -> OnInvalid {
        match self.invalid {
            InvalidView::Flag => OnInvalid::Flag,
            InvalidView::HoldBack => OnInvalid::HoldBack,
        }
    }

    /// Agent that writes; empty when the hub itself holds the rows.
    pub(crate) fn writer(&self) -> AgentId {
        self.agent_id.clone().unwrap_or_else(|| AgentId(String::new()))
    }

    /// The shape that the grant must allow.
    pub(crate) fn shape(&self) -> Shape {
        if self.hold { Shape::Hold } else { Shape::Batch }
    }

    pub(crate) fn is_continuous(&self) -> bool {
        self.schedule == Schedule::Continuous
    }
}
