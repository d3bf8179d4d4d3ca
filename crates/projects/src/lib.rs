//! Projects 信息化项目: no new chimney.
//!
//! A department that plans a system files its functions and the data it would gather. The product looks through everything that
//! exists ([`matching`]), shows whose it is and how it can be had, and the data authority decides, resource by resource:
//! reuse, share or build. Beside it stand the budget view, what each system costs and is used for, and the map of the
//! county's systems with the flows between departments, both counted from the evidence.

pub mod matching;
mod migration;
pub mod model;
mod routes;
mod store;
mod todo;
mod usecase;

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use kernel::Kernel;
use kernel::module::{EvidenceKind, Module};
use kernel::settings::{Setting, SettingKind};
use matching::KnownSource;
pub use migration::migrations;
use parking_lot::RwLock;
pub use usecase::inventory::Inventory;
pub use usecase::usage::follow;

/// Follow-up work after the head signed: look what exists already. Its key is the plan's id.
pub const MATCH: &str = "projects.match";
/// Follow-up work when a review is due: remind, then escalate. Its key is `<plan>/<round>`.
pub const REVIEW_DUE: &str = "projects.review_due";
/// Follow-up work after a plan was approved: enter it in the inventory of systems. Its key is the plan's id.
pub const ENTER: &str = "projects.enter";

/// Kinds of evidence written here.
pub const EVIDENCE: &[EvidenceKind] = &[
    EvidenceKind { kind: "projects.plan.filed", zh: "编制拟建系统", en: "Planned system filed" },
    EvidenceKind { kind: "projects.plan.changed", zh: "修改拟建系统", en: "Planned system changed" },
    EvidenceKind {
        kind: "projects.plan.submitted",
        zh: "拟建系统送签",
        en: "Planned system sent to the head",
    },
    EvidenceKind { kind: "projects.plan.signed", zh: "签批拟建系统", en: "Planned system signed" },
    EvidenceKind { kind: "projects.plan.matched", zh: "比对拟建系统", en: "Planned system matched" },
    EvidenceKind {
        kind: "projects.plan.returned", zh: "退回拟建系统", en: "Planned system given back"
    },
    EvidenceKind { kind: "projects.plan.replied", zh: "申辩拟建系统", en: "Findings replied to" },
    EvidenceKind { kind: "projects.plan.overdue", zh: "拟建系统审核超期", en: "Review overdue" },
    EvidenceKind { kind: "projects.plan.decided", zh: "审定拟建系统", en: "Planned system decided" },
    EvidenceKind { kind: "projects.plan.entered", zh: "拟建系统入库", en: "Planned system entered" },
];

/// How long the data authority has for a review.
pub const REVIEW_DAYS: Setting = Setting {
    key: "projects.review_days",
    zh: "新建系统审核期限（工作日）",
    en: "Review of a planned system (working days)",
    kind: SettingKind::Days { default: 10, min: 1, max: 20 },
};
/// After how many months without a call a system counts as silent.
pub const SILENT_MONTHS: Setting = Setting {
    key: "projects.silent_months",
    zh: "沉默系统认定（连续无调用月数）",
    en: "Months without a call after which a system is silent",
    kind: SettingKind::Number { default: 6, min: 1, max: 60 },
};
/// What a node may set.
pub const SETTINGS: &[Setting] = &[REVIEW_DAYS, SILENT_MONTHS];

/// Planned systems, budget view and map; cheap to clone.
#[derive(Clone)]
pub struct Projects(Arc<Inner>);

/// What [`Projects`] points to.
pub struct Inner {
    pub(crate) kernel: Kernel,
    pub(crate) catalog: catalog::Catalog,
    sources: RwLock<Vec<Arc<dyn KnownSource>>>,
    inventory: ArcSwapOption<Inventory>,
    loading: tokio::sync::Mutex<()>,
    pub(crate) counting: tokio::sync::Mutex<()>,
}

impl std::ops::Deref for Projects {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Projects {
    /// Over that kernel and catalogue. Reads nothing yet.
    pub fn new(kernel: Kernel, catalog: catalog::Catalog) -> Self {
        Self(Arc::new(Inner {
            kernel,
            catalog,
            sources: RwLock::default(),
            inventory: ArcSwapOption::empty(),
            loading: tokio::sync::Mutex::new(()),
            counting: tokio::sync::Mutex::new(()),
        }))
    }

    /// Takes in a further register of data that is gathered already, for example of forms.
    pub fn know(&self, source: Arc<dyn KnownSource>) {
        self.sources.write().push(source);
        self.inventory.store(None);
    }

    pub(crate) fn sources(&self) -> Vec<Arc<dyn KnownSource>> {
        self.sources.read().clone()
    }
}

/// This capability as the server sees it.
pub fn module(projects: &Projects) -> Module {
    Module {
        name: "projects",
        routes: routes::router(projects.clone()),
        handlers: usecase::handlers(projects),
        evidence: EVIDENCE,
        todos: vec![Arc::new(projects.clone())],
        settings: SETTINGS,
    }
}
