//! The log itself: appended by one writer thread, read by anybody.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::RwLock;

use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::hash::Hash;
use crate::key::{Signer, VerifierKey};
use crate::proof;
use crate::storage::{Disk, Storage};

mod append;
mod batch;
mod folder;
mod hashes;
mod open;
mod queue;
mod read;
mod recover;
mod segments;
mod writer;

pub use append::{Append, Appended};
pub use read::Entries;

pub(crate) use folder::Folder;
pub(crate) use hashes::HashFiles;

use queue::Queue;
use segments::Segments;

/// What is appended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The public part, at most 65,535 bytes: hashed into the tree and exported.
    pub leaf: Vec<u8>,
    /// The private part, at most 1 MiB: kept beside the leaf, neither hashed nor exported, erasable. May be empty.
    pub sidecar: Vec<u8>,
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
    /// A segment file is closed when it has reached this many bytes. At most a gibibyte.
    pub segment_bytes: u64,
    /// How long a batch waits for more entries when there was company in the one before.
    pub gather: Duration,
    /// So many entries in a batch are company.
    pub siblings: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_batch: 8192,
            queue: 32_768,
            queue_bytes: 16 << 20,
            segment_bytes: 64 << 20,
            gather: Duration::from_micros(600),
            siblings: 4,
        }
    }
}

/// What writer and readers share.
#[derive(Debug)]
struct Shared {
    origin: String,
    storage: Arc<dyn Storage>,
    options: Options,
    queue: Queue,
    checkpoint: RwLock<Arc<Checkpoint>>,
    segments: Segments,
    hashes: HashFiles,
}

impl Shared {
    fn size(&self) -> u64 {
        self.checkpoint.read().size
    }

    /// Refuses sizes and ends of ranges beyond the durable log.
    fn within(&self, index: u64) -> Result<()> {
        let size = self.size();
        if index <= size { Ok(()) } else { Err(Error::OutOfRange { index, size }) }
    }
}

/// An append-only Merkle log in a folder.
///
/// All reading methods take `&self` and may be called from any thread; they read small pieces from disk and never
/// wait for the writer. Dropping the log records what is queued and closes the folder.
#[derive(Debug)]
pub struct Log {
    shared: Arc<Shared>,
    verifier: VerifierKey,
    dir: PathBuf,
    writer: Option<JoinHandle<()>>,
}

impl Log {
    /// Opens the log of `origin` in the folder `dir`, or creates it. The signer's name must be the origin.
    ///
    /// What a crash left behind the last checkpoint is cut off: it was never acknowledged. Damage before it, missing
    /// segments and foreign folders are errors.
    pub fn open(dir: impl AsRef<Path>, origin: &str, signer: Signer, options: Options) -> Result<Self> {
        Self::open_with(Arc::new(Disk), dir, origin, signer, options)
    }

    /// Like [`Log::open`], on another storage.
    pub fn open_with(
        storage: Arc<dyn Storage>,
        dir: impl AsRef<Path>,
        origin: &str,
        signer: Signer,
        options: Options,
    ) -> Result<Self> {
        let dir = dir.as_ref().to_path_buf();
        let verifier = signer.verifier().clone();
        let writer = open::open(storage, &dir, origin, signer, options)?;
        let shared = Arc::clone(&writer.shared);
        let thread = std::thread::Builder::new().name("ledger".to_owned()).spawn(move || writer.run());
        let thread = thread.map_err(|e| Error::io("start the writer for", &dir.display().to_string(), e))?;
        Ok(Self { shared, verifier, dir, writer: Some(thread) })
    }

    /// Appends an entry. The future resolves when the entry is on disk; it runs on any executor and does not borrow
    /// the log. An error means that the entry was not acknowledged, and is not in the log. One exception: when
    /// the process ends while the disk refuses even to take the failed batch back, the batch may be there at the next
    /// open.
    pub fn append(&self, entry: Entry) -> Append {
        Append::new(&self.shared, entry)
    }

    /// Appends an entry and blocks the thread until it is on disk.
    pub fn append_blocking(&self, entry: Entry) -> Result<Appended> {
        append::wait(self.append(entry))
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }

    /// The log's public key.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The log's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Number of durable entries.
    pub fn size(&self) -> u64 {
        self.shared.size()
    }

    /// Number of entries that wait for their batch.
    pub fn queued(&self) -> usize {
        self.shared.queue.len()
    }

    /// The latest signed checkpoint.
    pub fn checkpoint(&self) -> Arc<Checkpoint> {
        Arc::clone(&self.shared.checkpoint.read())
    }

    /// The leaf at `index`.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>> {
        self.shared.within(index.saturating_add(1))?;
        Ok(self.shared.segments.read(index)?.1)
    }

    /// The sidecar at `index`; `None` when it was erased.
    pub fn sidecar(&self, index: u64) -> Result<Option<Vec<u8>>> {
        self.shared.sidecar(index)
    }

    /// Erases the sidecar at `index` on disk, durably. The leaf and all proofs stay as they are. Erasing twice is
    /// fine.
    pub fn erase_sidecar(&self, index: u64) -> Result<()> {
        self.shared.erase_sidecar(index)
    }

    /// The leaves of a range, in order, read in large pieces.
    pub fn entries(&self, range: Range<u64>) -> Entries<'_> {
        Entries::new(&self.shared, range)
    }

    /// The hash of the leaf at `index`.
    pub fn leaf_hash(&self, index: u64) -> Result<Hash> {
        self.shared.within(index.saturating_add(1))?;
        proof::Nodes::node(&self.shared.hashes, 0, index)
    }

    /// The root of the tree of the first `size` entries.
    pub fn root(&self, size: u64) -> Result<Hash> {
        self.shared.within(size)?;
        proof::tree_root(&self.shared.hashes, size)
    }

    /// Proof that the entry `index` stands in the tree of the first `size` entries, from leaf to root.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>> {
        self.shared.within(size)?;
        proof::inclusion(&self.shared.hashes, index, size)
    }

    /// Proof that the tree of `old` entries is a beginning of the tree of `new` entries.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>> {
        self.shared.within(new)?;
        proof::consistency(&self.shared.hashes, old, new)
    }

    /// The hash tile `index` of a level with `width` hashes; `None` when the log has no such tile (yet).
    pub fn tile(&self, level: u8, index: u64, width: u16) -> Result<Option<Vec<u8>>> {
        self.shared.tile(level, index, width)
    }

    /// The bundle `index` with `width` entries; `None` when the log has no such bundle (yet).
    pub fn entry_bundle(&self, index: u64, width: u16) -> Result<Option<Vec<u8>>> {
        self.shared.entry_bundle(index, width)
    }

    /// The content under a path of the public layout (`checkpoint`, `tile/...`); `None` when there is none.
    pub fn resource(&self, path: &str) -> Result<Option<Vec<u8>>> {
        self.shared.resource(path)
    }

    /// Writes the public layout of the present log into a folder: `checkpoint`, `tile/...`, and the public key in
    /// `verifier.pub`. Sidecars are not exported. Full tiles that are there already are not written again, so that
    /// repeated exports cost little.
    pub fn export_tiles(&self, dir: impl AsRef<Path>) -> Result<()> {
        self.shared.export(dir.as_ref(), &self.verifier)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.shared.queue.close();
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has nothing more to say here; its callers have been told.
            drop(writer.join());
        }
    }
}
