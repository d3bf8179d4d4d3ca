//! Resources 信息资源: entries of the catalogue, with the metadata of the catalogue guide and of Decree 809.

use kernel::ids::{OrganisationId, ResourceId, SystemId};
use serde::{Deserialize, Serialize};

use super::flow::Flow;
use super::item::{Item, ItemInput};
use super::mount::{MountChangeView, MountState, MountView};
use super::revision::RevisionView;

text_enum! {
    /// 类: the first axis of the classification.
    Classification {
        /// 基础: population, legal persons, space, credit, certificates.
        Base = "base",
        /// 主题: across departments, for one theme.
        Theme = "theme",
        /// 部门: one department's own.
        Department = "department",
    }
}
text_enum! {
    /// 共享类型.
    ShareType {
        /// 无条件共享.
        Unconditional = "unconditional",
        /// 有条件共享.
        Conditional = "conditional",
        /// 不予共享.
        None = "none",
    }
}
text_enum! {
    /// 共享方式 (Decree 809: service interface, batch exchange, file download).
    ShareMethod {
        /// 服务接口.
        Interface = "interface",
        /// 批量交换.
        Batch = "batch",
        /// 文件下载.
        File = "file",
    }
}
text_enum! {
    /// 更新周期.
    UpdateCycle {
        /// 实时.
        RealTime = "real_time",
        /// 每日.
        Daily = "daily",
        /// 每周.
        Weekly = "weekly",
        /// 每月.
        Monthly = "monthly",
        /// 每季度.
        Quarterly = "quarterly",
        /// 每半年.
        HalfYearly = "half_yearly",
        /// 每年.
        Yearly = "yearly",
        /// 其他.
        Other = "other",
    }
}
text_enum! {
    /// State of an entry, as the law names them.
    ResourceState {
        /// 待提交: only the own department and the business operator see it.
        Draft = "draft",
        /// 待签发: waits for the department head's signature.
        Signing = "signing",
        /// 待审核: waits for the data authority.
        UnderReview = "under_review",
        /// 已退回: with reasons.
        Returned = "returned",
        /// 待发布: approved, not yet announced.
        AwaitingPublication = "awaiting_publication",
        /// 已发布.
        Published = "published",
        /// 下线中: still in force until the day that its users were told.
        GoingOffline = "going_offline",
        /// 已下线.
        Offline = "offline",
    }
}

impl ResourceState {
    /// True while the entry is in force: everybody sees it, and grants over it are used.
    pub fn in_force(self) -> bool {
        matches!(self, Self::Published | Self::GoingOffline)
    }
    /// True while somebody may write in the entry: nobody has to judge it now.
    pub fn editable(self) -> bool {
        matches!(self, Self::Draft | Self::Returned | Self::Offline)
    }
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Resource {
    /// Id.
    pub id: ResourceId,
    /// Catalogue code, unique at this node, for example `GA-HKRK-001`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Abstract.
    #[serde(rename = "abstract")]
    pub summary: String,
    /// Provider.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// Its unified social credit code (提供方代码).
    pub organisation_credit_code: String,
    /// Bureau or office within the provider that answers for it (责任处室).
    pub responsible_office: Option<String>,
    /// Person who answers for it (责任人).
    pub responsible_person: Option<String>,
    /// How to reach that person (联系方式).
    pub contact: Option<String>,
    /// Information system it comes out of.
    pub system_id: Option<SystemId>,
    /// Its name.
    pub system_name: Option<String>,
    /// 类.
    pub classification: Classification,
    /// 项.
    pub category: Option<String>,
    /// 目.
    pub subcategory: Option<String>,
    /// 细目.
    pub detail: Option<String>,
    /// Code by the classification (信息资源代码): 类, 项, 目, 细目, `/` and a serial number. Given once, kept for good.
    pub class_code: Option<String>,
    /// Code in the catalogue of the region (地方目录代码), if one was given.
    pub regional_code: Option<String>,
    /// Whom and what it covers (数据范围).
    pub data_range: Option<String>,
    /// Where (数据区域).
    pub data_region: Option<String>,
    /// From when to when (数据时间范围).
    pub data_period: Option<String>,
    /// Class under the provider's own data classification (数据分类); the grade stands beside it.
    pub data_class: Option<String>,
    /// Format, for example `数据库`.
    pub format: String,
    /// Share type.
    pub share_type: ShareType,
    /// Condition, for conditional sharing.
    pub share_condition: Option<String>,
    /// Kinds of that condition, from the list of admissible ones.
    pub share_condition_kinds: Vec<String>,
    /// Cited law, administrative regulation or State Council decision, when not shared.
    pub no_share_basis: Option<String>,
    /// Way of sharing.
    pub share_method: ShareMethod,
    /// Conditions of use.
    pub use_conditions: Option<String>,
    /// True when open to society.
    pub open_to_society: bool,
    /// Condition of opening.
    pub open_condition: Option<String>,
    /// Update cycle.
    pub update_cycle: UpdateCycle,
    /// Codes of related resources.
    pub related_codes: Vec<String>,
    /// Grade, 1 (open) to 4 (sensitive); never below that of its items.
    pub grade: u8,
    /// Outcome of the secrecy assessment (保密风险评估).
    pub secrecy_assessment: Option<String>,
    /// Outcome of the assessment of the impact on personal information (个人信息保护影响评估).
    pub privacy_assessment: Option<String>,
    /// State.
    pub state: ResourceState,
    /// Why it is in this state, if a reason was given.
    pub state_reason: Option<String>,
    /// Who signed the publication off.
    pub signed_off_by: Option<String>,
    /// Who did what on the way to this state, and what is due when.
    pub flow: Flow,
    /// State of a change of this published entry that is under way.
    pub revision_state: Option<ResourceState>,
    /// That change; only for the own department and the business operator, and not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<Box<RevisionView>>,
    /// Version; rises with each publication.
    pub version: i32,
    /// Whether live data hangs on it.
    pub mount_state: MountState,
    /// Items.
    pub items: Vec<Item>,
    /// Mount in force; only for the own department and the business operator.
    pub mount: Option<MountView>,
    /// Mount, or change of it, that waits for review or was returned; for the same readers, and not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount_change: Option<MountChangeView>,
    /// When it was last published, Unix milliseconds.
    pub published_ms: Option<i64>,
    /// When it was last changed, Unix milliseconds.
    pub updated_ms: i64,
}

impl Resource {
    /// One item.
    pub fn item(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.item == name)
    }
}

