//! A handover of a document (文件交接), and how it stands.

use kernel::ids::{AgentId, GrantId, OrganisationId, ResourceId};
use kernel::typed_ids;
use serde::{Deserialize, Serialize};
use sharing::model::PurposeView;

use crate::subscriptions::model::Notice;

typed_ids! {
    /// A handover of one document.
    HandoverId = "handover";
}

/// A handover as it is asked for by the consumer, or offered by the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverInput {
    /// Grant it lies under; must allow `file`.
    pub grant_id: GrantId,
    /// The document, by its name in the list of documents.
    pub document: String,
    /// Where it goes; left out by the provider, whose offer the consumer accepts with a place.
    #[serde(default)]
    pub to: Option<PlaceInput>,
    /// Matter and basis; one of the grant's.
    pub purpose: PurposeView,
    /// Case number (办件编号) that the document is needed for.
    pub case_no: String,
    /// A word to the other side.
    #[serde(default)]
    pub note: String,
    /// First instant after which it is neither handed over nor kept, Unix milliseconds; that of the grant when left out.
    #[serde(default)]
    pub expires_ms: Option<i64>,
}

/// A folder that takes documents in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceInput {
    /// Agent of the consumer.
    pub agent_id: AgentId,
    /// Target of kind `documents`, by its name in that agent's configuration.
    pub target: String,
}

/// How a handover stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoverState {
    /// The provider offers it; the consumer has not said anything yet.
    Offered,
    /// The consumer does not want it.
    Declined,
    /// It begins, or goes on, when it is due.
    Waiting,
    /// It is on its way.
    Moving,
    /// It lies in the consumer's folder, and the receipt in the log.
    Received,
    /// It will not go on; the notice says why.
    Failed,
    /// Somebody called it off.
    Cancelled,
    /// Its time ran out before it was received.
    Lapsed,
    /// Its time ran out, and what was received was removed.
    Removed,
}

impl HandoverState {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Declined => "declined",
            Self::Waiting => "waiting",
            Self::Moving => "moving",
            Self::Received => "received",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Lapsed => "lapsed",
            Self::Removed => "removed",
        }
    }

    /// From the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Offered,
            Self::Declined,
            Self::Waiting,
            Self::Moving,
            Self::Received,
            Self::Failed,
            Self::Cancelled,
            Self::Lapsed,
            Self::Removed,
        ]
        .into_iter()
        .find(|one| one.as_str() == text)
    }

    /// Whether it can still come to a receipt.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Offered | Self::Waiting | Self::Moving)
    }
}

/// A handover as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HandoverView {
    /// Id.
    pub id: HandoverId,
    /// How it stands.
    pub state: HandoverState,
    /// What there is to tell: why it failed, or what it waits for.
    pub notice: Option<Notice>,
    /// Grant.
    pub grant_id: GrantId,
    /// Resource.
    pub resource_id: ResourceId,
    /// Its code.
    pub resource_code: String,
    /// Its name.
    pub resource_name: String,
    /// Provider.
    pub provider_id: OrganisationId,
    /// Its name.
    pub provider_name: String,
    /// Consumer.
    pub consumer_id: OrganisationId,
    /// Its name.
    pub consumer_name: String,
    /// The document's name.
    pub document: String,
    /// Where it goes, for the consumer's own people.
    pub to: Option<PlaceInput>,
    /// Matter and basis.
    pub purpose: PurposeView,
    /// Case number.
    pub case_no: String,
    /// A word to the other side.
    pub note: String,
    /// Whether the provider began it.
    pub offered: bool,
    /// Who began it.
    pub created_by: String,
    /// When, Unix milliseconds.
    pub created_ms: i64,
    /// First instant after which it is not kept, Unix milliseconds.
    pub expires_ms: i64,
    /// Size, once it is known, bytes.
    pub bytes: Option<u64>,
    /// Bytes that have arrived.
    pub moved: u64,
    /// Bytes a second, while it is on its way.
    pub bytes_per_second: Option<u64>,
    /// SHA-256, once it is known, hex.
    pub digest: Option<String>,
    /// What the provider's virus scan said: clean, or no scanner; unknown before.
    pub provider_clean: Option<bool>,
    /// What the receiver's virus scan said.
    pub receiver_clean: Option<bool>,
    /// Where it lies, below the target's folder, for the consumer's own people.
    pub path: Option<String>,
    /// When it was received, Unix milliseconds.
    pub received_ms: Option<i64>,
    /// What became of it when its time ran out: `deleted`, `gone` (moved away before) or `changed` (edited since, and left).
    pub removed: Option<String>,
    /// Entry in the hub's log with which its bytes left.
    pub first_index: Option<u64>,
    /// Entry of the receipt.
    pub receipt_index: Option<u64>,
    /// Attempts that broke off in a row.
    pub failures: u32,
    /// Whether the reader may accept, decline or call it off.
    pub may_change: bool,
}

/// Documents that may be handed over.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DocumentsView {
    /// Items of each row, with their labels.
    pub items: Vec<sharing::book::ItemLabel>,
    /// Which of them names the document.
    pub name_item: String,
    /// Values in that order, masked where the grant says so.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there are more; narrow the search.
    pub more: bool,
}
