//! Subscriptions 订阅: a table of one department kept in another's own database (库表交换), on the same path as a query.
//!
//! A subscription lies under a grant that allows `batch`, and says which of its items go where and how often ([`model`]). A run
//! ([`drive`]) connects the provider's agent with the consumer's: each chunk is checked against its signature, its entry is durable
//! before it goes on, and what the receiver wrote is receipted. Runs begin by the clock or go on with each change ([`runner`]);
//! a grant that is suspended, revoked or has expired stops a run within a second.

pub mod changed;
mod drive;
mod filter;
pub(crate) mod fitting;
mod forget;
mod migration;
pub mod model;
pub mod routes;
mod runner;
mod schedule;
pub(crate) mod store;
mod templates;
mod usecase;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub(crate) use forget::handler;
pub(crate) use migration::Subscriptions;
pub use model::{RunId, SubscriptionId, SubscriptionView};
pub(crate) use store::{ended_of, run_soon};

/// Runs that are going on at this hub, by subscription.
#[derive(Default)]
pub(crate) struct Going {
    runs: Mutex<HashMap<SubscriptionId, Arc<Run>>>,
    wake: Notify,
}

/// One run that is going on.
pub(crate) struct Run {
    pub id: RunId,
    pub stop: CancellationToken,
    pub progress: Mutex<model::Progress>,
}

impl Going {
    pub(crate) fn of(&self, id: &SubscriptionId) -> Option<Arc<Run>> {
        self.runs.lock().get(id).cloned()
    }

    /// Takes the one place of a subscription; `None` when a run is going on.
    fn enter(&self, id: &SubscriptionId, run: RunId, progress: model::Progress) -> Option<Arc<Run>> {
        let mut runs = self.runs.lock();
        if runs.contains_key(id) {
            return None;
        }
        let run = Arc::new(Run { id: run, stop: CancellationToken::new(), progress: Mutex::new(progress) });
        runs.insert(id.clone(), Arc::clone(&run));
        Some(run)
    }

    fn leave(&self, id: &SubscriptionId) {
        self.runs.lock().remove(id);
        self.wake.notify_one();
    }

    fn count(&self) -> usize {
        self.runs.lock().len()
    }

    /// Has the runner look at what is due.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}
