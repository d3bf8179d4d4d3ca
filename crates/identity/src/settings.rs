//! What a node may set about logging in.

use kernel::Role;
use kernel::settings::{Setting, SettingKind};

const fn flag(key: &'static str, zh: &'static str, en: &'static str) -> Setting {
    Setting { key, zh, en, kind: SettingKind::Flag { default: false } }
}

/// Whether a role must have a second factor, in the order of [`Role::ALL`]. Recommended for the roles of the whole
/// platform, and left to the node: a first log-in must be possible before anybody has a device.
pub const SETTINGS: &[Setting] = &[
    flag(
        "identity.second_factor.platform_operator",
        "平台运维登录须用动态口令（建议启用）",
        "Platform operators need a second factor (recommended)",
    ),
    flag(
        "identity.second_factor.business_operator",
        "业务运营登录须用动态口令（建议启用）",
        "Business operators need a second factor (recommended)",
    ),
    flag(
        "identity.second_factor.security_auditor",
        "安全审计登录须用动态口令（建议启用）",
        "Security auditors need a second factor (recommended)",
    ),
    flag(
        "identity.second_factor.department_head",
        "部门负责人登录须用动态口令",
        "Department heads need a second factor",
    ),
    flag(
        "identity.second_factor.department_operator",
        "部门经办登录须用动态口令",
        "Department operators need a second factor",
    ),
    flag(
        "identity.second_factor.department_developer",
        "部门开发登录须用动态口令",
        "Department developers need a second factor",
    ),
];

/// Whether that role must have a second factor.
pub fn second_factor(role: Role) -> &'static Setting {
    match role {
        Role::PlatformOperator => &SETTINGS[0],
        Role::BusinessOperator => &SETTINGS[1],
        Role::SecurityAuditor => &SETTINGS[2],
        Role::DepartmentHead => &SETTINGS[3],
        Role::DepartmentOperator => &SETTINGS[4],
        Role::DepartmentDeveloper => &SETTINGS[5],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each role has the switch that bears its name.
    #[test]
    fn each_role_has_its_switch() {
        for role in Role::ALL {
            assert!(second_factor(role).key.ends_with(role.as_str()));
        }
    }
}
