//! Sharing: who asks for which data, who may use it, for what, how often, under which conditions.
//!
//! A request (共享申请) goes from the consumer's head over the provider's decision to a grant (授权), within the clocks of
//! Decree 809; silence escalates by itself. A grant names consumer, resource, items, rows, purposes, shapes, validity and
//! quota, and may carry a Cedar condition. [`book::Book`] holds every usable grant compiled in memory and is as new as
//! the last commit, so that a suspension or revocation acts on the next call. A need (数据需求) asks for data that nobody
//! lists yet.

pub mod book;
mod evidence;
mod migration;
pub mod model;
pub mod policy;
pub mod routes;
pub mod settings;
pub mod store;
mod todos;
pub mod usecase;
mod users;

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
pub use evidence::EVIDENCE;
use kernel::ids::GrantId;
use kernel::module::Module;
use kernel::{Kernel, Result};
pub use migration::migrations;

/// Follow-up work after a grant was given or changed: tell the provider's agent.
pub const PIN_CHANGED: &str = "sharing.pin";
/// Follow-up work of the clock of a request.
pub const REQUEST_CLOCK: &str = "sharing.request_clock";
/// Follow-up work of the consumer's clock after a notice of gaps.
pub const COMPLETION_CLOCK: &str = "sharing.completion_clock";
/// Follow-up work of the clock of a need.
pub const NEED_CLOCK: &str = "sharing.need_clock";
/// Follow-up work before and at the end of a grant.
pub const GRANT_EXPIRY: &str = "sharing.grant_expiry";

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
    identity: OnceLock<identity::Identity>,
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
        catalog.know_users(Arc::new(users::Users(kernel.clone())));
        Ok(Self(Arc::new(Inner {
            kernel,
            catalog,
            policies: policy::Policies::new()?,
            book: ArcSwap::default(),
            refresh: tokio::sync::Mutex::new(()),
            used_today: OnceLock::new(),
            identity: OnceLock::new(),
        })))
    }

    /// The policy engine.
    pub fn policies(&self) -> &policy::Policies {
        &self.policies
    }

    /// The kernel.
    pub(crate) fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// Tells whom to ask about client systems. The first call counts.
    pub fn know_identity(&self, identity: identity::Identity) {
        let _first_call_counts = self.identity.set(identity);
    }

    pub(crate) fn identity(&self) -> Option<&identity::Identity> {
        self.identity.get()
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
        handlers: vec![
            Arc::new(usecase::request::RequestClock(sharing.clone())),
            Arc::new(usecase::request::CompletionClock(sharing.clone())),
            Arc::new(usecase::need::NeedClock(sharing.clone())),
            Arc::new(usecase::expire::GrantExpiry(sharing.clone())),
        ],
        evidence: EVIDENCE,
        todos: vec![Arc::new(todos::Todos(sharing.clone()))],
        settings: settings::SETTINGS,
    }
}
