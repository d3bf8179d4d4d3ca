//! The parting of the three roles of the whole platform 三员分立.
//!
//! One account has one role, one person holds at most one of the three, and a platform operator alone makes nobody an
//! auditor or a business operator, nor takes such an account over: that needs somebody of the other side.

use kernel::error::Fields;
use kernel::ids::UserId;
use kernel::{Error, Result, Role};
use sea_orm::ConnectionTrait;

use crate::store;

/// True for roles that a platform operator alone neither gives nor touches.
pub(super) fn is_guarded(role: Role) -> bool {
    matches!(role, Role::BusinessOperator | Role::SecurityAuditor)
}

/// The platform operator may act alone on an account of that role.
pub(super) fn alone(role: Role) -> Result<()> {
    if is_guarded(role) { Err(needs_proposal(role)) } else { Ok(()) }
}

pub(super) fn needs_proposal(role: Role) -> Error {
    let (zh, en) = (role.zh(), role.as_str());
    Error::forbidden(
        "identity.user.needs_proposal",
        format!("{zh}账号由平台运维提出申请、另一方确认后才能生效。请在“账号申请”中提出。"),
        format!(
            "Accounts of a {en} are proposed by the platform operator and confirmed by somebody else; propose it."
        ),
    )
}

pub(super) fn own_account() -> Error {
    Error::forbidden(
        "identity.user.own_role",
        "不能变更自己的角色、机构或停用自己，也不能重置自己的动态口令，请由另一位平台运维人员办理。",
        "Nobody changes his own role or organisation, disables himself or resets his own second factor; another \
         platform operator must.",
    )
}

/// A person's number is there where the parting needs it.
pub(super) fn check_person_needed(role: Role, person: Option<&str>, fields: &mut Fields) {
    fields.check(
        !role.is_parted() || person.is_some(),
        "person",
        "identity.user.person_required",
        "平台运维、业务运营、安全审计须由不同的人担任，请填写人员编号（工号）。",
        "Platform operator, business operator and auditor must be different people; give the staff number.",
    );
}

/// The person of that account holds no other of the three roles.
pub(super) async fn check_one_role<C: ConnectionTrait>(db: &C, user: &store::user::Model) -> Result<()> {
    let Some(person) = &user.parted_person else { return Ok(()) };
    match store::user::by_parted_person(db, person).await? {
        Some(other) if other.id != user.id => {
            let held = other.known_role()?;
            Err(Error::conflict(
                "identity.user.parted_roles",
                format!(
                    "人员编号 {person} 已担任{}（账号 {}）。三类角色须由不同的人担任，请更换人员或先停用原账号。",
                    held.zh(),
                    other.username
                ),
                format!(
                    "Person {person} is {} already (account {}). The three roles are held by different people; choose \
                     another person or disable that account first.",
                    held.as_str(),
                    other.username
                ),
            ))
        }
        _ => Ok(()),
    }
}

/// The account is not the last active one of its role, which nobody could replace.
pub(super) async fn check_not_last<C: ConnectionTrait>(db: &C, id: &UserId, role: Role) -> Result<()> {
    if !role.is_parted() {
        return Ok(());
    }
    let others =
        store::user::active_with_role(db, role).await?.into_iter().filter(|user| user.id != *id).count();
    if others > 0 {
        return Ok(());
    }
    Err(Error::conflict(
        "identity.user.last_of_role",
        format!("这是最后一个可用的{}账号，不能停用或变更角色。请先增加一个{}账号。", role.zh(), role.zh()),
        format!("This is the last active {}; add another before you disable or change it.", role.as_str()),
    ))
}
