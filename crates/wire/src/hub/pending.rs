//! The open questions of one link, by number.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::proto::{CallReply, MetadataReply};

/// Where a reply goes.
pub(super) enum Waiter {
    /// A call.
    Call(oneshot::Sender<CallReply>),
    /// A question about sources.
    Metadata(oneshot::Sender<MetadataReply>),
}

/// Why a question could not be put on the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotAdded {
    /// The link has ended.
    Ended,
    /// The list is full.
    Full,
}

struct State {
    /// The next question's number; never used twice on one link.
    next_id: u64,
    /// `None` once the link has ended: nothing can be added behind the clearing.
    waiting: Option<HashMap<u64, Waiter>>,
}

/// The open questions of one link.
pub(super) struct Pending {
    state: Mutex<State>,
    limit: usize,
}

impl Pending {
    pub(super) fn new(limit: usize) -> Self {
        Self { state: Mutex::new(State { next_id: 1, waiting: Some(HashMap::new()) }), limit }
    }

    /// Puts a question on the list and gives it its number.
    pub(super) fn add(&self, waiter: Waiter) -> Result<u64, NotAdded> {
        let mut state = self.state.lock();
        let id = state.next_id;
        let waiting = state.waiting.as_mut().ok_or(NotAdded::Ended)?;
        if waiting.len() >= self.limit {
            return Err(NotAdded::Full);
        }
        waiting.insert(id, waiter);
        state.next_id += 1;
        Ok(id)
    }

    /// Takes a question off the list; `None` when it is not there any more.
    pub(super) fn take(&self, id: u64) -> Option<Waiter> {
        self.state.lock().waiting.as_mut()?.remove(&id)
    }

    /// Drops every question, which wakes those who wait, and accepts no more.
    pub(super) fn end(&self) {
        let dropped = self.state.lock().waiting.take();
        // Outside the lock: the woken may look at the list at once.
        drop(dropped);
    }

    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.state.lock().waiting.as_ref().map_or(0, HashMap::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> (Waiter, oneshot::Receiver<CallReply>) {
        let (tx, rx) = oneshot::channel();
        (Waiter::Call(tx), rx)
    }

    /// The limit holds, and a slot that was freed can be used again under a new number.
    #[test]
    fn is_bounded() {
        let pending = Pending::new(1);
        let first = pending.add(call().0).unwrap();
        assert_eq!(pending.add(call().0).unwrap_err(), NotAdded::Full);
        assert!(pending.take(first).is_some());
        assert!(pending.take(first).is_none());
        assert_ne!(pending.add(call().0).unwrap(), first);
    }

    /// Ending wakes the waiting and leaves no way to wait for ever.
    #[test]
    fn ending_wakes_all() {
        let pending = Pending::new(8);
        let (waiter, mut rx) = call();
        pending.add(waiter).unwrap();
        pending.end();
        assert!(rx.try_recv().is_err());
        assert_eq!(pending.add(call().0).unwrap_err(), NotAdded::Ended);
        assert_eq!(pending.len(), 0);
    }
}
