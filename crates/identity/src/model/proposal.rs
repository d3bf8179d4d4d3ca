//! Proposals about accounts of auditors and business operators 账号申请: the platform operator proposes, somebody of the
//! other side confirms.

use kernel::Role;
use kernel::actor::ActorOrganisation;
use kernel::ids::{OrganisationId, UserId};
use serde::{Deserialize, Serialize};

kernel::typed_ids! {
    /// A proposal about an account (账号申请).
    ProposalId = "account_proposal";
}

/// What is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalKind {
    /// A new account.
    Create,
    /// A new role for an account.
    Role,
    /// A disabled account is enabled again.
    Enable,
    /// A new password.
    ResetPassword,
    /// The second factor is taken off.
    ResetSecondFactor,
    /// An account at a log-in service is bound.
    Bind,
}

impl ProposalKind {
    const ALL: [Self; 6] =
        [Self::Create, Self::Role, Self::Enable, Self::ResetPassword, Self::ResetSecondFactor, Self::Bind];

    /// Text form, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Role => "role",
            Self::Enable => "enable",
            Self::ResetPassword => "reset_password",
            Self::ResetSecondFactor => "reset_second_factor",
            Self::Bind => "bind",
        }
    }
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
    /// Chinese words.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Create => "新增账号",
            Self::Role => "变更角色",
            Self::Enable => "重新启用",
            Self::ResetPassword => "重置密码",
            Self::ResetSecondFactor => "重置动态口令",
            Self::Bind => "绑定统一身份",
        }
    }
    /// English words.
    pub fn en(self) -> &'static str {
        match self {
            Self::Create => "new account",
            Self::Role => "new role",
            Self::Enable => "enable again",
            Self::ResetPassword => "new password",
            Self::ResetSecondFactor => "second factor taken off",
            Self::Bind => "log-in service bound",
        }
    }
}

/// How a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// Waits.
    Pending,
    /// Confirmed and done.
    Confirmed,
    /// Refused.
    Refused,
    /// Taken back by the platform operators.
    Withdrawn,
}

impl ProposalState {
    /// Text form, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Confirmed, Self::Refused, Self::Withdrawn]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A proposal.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// Id.
    pub id: ProposalId,
    /// What is proposed.
    pub kind: ProposalKind,
    /// State.
    pub state: ProposalState,
    /// The account, unless it is a new one.
    pub user_id: Option<UserId>,
    /// Name to log in with.
    pub username: String,
    /// Name to show.
    pub display_name: String,
    /// Staff number.
    pub person: Option<String>,
    /// Role the account has or is to have.
    pub role: Role,
    /// Organisation.
    pub organisation: ActorOrganisation,
    /// Log-in service to bind.
    pub provider: Option<String>,
    /// Subject there.
    pub subject: Option<String>,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When, Unix milliseconds.
    pub proposed_ms: i64,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When, Unix milliseconds.
    pub decided_ms: Option<i64>,
    /// Why it was refused.
    pub decision_reason: Option<String>,
    /// True when the reader may confirm or refuse it.
    pub may_decide: bool,
}

/// What it takes to propose. `create` needs user name, person, role and organisation; `role` needs user and role;
/// `bind` needs user, provider and subject; the others the user.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalInput {
    /// What is proposed.
    pub kind: ProposalKind,
    /// The account.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// Name to log in with.
    #[serde(default)]
    pub username: Option<String>,
    /// Name to show.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Staff number.
    #[serde(default)]
    pub person: Option<String>,
    /// Role the account is to have: `security_auditor` or `business_operator`.
    #[serde(default)]
    pub role: Option<Role>,
    /// Organisation.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// Log-in service.
    #[serde(default)]
    pub provider: Option<String>,
    /// Subject there.
    #[serde(default)]
    pub subject: Option<String>,
    /// Why.
    pub reason: String,
}

/// A confirmed proposal.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Confirmed {
    /// The proposal.
    pub proposal: Proposal,
    /// First password of a new account or after a reset, shown this once to who confirmed, never to who proposed. It must be
    /// changed at the first log-in.
    pub initial_password: Option<String>,
}
