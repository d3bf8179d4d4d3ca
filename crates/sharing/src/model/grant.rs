//! A grant (授权) and its rules, without a database.

use kernel::error::{Fields, Result};
use kernel::ids::{GrantId, OrganisationId, ResourceId};
use plan::model::{ConditionOp, GrantedItem, Purpose, RowFilter, Shape};
use serde::{Deserialize, Serialize};

use super::RequestId;

/// Longest validity of a grant: five years, so that no grant outlives its reason unseen.
pub const LONGEST_VALIDITY_MS: i64 = 5 * 366 * 86_400_000;

/// What a grant is asked to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantInput {
    /// Organisation that may use the resource.
    pub consumer_id: OrganisationId,
    /// Resource.
    pub resource_id: ResourceId,
    /// Client ids (as in OAuth) that may use it; empty means every client and clerk of the consumer.
    #[serde(default)]
    pub client_ids: Vec<String>,
    /// Items that may leave.
    pub items: Vec<ItemView>,
    /// Rows that may leave.
    #[serde(default)]
    pub row_filter: FilterView,
    /// Matters and legal bases.
    pub purposes: Vec<PurposeView>,
    /// Shapes allowed.
    pub shapes: Vec<ShapeView>,
    /// First instant of validity, Unix milliseconds; now when left out.
    #[serde(default)]
    pub valid_from_ms: Option<i64>,
    /// First instant after validity, Unix milliseconds.
    pub valid_until_ms: i64,
    /// Calls a day (Asia/Shanghai).
    pub quota_per_day: u64,
    /// Calls a second.
    pub quota_per_second: u32,
    /// Cedar policies with effect `forbid`, or one Cedar expression that must hold.
    #[serde(default)]
    pub condition: Option<String>,
}

/// A granted item, as the interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemView {
    /// Item name.
    pub item: String,
    /// Chinese label; filled by the hub.
    #[serde(default)]
    pub zh: String,
    /// Leaves masked.
    #[serde(default)]
    pub masked: bool,
    /// May only be checked.
    #[serde(default)]
    pub verify_only: bool,
}

/// Row filter, as the interface shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilterView {
    /// All must hold.
    #[serde(default)]
    pub all: Vec<ConditionView>,
}

/// One condition of a row filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionView {
    /// Item name.
    pub item: String,
    /// `eq`, `in`, `prefix`, `at_least` or `at_most`.
    #[schema(value_type = String)]
    pub op: ConditionOp,
    /// Standard values.
    pub values: Vec<String>,
}

/// Matter and legal basis.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeView {
    /// Matter code.
    pub matter: String,
    /// Legal basis.
    pub basis: String,
}

/// Shape of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShapeView {
    /// Deliver the granted items of one subject.
    Query,
    /// Answer yes / no / unknown.
    Verify,
    /// Deliver the granted rows of a table into the consumer's own system, and keep them up to date (库表交换).
    Batch,
    /// Hand documents over as they are (文件交接).
    File,
    /// Hold the granted rows at the hub for comparison and statistics (留存副本), with their as-of time.
    Hold,
}

impl From<ShapeView> for Shape {
    fn from(view: ShapeView) -> Self {
        match view {
            ShapeView::Query => Shape::Query,
            ShapeView::Verify => Shape::Verify,
            ShapeView::Batch => Shape::Batch,
            ShapeView::File => Shape::File,
            ShapeView::Hold => Shape::Hold,
        }
    }
}

impl From<&ItemView> for GrantedItem {
    fn from(view: &ItemView) -> Self {
        GrantedItem { item: view.item.clone(), masked: view.masked, verify_only: view.verify_only }
    }
}

impl From<&PurposeView> for Purpose {
    fn from(view: &PurposeView) -> Self {
        Purpose { matter: view.matter.clone(), basis: view.basis.clone() }
    }
}

impl From<&FilterView> for RowFilter {
    fn from(view: &FilterView) -> Self {
        RowFilter {
            all: view
                .all
                .iter()
                .map(|c| plan::model::Condition { item: c.item.clone(), op: c.op, values: c.values.clone() })
                .collect(),
        }
    }
}

