//! Sharing: who may use which items of which resource, for what, how often, under which conditions.
//!
//! A grant names consumer, resource, items, rows, purposes, shapes, validity and quota, and may carry a Cedar
//! condition. [`book::Book`] holds every usable grant compiled in memory and is as new as the last commit, so that
//! a suspension or revocation acts on the next call.

pub mod book;
mod migration;
pub mod model;
pub mod policy;
pub mod routes;
pub mod store;
pub mod usecase;

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use kernel::ids::GrantId;
use kernel::module::{EvidenceKind, Module};
use kernel::{Kernel, Result};
pub use migration::migrations;

/// Follow-up work after a grant was given or changed: tell the provider's agent.
pub const PIN_CHANGED: &str = "sharing.pin";

/// Kinds of evidence written here.
pub const EVIDENCE: &[EvidenceKind] = &[
    EvidenceKind { kind: "sharing.grant.created", zh: "授予使用权限", en: "Grant given" },
    EvidenceKind { kind: "sharing.grant.suspended", zh: "中止授权", en: "Grant suspended" },
    EvidenceKind { kind: "sharing.grant.resumed", zh: "恢复授权", en: "Grant resumed" },
    EvidenceKind { kind: "sharing.grant.revoked", zh: "撤销授权", en: "Grant revoked" },
];

/// Says how many calls of a grant were counted today; the counters live in the call path.
pub type UsedToday = Arc<dyn Fn(&GrantId) -> u64 + Send + Sync>;

/// Grants; cheap to clone.
#[derive(Clone)]
pub struct Sharing(Arc<Inner>);

/// What [`Sharing`] points to.
pub struct Inner {
    pub(crate) kernel: Kernel,
    pub(crate) catalog: catalog::Catalog,
    pub(crate) policies: policy::Policies,
    pub(crate) book: ArcSwap<book::Book>,
    pub(crate) refresh: tokio::sync::Mutex<()>,
    used_today: OnceLock<UsedToday>,
}

impl std::ops::Deref for Sharing {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Sharing {
    /// Grants over that kernel and catalogue. Reads nothing yet.
    ///
    /// # Errors
    /// Only when the built-in policies are broken.
    pub fn new(kernel: Kernel, catalog: catalog::Catalog) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            kernel,
            catalog,
            policies: policy::Policies::new()?,
            book: ArcSwap::default(),
            refresh: tokio::sync::Mutex::new(()),
            used_today: OnceLock::new(),
        })))
    }

    /// The policy engine.
    pub fn policies(&self) -> &policy::Policies {
        &self.policies
    }

    /// Tells where today's counts are. The first call counts.
    pub fn know_counters(&self, counters: UsedToday) {
        let _first_call_counts = self.used_today.set(counters);
    }

    fn used_today(&self, grant: &GrantId) -> u64 {
        self.used_today.get().map_or(0, |count| count(grant))
    }
}

/// This capability as the server sees it.
pub fn module(sharing: &Sharing) -> Module {
    Module {
        name: "sharing",
        routes: routes::router(sharing.clone()),
        handlers: Vec::new(),
        evidence: EVIDENCE,
        todos: Vec::new(),
        settings: &[],
    }
}
