//! Documents handed from office to office 文件交接: the shape `file` of the path.
//!
//! A handover lies under a grant that allows `file` and names one document of the provider's folder ([`model`]). It is asked for
//! by the consumer, or offered by the provider and accepted by the consumer ([`usecase`]). An attempt ([`drive`]) has the provider's
//! agent scan, digest and record the document, checks that against its signature, makes the entry durable, and only then lets the
//! bytes through to the consumer's agent, which goes on where an earlier attempt stood and receipts the whole by its digest.
//! Attempts begin and are repeated by the clock, and what has come to its end is removed ([`runner`]).

mod drive;
mod migration;
pub mod model;
mod over;
pub mod routes;
mod runner;
mod store;
mod usecase;
mod view;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub(crate) use migration::Handovers;
pub use model::HandoverId;
pub(crate) use over::handler;

/// Attempts that are going on at this hub.
#[derive(Default)]
pub(crate) struct Moving {
    all: Mutex<HashMap<HandoverId, Arc<Attempt>>>,
    wake: Notify,
}

/// One attempt.
pub(crate) struct Attempt {
    pub stop: CancellationToken,
    /// When its first byte came, Unix milliseconds; and from which byte on.
    pub began: Mutex<Option<(i64, u64)>>,
    /// Bytes that lie at the receiver.
    pub moved: AtomicU64,
}

impl Moving {
    fn of(&self, id: &HandoverId) -> Option<Arc<Attempt>> {
        self.all.lock().get(id).cloned()
    }

    fn enter(&self, id: &HandoverId) -> Option<Arc<Attempt>> {
        let mut all = self.all.lock();
        if all.contains_key(id) {
            return None;
        }
        let attempt =
            Attempt { stop: CancellationToken::new(), began: Mutex::new(None), moved: AtomicU64::new(0) };
        let attempt = Arc::new(attempt);
        all.insert(id.clone(), Arc::clone(&attempt));
        Some(attempt)
    }

    fn leave(&self, id: &HandoverId) {
        self.all.lock().remove(id);
        self.wake.notify_one();
    }

    fn count(&self) -> usize {
        self.all.lock().len()
    }
}
