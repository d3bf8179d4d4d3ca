//! The future of one append. It needs no runtime: a waker and nothing else.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use futures_channel::oneshot;

use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::hash::{Hash, leaf_hash};
use crate::segment::MAX_SIDECAR;
use crate::tile::MAX_ENTRY;

use super::batch::BatchTree;
use super::queue::Job;
use super::{Entry, Shared};

/// The evidence of a durable entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its place in the log, from 0.
    pub index: u64,
    /// The signed checkpoint that covers it, shared by all entries of the batch.
    pub checkpoint: Arc<Checkpoint>,
    /// Inclusion proof of the entry in that checkpoint, from leaf to root.
    pub proof: Vec<Hash>,
}

/// What the writer answers; the proof is computed by the caller's thread out of the shared batch.
#[derive(Debug)]
pub(super) struct Receipt {
    pub index: u64,
    pub checkpoint: Arc<Checkpoint>,
    pub tree: Arc<BatchTree>,
}

/// An append on its way; resolves when the entry is durable.
///
/// The entry is queued at the first poll. Dropping the future after that does not take it back: the entry will be
/// recorded, only nobody learns its index.
#[derive(Debug)]
#[must_use = "nothing is appended until the future is polled"]
pub struct Append {
    state: State,
}

#[derive(Debug)]
enum State {
    Refused(Option<Error>),
    Queueing { shared: Arc<Shared>, job: Option<Job>, done: oneshot::Receiver<Result<Receipt>> },
    Queued(oneshot::Receiver<Result<Receipt>>),
}

impl Append {
    pub(super) fn new(shared: &Arc<Shared>, entry: Entry) -> Self {
        let refuse =
            |part, len, max| Self { state: State::Refused(Some(Error::TooLarge { part, len, max })) };
        if entry.leaf.len() > MAX_ENTRY {
            return refuse("leaf", entry.leaf.len(), MAX_ENTRY);
        }
        if entry.sidecar.len() > MAX_SIDECAR {
            return refuse("sidecar", entry.sidecar.len(), MAX_SIDECAR);
        }
        // The leaf is hashed here, on the caller's thread, so that hashing uses all processors.
        let leaf_hash = leaf_hash(&entry.leaf);
        let (sender, done) = oneshot::channel();
        let job = Some(Job { entry, leaf_hash, done: sender });
        Self { state: State::Queueing { shared: Arc::clone(shared), job, done } }
    }
}

impl Future for Append {
    type Output = Result<Appended>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Queueing { shared, job, .. } = &mut self.state {
            match shared.queue.poll_push(job, cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(())) => self.state = State::Refused(Some(Error::Closed)),
                Poll::Ready(Ok(())) => {
                    let state = std::mem::replace(&mut self.state, State::Refused(None));
                    if let State::Queueing { done, .. } = state {
                        self.state = State::Queued(done);
                    }
                }
            }
        }
        match &mut self.state {
            State::Refused(error) => Poll::Ready(Err(error.take().unwrap_or(Error::Closed))),
            State::Queued(done) => Pin::new(done).poll(cx).map(|outcome| {
                let receipt = outcome.unwrap_or(Err(Error::Closed))?;
                let proof = receipt.tree.proof(receipt.index);
                Ok(Appended { index: receipt.index, checkpoint: receipt.checkpoint, proof })
            }),
            State::Queueing { .. } => Poll::Pending,
        }
    }
}

/// Wakes a thread that parks.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for an append on a thread without a runtime.
pub(super) fn wait(mut append: Append) -> Result<Appended> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        match Pin::new(&mut append).poll(&mut cx) {
            Poll::Ready(outcome) => return outcome,
            Poll::Pending => thread::park(),
        }
    }
}