/// A resource as somebody enters it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceInput {
    /// Catalogue code; made from the organisation's short code when left out.
    #[serde(default)]
    pub code: Option<String>,
    /// Name.
    pub name: String,
    /// Abstract.
    #[serde(default, rename = "abstract")]
    pub summary: String,
    /// Provider; the own organisation when left out. Cannot be changed later.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// Bureau or office within the provider that answers for it.
    #[serde(default)]
    pub responsible_office: Option<String>,
    /// Person who answers for it.
    #[serde(default)]
    pub responsible_person: Option<String>,
    /// How to reach that person.
    #[serde(default)]
    pub contact: Option<String>,
    /// Information system it comes out of.
    #[serde(default)]
    pub system_id: Option<SystemId>,
    /// 类.
    pub classification: Classification,
    /// 项: name or code in the tree of classes, or words of one's own.
    #[serde(default)]
    pub category: Option<String>,
    /// 目: likewise.
    #[serde(default)]
    pub subcategory: Option<String>,
    /// 细目.
    #[serde(default)]
    pub detail: Option<String>,
    /// Code in the catalogue of the region.
    #[serde(default)]
    pub regional_code: Option<String>,
    /// Whom and what it covers.
    #[serde(default)]
    pub data_range: Option<String>,
    /// Where.
    #[serde(default)]
    pub data_region: Option<String>,
    /// From when to when.
    #[serde(default)]
    pub data_period: Option<String>,
    /// Class under the provider's own data classification.
    #[serde(default)]
    pub data_class: Option<String>,
    /// Format; `数据库` when left out.
    #[serde(default)]
    pub format: Option<String>,
    /// Share type.
    pub share_type: ShareType,
    /// Condition, for conditional sharing.
    #[serde(default)]
    pub share_condition: Option<String>,
    /// Kinds of that condition, from the list of admissible ones; recognised from its words when left out.
    #[serde(default)]
    pub share_condition_kinds: Vec<String>,
    /// Cited law, administrative regulation or State Council decision, when not shared.
    #[serde(default)]
    pub no_share_basis: Option<String>,
    /// Way of sharing; interface when left out.
    #[serde(default)]
    pub share_method: Option<ShareMethod>,
    /// Conditions of use.
    #[serde(default)]
    pub use_conditions: Option<String>,
    /// True when open to society.
    #[serde(default)]
    pub open_to_society: bool,
    /// Condition of opening.
    #[serde(default)]
    pub open_condition: Option<String>,
    /// Update cycle; other when left out.
    #[serde(default)]
    pub update_cycle: Option<UpdateCycle>,
    /// Codes of related resources.
    #[serde(default)]
    pub related_codes: Vec<String>,
    /// Grade; that of the most sensitive item when left out.
    #[serde(default)]
    pub grade: Option<u8>,
    /// Outcome of the secrecy assessment.
    #[serde(default)]
    pub secrecy_assessment: Option<String>,
    /// Outcome of the assessment of the impact on personal information.
    #[serde(default)]
    pub privacy_assessment: Option<String>,
    /// Items.
    #[serde(default)]
    pub items: Vec<ItemInput>,
    /// `updated_ms` of the state that was edited; when given and not the present one, the change is refused.
    #[serde(default)]
    pub updated_ms: Option<i64>,
}
