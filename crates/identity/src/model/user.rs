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
    /// Staff number of the person.
    pub person: Option<String>,
    /// True when his next log-in begins with a new password.
    pub must_change_password: bool,
    /// True when he has a second factor.
    pub second_factor: bool,
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
    /// Staff number of the person; required for a platform operator, so that nobody holds two of the parted roles.
    #[serde(default)]
    pub person: Option<String>,
    /// True to have him choose a new password at his first log-in.
    #[serde(default)]
    pub must_change_password: bool,
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
    /// Staff number of the person.
    #[serde(default)]
    pub person: Option<String>,
    /// True to have him choose a new password at his next log-in.
    #[serde(default)]
    pub must_change_password: Option<bool>,
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

/// Checks a staff number that was given.
pub(crate) fn check_person(person: &str, fields: &mut Fields) {
    let shape = (2..=40).contains(&person.chars().count())
        && person.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'));
    fields.check(
        shape,
        "person",
        "identity.user.person",
        "人员编号须为2至40个字母、汉字、数字或“.”“-”“_”“/”，请填写本人的工号。",
        "A staff number has 2 to 40 letters, digits, full stops, hyphens, underscores or slashes.",
    );
}
