//! The log itself: appended by one writer thread, read by anybody.

use std::future::Future;
use std::ops::Range;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::hash::Hash;
use crate::key::Signer;

/// What is appended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The public part, at most 65,535 bytes: hashed into the tree and exported.
    pub leaf: Vec<u8>,
    /// The private part, at most 1 MiB: kept beside the leaf, neither hashed nor exported, erasable. May be empty.
    pub sidecar: Vec<u8>,
}

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

/// Settings of a log.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most entries in one batch.
    pub max_batch: usize,
    /// Most entries that may wait; further appends wait for room.
    pub queue: usize,
    /// Most bytes that may wait.
    pub queue_bytes: usize,
    /// A segment file is closed when it has reached this many bytes.
    pub segment_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_batch: 8192, queue: 32_768, queue_bytes: 16 << 20, segment_bytes: 64 << 20 }
    }
}

/// An append on its way; resolves when the entry is durable. See [`Log::append`].
#[derive(Debug)]
pub struct Append {}

impl Future for Append {
    type Output = Result<Appended>;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Err(Error::Closed))
    }
}

/// Iterator over the leaves of a range of entries. See [`Log::entries`].
#[derive(Debug)]
pub struct Entries<'a> {
    _log: &'a Log,
}

impl Iterator for Entries<'_> {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

/// An append-only Merkle log in a folder.
#[derive(Debug)]
pub struct Log {}

impl Log {
    /// Opens or creates the log of `origin` in `dir`.
    pub fn open(_dir: impl AsRef<Path>, _origin: &str, _signer: Signer, _options: Options) -> Result<Self> {
        Err(Error::Closed)
    }

    /// Appends an entry.
    pub fn append(&self, _entry: Entry) -> Append {
        Append {}
    }

    /// Appends an entry and waits for it.
    pub fn append_blocking(&self, _entry: Entry) -> Result<Appended> {
        Err(Error::Closed)
    }

    /// Number of durable entries.
    pub fn size(&self) -> u64 {
        0
    }

    /// The latest signed checkpoint.
    pub fn checkpoint(&self) -> Result<Arc<Checkpoint>> {
        Err(Error::Closed)
    }

    /// The leaf at `index`.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>> {
        Err(Error::OutOfRange { index, size: 0 })
    }

    /// The sidecar at `index`; `None` when it was erased.
    pub fn sidecar(&self, index: u64) -> Result<Option<Vec<u8>>> {
        Err(Error::OutOfRange { index, size: 0 })
    }

    /// The leaves of a range, in order.
    pub fn entries(&self, _range: Range<u64>) -> Entries<'_> {
        Entries { _log: self }
    }

    /// Proof that the entry `index` stands in the tree of the first `size` entries.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>> {
        Err(Error::OutOfRange { index, size })
    }

    /// Proof that the tree of `old` entries is a beginning of the tree of `new` entries.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>> {
        Err(Error::OutOfRange { index: old, size: new })
    }

    /// The content under a path of the public layout (`checkpoint`, `tile/...`); `None` when there is none.
    pub fn resource(&self, _path: &str) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }

    /// Writes the public layout into a folder.
    pub fn export_tiles(&self, _dir: impl AsRef<Path>) -> Result<()> {
        Err(Error::Closed)
    }
}
