//! Sessions 会话 as people see them.

use kernel::actor::ActorOrganisation;
use kernel::ids::UserId;
use kernel::{Error, Role};
use serde::Serialize;

use super::DelegationId;

/// What a user must do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// Choose a new password.
    Password,
    /// Enrol a second factor.
    SecondFactor,
}

impl Due {
    /// The refusal of everything else.
    pub(crate) fn error(self) -> Error {
        match self {
            Self::Password => Error::forbidden(
                "identify.password_due",
                "须先修改初始密码，之后才能办理业务。请在“账号安全”页修改密码。",
                "Change the initial password first, on the page “Account security”; then go on.",
            ),
            Self::SecondFactor => Error::forbidden(
                "identify.second_factor_due",
                "您的角色须启用动态口令，之后才能办理业务。请在“账号安全”页启用。",
                "Your role needs a second factor; enrol it on the page “Account security”, then go on.",
            ),
        }
    }
}

/// The user logged in.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SessionUser {
    /// Id.
    pub id: UserId,
    /// Name to log in with.
    pub username: String,
    /// Name to show.
    pub display_name: String,
    /// Role in which he acts; while he stands in for another it is that person's.
    pub role: Role,
    /// Organisation.
    pub organisation: ActorOrganisation,
}

/// Somebody for whom the user may stand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ActingFor {
    /// The delegation.
    pub delegation: DelegationId,
    /// Who is away.
    pub user_id: UserId,
    /// His name.
    pub display_name: String,
    /// Role in which the user then acts.
    pub role: Role,
    /// Until when, Unix milliseconds.
    pub until_ms: i64,
}

/// A session.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// Who is logged in.
    pub user: SessionUser,
    /// Whom he stands in for at present 代办.
    pub acting_for: Option<ActingFor>,
    /// For whom he may stand in now.
    pub delegations: Vec<ActingFor>,
    /// What must be done before anything else; every other page is closed until then.
    pub due: Option<Due>,
}

/// The first step of a log-in was right; a code of the second factor is needed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SecondFactorNeeded {
    /// To be given back with the code.
    pub challenge: String,
    /// Until when, Unix milliseconds.
    pub expires_ms: i64,
}

/// An open session of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OpenSession {
    /// Id, by which it is ended.
    pub id: String,
    /// When it began, Unix milliseconds.
    pub created_ms: i64,
    /// When it was last used, to the minute, Unix milliseconds.
    pub last_seen_ms: i64,
    /// When it ends by itself, Unix milliseconds.
    pub expires_ms: i64,
    /// Network address it began from.
    pub address: Option<String>,
    /// Browser, as it names itself.
    pub user_agent: Option<String>,
    /// How the user proved himself: `password`, `oidc:<service>`, with `+code` after a second factor.
    pub door: String,
    /// True for the session in hand.
    pub current: bool,
}

/// How many sessions were ended.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Ended {
    /// Sessions ended.
    pub ended: u64,
}

/// A log-in service of others, for the log-in page.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProviderName {
    /// Short name.
    pub provider: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
}

/// Where the browser goes to log in.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OidcStart {
    /// Address at the log-in service.
    pub authorization_url: String,
}

/// An account at a log-in service that is bound to a user.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UserIdentity {
    /// Short name of the service.
    pub provider: String,
    /// Subject there.
    pub subject: String,
    /// When it was bound, Unix milliseconds.
    pub bound_ms: i64,
}
