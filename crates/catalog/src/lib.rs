//! The catalogue: what data exists, who holds it, what it means and whether it may be shared.
//!
//! Organisations and their information systems, resources (信息资源) with items (信息项) bound to data elements,
//! the legal checks of the Regulations on Government Data Sharing (State Council Decree 809), mounting on a
//! department's own table, publication and versions. Every other capability asks [`Catalog`] who holds what.

mod catalog;
mod migration;
pub mod model;
pub mod propose;
pub mod routes;
pub mod search;
pub mod settings;
pub mod sheet;
mod spelling;
mod store;
pub mod usecase;

pub use catalog::{AgentDirectory, AgentSummary, Catalog, UsersOfResource};
use std::sync::Arc;

use kernel::follow_up::Handler;
use kernel::module::{EvidenceKind, Module};
pub use migration::migrations;
pub use usecase::announce::AnnouncementFilter;
pub use usecase::list_organisations::OrganisationFilter;
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
    EvidenceKind {
        kind: "catalog.proposal.decided",
        zh: "确认编目建议",
        en: "Proposed items confirmed or corrected",
    },
    EvidenceKind { kind: "catalog.resource.created", zh: "编制资源目录", en: "Resource catalogued" },
    EvidenceKind {
        kind: "catalog.resource.imported",
        zh: "导入资源目录",
        en: "Resource imported from a file",
    },
    EvidenceKind { kind: "catalog.resource.changed", zh: "变更资源目录", en: "Resource changed" },
    EvidenceKind {
        kind: "catalog.resource.submitted",
        zh: "提交资源目录",
        en: "Entry submitted for signature",
    },
    EvidenceKind {
        kind: "catalog.resource.signed", zh: "签发资源目录", en: "Entry signed by the head"
    },
    EvidenceKind { kind: "catalog.resource.approved", zh: "审核通过资源目录", en: "Entry approved" },
    EvidenceKind { kind: "catalog.resource.returned", zh: "退回资源目录", en: "Entry returned" },
    EvidenceKind { kind: "catalog.resource.published", zh: "发布资源目录", en: "Resource published" },
    EvidenceKind {
        kind: "catalog.resource.withdrawn", zh: "预告资源下线", en: "Going offline announced"
    },
    EvidenceKind { kind: "catalog.resource.kept", zh: "撤回资源下线", en: "Offline notice taken back" },
    EvidenceKind { kind: "catalog.resource.offline", zh: "资源下线", en: "Resource offline" },
    EvidenceKind { kind: "catalog.revision.discarded", zh: "放弃目录变更", en: "Revision discarded" },
    EvidenceKind { kind: "catalog.resource.mounted", zh: "提交资源挂接", en: "Mount entered" },
    EvidenceKind { kind: "catalog.mount.approved", zh: "审核通过挂接", en: "Mount approved" },
    EvidenceKind { kind: "catalog.mount.returned", zh: "退回挂接", en: "Mount returned" },
    EvidenceKind {
        kind: "catalog.review.reminded", zh: "逾期提醒", en: "Reminder after a clock ran out"
    },
    EvidenceKind { kind: "catalog.review.escalated", zh: "逾期上报", en: "Silence escalated" },
    EvidenceKind { kind: "catalog.negative.created", zh: "增列负面清单", en: "Negative list extended" },
    EvidenceKind { kind: "catalog.negative.changed", zh: "变更负面清单", en: "Negative list changed" },
];

/// The catalogue as the server sees it.
pub fn module(catalog: &Catalog) -> Module {
    Module {
        name: "catalog",
        routes: routes::router(catalog.clone()),
        handlers: handlers(catalog),
        evidence: EVIDENCE,
        todos: vec![Arc::new(catalog.clone())],
        settings: settings::SETTINGS,
    }
}

/// Handlers of the catalogue's own clocks.
pub fn handlers(catalog: &Catalog) -> Vec<Arc<dyn Handler>> {
    let mut all = usecase::escalate::handlers(catalog).to_vec();
    all.push(usecase::withdraw_resource::handler(catalog));
    all
}