/// Stored state of a grant; expiry is a matter of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// In force.
    Active,
    /// Suspended (中止); can be resumed.
    Suspended,
    /// Revoked (撤销) for good.
    Revoked,
    /// Given back (归还) by the consumer for good.
    GivenBack,
    /// Past its validity.
    Expired,
}

impl GrantState {
    /// Text form in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            GrantState::Active => "active",
            GrantState::Suspended => "suspended",
            GrantState::Revoked => "revoked",
            GrantState::GivenBack => "given_back",
            GrantState::Expired => "expired",
        }
    }
    /// From the text form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Revoked, Self::GivenBack, Self::Expired]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
    /// Those that end a grant for good, whatever its validity.
    pub const ENDED: [Self; 2] = [Self::Revoked, Self::GivenBack];
    /// True when somebody ended it for good.
    pub fn is_ended(self) -> bool {
        Self::ENDED.contains(&self)
    }
    /// What it is at a given time.
    pub fn at(self, valid_until_ms: i64, now_ms: i64) -> Self {
        if !self.is_ended() && now_ms >= valid_until_ms { GrantState::Expired } else { self }
    }
}

/// An item of the resource as the rules need it.
pub struct KnownItem<'a> {
    /// Name.
    pub name: &'a str,
    /// True when the item itself is not shared (不予共享).
    pub withheld: bool,
}

/// Rules that need no database: every gap is listed at once.
///
/// # Errors
/// `input.invalid` with a line for each gap.
pub fn check(input: &GrantInput, known: &[KnownItem<'_>], now_ms: i64) -> Result<()> {
    let mut fields = Fields::default();
    fields.check(
        !input.items.is_empty(),
        "items",
        "grant.no_items",
        "至少选择一个信息项。",
        "Choose at least one item.",
    );
    let mut seen = std::collections::BTreeSet::new();
    for (i, granted) in input.items.iter().enumerate() {
        let path = format!("items[{i}].item");
        if !seen.insert(granted.item.as_str()) {
            fields.push(
                &path,
                "grant.item_twice",
                "同一信息项重复选择，请删去一个。",
                "The item stands twice; remove one.",
            );
        }
        match known.iter().find(|item| item.name == granted.item) {
            None => fields.push(
                &path,
                "grant.item_unknown",
                format!("该资源没有信息项“{}”，请从目录中选择。", granted.item),
                format!("The resource has no item “{}”; choose from the catalogue.", granted.item),
            ),
            Some(item) if item.withheld => fields.push(
                &path,
                "grant.item_withheld",
                format!("信息项“{}”属不予共享，不能授权。", granted.item),
                format!("Item “{}” is not shared and cannot be granted.", granted.item),
            ),
            Some(_) => {}
        }
        if granted.masked && granted.verify_only {
            fields.push(
                &path,
                "grant.item_masked_and_verify",
                "“脱敏”与“只核验”二选一：只核验的信息项不会提供，无须脱敏。",
                "Choose masked or verify-only; an item that is only verified never leaves.",
            );
        }
    }
    for (i, condition) in input.row_filter.all.iter().enumerate() {
        let path = format!("row_filter.all[{i}]");
        if !known.iter().any(|item| item.name == condition.item) {
            fields.push(
                &path,
                "grant.item_unknown",
                format!("该资源没有信息项“{}”。", condition.item),
                format!("The resource has no item “{}”.", condition.item),
            );
        }
        let one = condition.values.len() == 1;
        if condition.values.is_empty() || (condition.op != ConditionOp::In && !one) {
            fields.push(
                &path,
                "grant.filter_values",
                "条件值的个数不对：“属于”可填多个，其余只填一个。",
                "Wrong number of values: `in` takes several, the others one.",
            );
        }
    }
    fields.check(
        !input.purposes.is_empty(),
        "purposes",
        "grant.no_purpose",
        "至少写明一个用途（事项编码和法律依据）。",
        "State at least one purpose (matter code and legal basis).",
    );
    for (i, purpose) in input.purposes.iter().enumerate() {
        fields.text(&format!("purposes[{i}].matter"), &purpose.matter, 64);
        fields.text(&format!("purposes[{i}].basis"), &purpose.basis, 300);
    }
    fields.check(
        !input.shapes.is_empty(),
        "shapes",
        "grant.no_shape",
        "至少选择一种使用方式（查询或核验）。",
        "Choose at least one shape (query or verify).",
    );
    let from = input.valid_from_ms.unwrap_or(now_ms);
    fields.check(
        input.valid_until_ms > from && input.valid_until_ms > now_ms,
        "valid_until_ms",
        "grant.validity",
        "有效期的截止时间须晚于开始时间和现在。",
        "The validity must end after it begins and after now.",
    );
    fields.check(
        input.valid_until_ms.saturating_sub(from) <= LONGEST_VALIDITY_MS,
        "valid_until_ms",
        "grant.validity_long",
        "授权最长五年，请缩短有效期，到期可再申请。",
        "A grant lasts five years at most; shorten it, it can be renewed.",
    );
    fields.check(
        (1..=100_000_000).contains(&input.quota_per_day),
        "quota_per_day",
        "grant.quota",
        "每日次数须为 1 至 1 亿。",
        "Calls a day must be 1 to 100,000,000.",
    );
    fields.check(
        (1..=100_000).contains(&input.quota_per_second),
        "quota_per_second",
        "grant.quota",
        "每秒次数须为 1 至 10 万。",
        "Calls a second must be 1 to 100,000.",
    );
    fields.check(
        input.client_ids.len() <= 100 && input.purposes.len() <= 100 && input.items.len() <= 500,
        "items",
        "grant.too_many",
        "信息项、用途或应用系统过多，请拆成几个授权。",
        "Too many items, purposes or clients; split the grant.",
    );
    fields.finish()
}

/// A client system beside its name, as far as the reader may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClientLabel {
    /// Public client id.
    pub client_id: String,
    /// Its name; nothing when nobody registered it, or when the reader is of another department.
    pub name: Option<String>,
}

