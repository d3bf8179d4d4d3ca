//! The catalogue: what data exists, who holds it, what it means and whether it may be shared.
//!
//! Organisations and their information systems, resources (信息资源) with items (信息项) bound to data elements,
//! the legal checks of the Regulations on Government Data Sharing (State Council Decree 809), mounting on a
//! department's own table, publication and versions. Every other capability asks [`Catalog`] who holds what.

mod catalog;
mod migration;
pub mod model;
pub mod routes;
mod store;
mod usecase;

pub use catalog::{AgentDirectory, AgentSummary, Catalog};
use kernel::module::{EvidenceKind, Module};
pub use migration::migrations;
pub use usecase::list_resources::ResourceFilter;

/// Kind of the follow-up work left after a mount, the items under it, or the publication changed. Its key is the
/// resource's id; the handler lives in `sharing`.
pub const MOUNT_CHANGED: &str = "sharing.mount_changed";

/// Kinds of evidence that the catalogue writes.
pub const EVIDENCE: &[EvidenceKind] = &[
    EvidenceKind { kind: "catalog.organisation.created", zh: "登记机构", en: "Organisation registered" },
    EvidenceKind { kind: "catalog.organisation.changed", zh: "变更机构", en: "Organisation changed" },
    EvidenceKind {
        kind: "catalog.system.created", zh: "登记信息系统", en: "Information system registered"
    },
    EvidenceKind {
        kind: "catalog.system.changed", zh: "变更信息系统", en: "Information system changed"
    },
    EvidenceKind { kind: "catalog.resource.created", zh: "编制资源目录", en: "Resource catalogued" },
    EvidenceKind { kind: "catalog.resource.changed", zh: "变更资源目录", en: "Resource changed" },
    EvidenceKind { kind: "catalog.resource.mounted", zh: "挂接资源", en: "Resource mounted" },
    EvidenceKind { kind: "catalog.resource.published", zh: "发布资源目录", en: "Resource published" },
    EvidenceKind { kind: "catalog.resource.withdrawn", zh: "下线资源目录", en: "Resource withdrawn" },
];

/// The catalogue as the server sees it.
pub fn module(catalog: &Catalog) -> Module {
    Module {
        name: "catalog",
        routes: routes::router(catalog.clone()),
        handlers: Vec::new(),
        evidence: EVIDENCE,
        todos: Vec::new(),
        settings: &[],
    }
}
