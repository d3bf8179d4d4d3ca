//! A request as the interface shows it.

use kernel::ids::{GrantId, OrganisationId};
use serde::{Deserialize, Serialize};

use super::RequestId;
use super::clock::Stage;
use super::completion::CompletionView;
use super::gaps::Gap;
use super::grant::ClientLabel;
use super::machine::{Outcome, RequestState};
use super::request::RequestInput;
use super::scope::{Difference, Scope};

text_enum! {
    /// On which side of a request the reader's organisation stands.
    Side {
        /// 使用方.
        Consumer = "consumer" "使用方" "Consumer",
        /// 提供方.
        Provider = "provider" "提供方" "Provider",
        /// 其他: the data authority or the auditor.
        Other = "other" "监督方" "Overseer",
    }
}
text_enum! {
    /// What the reader may do to a request now.
    RequestAct {
        /// `PUT /requests/{id}`.
        Change = "change" "修改" "Change",
        /// `POST …/submit`.
        Submit = "submit" "送签" "Submit",
        /// `POST …/return`.
        Return = "return" "退回" "Return",
        /// `POST …/sign`.
        Sign = "sign" "签发" "Sign",
        /// `POST …/accept`.
        Accept = "accept" "受理" "Accept",
        /// `POST …/gaps`.
        Notify = "gaps" "一次性告知补正" "Name the gaps",
        /// `POST …/complete`.
        Complete = "complete" "补正送签" "Complete",
        /// `POST …/decision`.
        Decide = "decision" "拟办" "Propose a decision",
        /// `POST …/decision/return`.
        ReturnDecision = "decision_return" "退回拟办" "Return the proposal",
        /// `POST …/decision/sign`.
        SignDecision = "decision_sign" "签批" "Sign the decision",
        /// `POST …/extension`.
        AskExtension = "extension" "申请延期" "Ask for an extension",
        /// `POST …/extension/consent`.
        ConsentExtension = "extension_consent" "审定延期" "Consent to the extension",
        /// `POST …/accept-scope`.
        AcceptScope = "accept_scope" "确认范围" "Accept the scope",
        /// `POST …/deliver`.
        Deliver = "deliver" "交付" "Deliver",
        /// `POST …/withdraw`.
        Withdraw = "withdraw" "撤回" "Withdraw",
    }
}

/// What was or is to be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DecisionView {
    /// Approve or refuse.
    pub outcome: Outcome,
    /// Codes of the reasons.
    pub reasons: Vec<String>,
    /// The reasons in Chinese.
    pub reasons_zh: Vec<String>,
    /// The reasons in English.
    pub reasons_en: Vec<String>,
    /// In own words.
    pub text: String,
    /// Scope that is given, for an approval.
    pub scope: Option<Scope>,
    /// Where less is given than was asked for.
    pub differences: Vec<Difference>,
    /// Decided by rule, without a person.
    pub by_rule: bool,
}

/// The one extension (延期).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Extension {
    /// Working days.
    pub days: u32,
    /// Reason.
    pub reason: String,
    /// Whether the data authority consented; nothing while it has not said.
    pub agreed: Option<bool>,
    /// When it was asked for, Unix milliseconds.
    pub asked_ms: i64,
}

/// The clock as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClockView {
    /// What it waits for; nothing while it stands still.
    pub stage: Option<Stage>,
    /// Start, Unix milliseconds.
    pub from_ms: Option<i64>,
    /// Working days, the extension included.
    pub days: u32,
    /// Working days passed.
    pub passed_days: i64,
    /// End, Unix milliseconds.
    pub due_ms: Option<i64>,
    /// True when it has run out.
    pub late: bool,
    /// Rungs of the ladder climbed: 1 reminded, 2 the provider's head was told, 3 the data authority was told, 4 marked overdue.
    pub escalation: i32,
    /// How many clocks of this request were marked overdue.
    pub overdue: i32,
    /// Time during which the consumer had to act, milliseconds; it does not count.
    pub frozen_ms: i64,
    /// Since when the consumer has to act, Unix milliseconds; the time since then is not yet in `frozen_ms`.
    pub frozen_from_ms: Option<i64>,
}

/// A request as the interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RequestView {
    /// Id.
    pub id: RequestId,
    /// State.
    pub state: RequestState,
    /// Since when it is in that state, Unix milliseconds.
    pub since_ms: i64,
    /// True when resource and items are shared unconditionally.
    pub unconditional: bool,
    /// Consumer.
    pub consumer_id: OrganisationId,
    /// Its name.
    pub consumer_name: String,
    /// Provider.
    pub provider_id: OrganisationId,
    /// Its name.
    pub provider_name: String,
    /// Code of the resource.
    pub resource_code: String,
    /// Its name.
    pub resource_name: String,
    /// What is asked.
    pub content: RequestInput,
    /// The client systems of `content` with their names, as far as the reader may know them.
    pub clients: Vec<ClientLabel>,
    /// Gaps the rules find now; only while they can still be filled or named, and only for one request at a time.
    pub proposed_gaps: Vec<Gap>,
    /// Gaps of the one notice, if it was given.
    pub gaps: Vec<Gap>,
    /// True when the one notice was given.
    pub noticed: bool,
    /// What was decided. A proposal is shown to the provider's side only.
    pub decision: Option<DecisionView>,
    /// The extension, if one was asked for.
    pub extension: Option<Extension>,
    /// Clock.
    pub clock: ClockView,
    /// The consumer's clock while it fills the gaps of the notice; when it runs out the request is taken as withdrawn.
    pub completion: Option<CompletionView>,
    /// Grant it became.
    pub grant_id: Option<GrantId>,
    /// Side of the reader.
    pub side: Side,
    /// What the reader may do now.
    pub may: Vec<RequestAct>,
    /// When it was drafted, Unix milliseconds.
    pub created_ms: i64,
    /// When the consumer's head signed, Unix milliseconds.
    pub signed_ms: Option<i64>,
    /// When it was decided, Unix milliseconds.
    pub decided_ms: Option<i64>,
    /// When it was delivered, Unix milliseconds.
    pub delivered_ms: Option<i64>,
}
