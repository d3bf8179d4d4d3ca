//! The bounded queue between the callers and the writer thread.

use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_channel::oneshot;
use parking_lot::{Condvar, Mutex};

use crate::error::Result;
use crate::hash::Hash;

use super::Entry;
use super::append::Receipt;

/// An entry that waits for its batch.
#[derive(Debug)]
pub(super) struct Job {
    pub entry: Entry,
    pub leaf_hash: Hash,
    pub done: oneshot::Sender<Result<Receipt>>,
}

impl Job {
    fn bytes(&self) -> usize {
        self.entry.leaf.len() + self.entry.sidecar.len()
    }
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Job>,
    bytes: usize,
    closed: bool,
    /// So many jobs wake the writer.
    wanted: usize,
    waiting: Vec<std::task::Waker>,
}

#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    max_jobs: usize,
    max_bytes: usize,
}

impl Queue {
    pub fn new(max_jobs: usize, max_bytes: usize) -> Self {
        Self { state: Mutex::default(), filled: Condvar::new(), max_jobs: max_jobs.max(1), max_bytes }
    }

    /// Puts a job in. While the queue is full, the job stays in the slot and the caller is woken when there is room.
    /// `Err` means that the queue is closed.
    pub fn poll_push(&self, slot: &mut Option<Job>, cx: &Context<'_>) -> Poll<Result<(), ()>> {
        let mut state = self.state.lock();
        if state.closed {
            return Poll::Ready(Err(()));
        }
        // A job that is larger than the whole queue passes when the queue is empty.
        let full = state.jobs.len() >= self.max_jobs || state.bytes >= self.max_bytes;
        if full {
            state.waiting.push(cx.waker().clone());
            return Poll::Pending;
        }
        if let Some(job) = slot.take() {
            state.bytes += job.bytes();
            state.jobs.push_back(job);
            let full = state.jobs.len() >= self.max_jobs || state.bytes >= self.max_bytes;
            if state.jobs.len() >= state.wanted || full {
                self.filled.notify_one();
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Waits for work and takes up to `max` jobs. `None` when the queue is closed and empty. With `gather`, it waits
    /// that long after the first job for others to come, until there are `max`.
    pub fn take(&self, max: usize, max_bytes: usize, gather: Option<Duration>) -> Option<Vec<Job>> {
        let mut state = self.state.lock();
        while state.jobs.is_empty() {
            if state.closed {
                return None;
            }
            state.wanted = 1;
            self.filled.wait(&mut state);
        }
        if let Some(until) = gather.and_then(|gather| Instant::now().checked_add(gather)) {
            state.wanted = max;
            let room = |state: &State| {
                state.jobs.len() < max.min(self.max_jobs) && state.bytes < max_bytes.min(self.max_bytes)
            };
            while room(&state) && !state.closed && !self.filled.wait_until(&mut state, until).timed_out() {}
            state.wanted = 1;
        }
        let (mut count, mut bytes) = (0, 0);
        for job in state.jobs.iter().take(max.max(1)) {
            if count > 0 && bytes + job.bytes() > max_bytes {
                break;
            }
            count += 1;
            bytes += job.bytes();
        }
        let taken = state.jobs.drain(..count).collect();
        state.bytes -= bytes;
        // All are woken: a woken caller may have gone away, and waking one in its place would not be noticed.
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(std::task::Waker::wake);
        Some(taken)
    }

    /// Number of entries that wait.
    pub fn len(&self) -> usize {
        self.state.lock().jobs.len()
    }

    /// Refuses further jobs; those inside are still taken.
    pub fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.filled.notify_all();
        waiting.into_iter().for_each(std::task::Waker::wake);
    }

    /// Refuses further jobs and drops those inside: their callers learn that the log is closed.
    pub fn abort(&self) {
        self.close();
        let jobs = std::mem::take(&mut self.state.lock().jobs);
        drop(jobs);
    }
}