/// A grant as the interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct GrantView {
    /// Id.
    pub id: GrantId,
    /// State now.
    pub state: GrantState,
    /// Version of what is granted.
    pub version: u32,
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
    /// Clients; empty means all of the consumer.
    pub client_ids: Vec<String>,
    /// The same with their names, as far as the reader may know them.
    pub clients: Vec<ClientLabel>,
    /// Items.
    pub items: Vec<ItemView>,
    /// Rows.
    pub row_filter: FilterView,
    /// Purposes.
    pub purposes: Vec<PurposeView>,
    /// Shapes.
    pub shapes: Vec<ShapeView>,
    /// First instant of validity, Unix milliseconds.
    pub valid_from_ms: i64,
    /// First instant after validity, Unix milliseconds.
    pub valid_until_ms: i64,
    /// Calls a day.
    pub quota_per_day: u64,
    /// Calls a second.
    pub quota_per_second: u32,
    /// Cedar text.
    pub condition: Option<String>,
    /// What the provider's agent says: `accepted`, `pending`, `refused`, `revoked`, or `offline` when it has not spoken.
    pub pin_state: String,
    /// Why.
    pub pin_reason: String,
    /// Calls counted today.
    pub used_today: u64,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// Reason of the last suspension or revocation.
    pub reason: Option<String>,
    /// Request it came out of; none for a grant given without one (主动授权).
    pub request_id: Option<RequestId>,
    /// Cause of the last suspension or end, from the lists `sharing.breach_causes` and `sharing.stop_causes`.
    pub cause: Option<String>,
    /// The consumer's report of rectification (整改报告) after a suspension for breach.
    pub rectification: Option<String>,
    /// When it was handed in, Unix milliseconds.
    pub rectified_ms: Option<i64>,
}

/// Why the consumer gives a grant back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveBackInput {
    /// Reason, for the provider and for the evidence.
    pub reason: String,
}

/// A report of rectification.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RectificationInput {
    /// What was wrong and what was put right.
    pub text: String,
}
