//! Who is calling, and how that was proved: console users with their sessions, client systems with their secrets,
//! and the three doors of the interface (session cookie, OAuth 2 access token, signed headers of the national
//! platform). [`layer`] puts the proved [`kernel::Actor`] into each request.

mod doors;
mod identity;
mod keys;
mod layer;
mod migration;
pub mod model;
mod nonces;
pub mod routes;
mod sessions;
mod store;
mod throttle;
mod usecase;

pub use doors::{Door, Proof, SignedResource};
pub use identity::Identity;
use kernel::module::{EvidenceKind, Module};
pub use layer::layer;
pub use migration::migrations;

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
        handlers: Vec::new(),
        evidence: EVIDENCE,
        todos: Vec::new(),
        settings: &[],
    }
}
