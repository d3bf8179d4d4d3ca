//! Console users 用户.

use kernel::Role;
use kernel::actor::ActorOrganisation;
use kernel::error::Fields;
use kernel::ids::{OrganisationId, UserId};
use serde::{Deserialize, Serialize};

/// A console user, as the platform operator sees him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Name to log in with.
    pub username: String,
    /// Name to show.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// Organisation he acts for.
    pub organisation_id: OrganisationId,
    /// The organisation itself.
    pub organisation: ActorOrganisation,
    /// True when he may not log in.
    pub disabled: bool,
    /// When he was created, Unix milliseconds.
    pub created_ms: i64,
}

/// What it takes to create a user.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserInput {
    /// Name to log in with: 2 to 32 letters, digits, `.`, `-`, `_`. Case does not count.
    pub username: String,
    /// Name to show; the user name when left out.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Role.
    pub role: Role,
    /// Organisation he acts for.
    pub organisation_id: OrganisationId,
    /// First password.
    pub password: String,
    /// True to create him without letting him log in yet.
    #[serde(default)]
    pub disabled: bool,
}

/// What may be changed of a user; what is left out stays.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// Name to show.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Role.
    #[serde(default)]
    pub role: Option<Role>,
    /// Organisation.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// True to shut him out at once.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// A new password, when he forgot his.
    #[serde(default)]
    pub password: Option<String>,
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
    /// Role.
    pub role: Role,
    /// Organisation.
    pub organisation: ActorOrganisation,
}

/// A session.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// Who is logged in.
    pub user: SessionUser,
}

/// The form of a user name that is stored and compared.
pub(crate) fn fold_username(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Checks a folded user name.
pub(crate) fn check_username(name: &str, fields: &mut Fields) {
    let shape = (2..=32).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_'));
    fields.check(
        shape,
        "username",
        "identity.user.username",
        "用户名须为2至32个字母、数字或“.”“-”“_”，请修改。",
        "A user name has 2 to 32 letters, digits, full stops, hyphens or underscores.",
    );
}
