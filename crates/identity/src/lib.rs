//! Who is calling, and how that was proved: console users with their sessions, client systems with their secrets,
//! and the three doors of the interface (session cookie, OAuth 2 access token, signed headers of the national
//! platform). [`layer`] puts the proved [`kernel::Actor`] into each request.

mod challenges;
mod doors;
mod identity;
mod keys;
mod layer;
mod migration;
pub mod model;
mod nonces;
mod oidc;
pub mod routes;
mod sessions;
pub mod settings;
mod store;
mod throttle;
mod todos;
mod usecase;

use std::sync::Arc;

pub use doors::{Door, Proof, SignedResource};
pub use identity::Identity;
use kernel::module::{EvidenceKind, Module};
pub use layer::layer;
pub use migration::migrations;
pub use usecase::decide_proposal::initial_password;
pub use usecase::log_in::{FirstStep, LoggedIn, Origin};

/// Kinds of evidence that identity writes.
pub const EVIDENCE: &[EvidenceKind] = &[
    EvidenceKind { kind: "identity.login", zh: "登录", en: "Logged in" },
    EvidenceKind {
        kind: "identity.login_failed", zh: "连续登录失败", en: "Repeated failures to log in"
    },
    EvidenceKind { kind: "identity.logout", zh: "退出登录", en: "Logged out" },
    EvidenceKind { kind: "identity.password_changed", zh: "修改密码", en: "Password changed" },
    EvidenceKind { kind: "identity.user.created", zh: "新增用户", en: "User created" },
    EvidenceKind { kind: "identity.user.changed", zh: "变更用户", en: "User changed" },
    EvidenceKind { kind: "identity.sessions.ended", zh: "结束会话", en: "Sessions ended" },
    EvidenceKind {
        kind: "identity.second_factor.enrolled",
        zh: "启用动态口令",
        en: "Second factor enrolled",
    },
    EvidenceKind {
        kind: "identity.second_factor.removed", zh: "停用动态口令", en: "Second factor removed"
    },
    EvidenceKind {
        kind: "identity.second_factor.reset",
        zh: "重置动态口令",
        en: "Second factor taken off by an operator",
    },
    EvidenceKind { kind: "identity.recovery_code.used", zh: "使用恢复码", en: "Recovery code used" },
    EvidenceKind {
        kind: "identity.recovery_codes.renewed", zh: "更换恢复码", en: "Recovery codes renewed"
    },
    EvidenceKind { kind: "identity.oidc.bound", zh: "绑定统一身份", en: "Log-in service bound" },
    EvidenceKind {
        kind: "identity.oidc.unbound", zh: "解除统一身份绑定", en: "Log-in service unbound"
    },
    EvidenceKind { kind: "identity.proposal.made", zh: "提出账号申请", en: "Account proposed" },
    EvidenceKind { kind: "identity.proposal.confirmed", zh: "确认账号申请", en: "Account confirmed" },
    EvidenceKind { kind: "identity.proposal.refused", zh: "退回账号申请", en: "Account refused" },
    EvidenceKind {
        kind: "identity.proposal.withdrawn",
        zh: "撤回账号申请",
        en: "Account proposal taken back",
    },
    EvidenceKind { kind: "identity.delegation.created", zh: "授权代办", en: "Stand-in appointed" },
    EvidenceKind { kind: "identity.delegation.revoked", zh: "撤回代办授权", en: "Stand-in taken back" },
    EvidenceKind {
        kind: "identity.delegation.ended", zh: "代办到期结束", en: "Stand-in ended by time"
    },
    EvidenceKind { kind: "identity.delegation.taken_up", zh: "开始代办", en: "Began to stand in" },
    EvidenceKind { kind: "identity.delegation.laid_down", zh: "退出代办", en: "Stopped standing in" },
    EvidenceKind {
        kind: "identity.client.created", zh: "登记应用系统", en: "Client system registered"
    },
    EvidenceKind { kind: "identity.client.changed", zh: "变更应用系统", en: "Client system changed" },
    EvidenceKind {
        kind: "identity.client.secret_rotated", zh: "更换应用密钥", en: "Client secret rotated"
    },
];

/// Identity as the server sees it.
pub fn module(identity: &Identity) -> Module {
    Module {
        name: "identity",
        routes: routes::router(identity.clone()),
        handlers: vec![Arc::new(usecase::end_delegation::Ends(identity.clone()))],
        evidence: EVIDENCE,
        todos: vec![Arc::new(todos::Waiting(identity.clone()))],
        settings: settings::SETTINGS,
    }
}
