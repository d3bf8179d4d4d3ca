//! The writer thread: the only one that changes a log's files.

use std::any::Any;
use std::sync::Arc;

use crate::checkpoint::{Checkpoint, CheckpointBody};
use crate::compact::CompactRange;
use crate::error::{Error, Result};
use crate::key::Signer;
use crate::segment::{encode_checkpoint, encode_entry, encode_segment_header};
use crate::storage::{Access, File, write_all};

use super::Shared;
use super::append::Receipt;
use super::batch::BatchTree;
use super::queue::Job;
use super::recover::rebuild_hashes;

/// Most bytes of leaves and sidecars in one batch. It bounds the memory of the writer.
const MAX_BATCH_BYTES: usize = 4 << 20;

pub(super) struct Writer {
    pub shared: Arc<Shared>,
    pub signer: Signer,
    /// The growing segment.
    pub file: Arc<dyn File>,
    pub first: u64,
    /// Its durable length, up to and with the last checkpoint.
    pub len: u64,
    /// The right edge of the durable tree.
    pub range: CompactRange,
    /// Bytes of a failed batch may stand behind `len`. Nothing is written before they are cut off.
    pub dirty: bool,
    /// From this entry on the hash files may lack hashes.
    pub hashes_behind: Option<u64>,
    pub buffer: Vec<u8>,
    /// Keeps other processes out as long as the writer lives.
    pub _lock: Box<dyn Any + Send + Sync>,
}

/// Refuses waiting callers when the writer ends in whatever way.
struct AbortOnDrop<'a>(&'a Shared);

impl Drop for AbortOnDrop<'_> {
    fn drop(&mut self) {
        self.0.queue.abort();
    }
}

impl Writer {
    /// Serves batches until the queue is closed.
    pub fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let _abort = AbortOnDrop(&shared);
        let mut gather = None;
        while let Some(jobs) = shared.queue.take(shared.options.max_batch, MAX_BATCH_BYTES, gather) {
            // A batch costs the same whether it holds one entry or many: a signature, a synchronisation, wake-ups. When
            // several callers are at work, the next batch waits a moment for them; a single caller never waits.
            gather = (jobs.len() >= shared.options.siblings).then_some(shared.options.gather);
            self.serve(jobs);
        }
    }

    fn serve(&mut self, jobs: Vec<Job>) {
        match self.commit(&jobs) {
            Ok((tree, checkpoint)) => {
                let first = self.range.size() - jobs.len() as u64;
                for (index, job) in (first..).zip(jobs) {
                    let (tree, checkpoint) = (Arc::clone(&tree), Arc::clone(&checkpoint));
                    // A caller that has gone away does not want its receipt.
                    drop(job.done.send(Ok(Receipt { index, checkpoint, tree })));
                }
            }
            Err(error) => {
                for job in jobs {
                    drop(job.done.send(Err(error.clone())));
                }
            }
        }
    }

    /// Makes one batch durable. On an error the log is as before.
    fn commit(&mut self, jobs: &[Job]) -> Result<(Arc<BatchTree>, Arc<Checkpoint>)> {
        self.repair()?;
        if self.len >= self.shared.options.segment_bytes && self.range.size() > self.first {
            self.rotate()?;
        }
        let tree = Arc::new(BatchTree::new(&self.range, jobs.iter().map(|job| job.leaf_hash).collect()));
        let body = CheckpointBody::new(&self.shared.origin, tree.size(), tree.root());
        let checkpoint = Arc::new(body.sign(&self.signer)?);

        self.buffer.clear();
        let mut offsets = Vec::with_capacity(jobs.len());
        for (index, job) in (self.range.size()..).zip(jobs) {
            let offset = u32::try_from(self.len + self.buffer.len() as u64);
            offsets.push(offset.map_err(|_| Error::TooLarge {
                part: "segment",
                len: self.buffer.len(),
                max: u32::MAX as usize,
            })?);
            encode_entry(&mut self.buffer, index, &job.entry.leaf, &job.entry.sidecar);
        }
        encode_checkpoint(&mut self.buffer, checkpoint.size, &checkpoint.note_text);

        let written = write_all(&*self.file, &self.buffer, self.len);
        if let Err(e) = written.and_then(|()| self.file.sync()) {
            let error = Error::io("write", &self.shared.segments.path(self.first).display().to_string(), e);
            self.dirty = true;
            // Room for the next attempt is given back at once; if that fails too, the next batch tries it again.
            drop(self.repair());
            return Err(error);
        }

        // From here on the batch is durable, and every failure is one that can be made good later.
        self.len += self.buffer.len() as u64;
        self.shared.segments.add_offsets(&offsets);
        if self.shared.hashes.write_batch(&tree).is_err() {
            self.hashes_behind.get_or_insert(self.range.size());
        }
        self.range = tree.after();
        *self.shared.checkpoint.write() = Arc::clone(&checkpoint);
        if self.hashes_behind.is_some() {
            // One more try at once, so that readers need not wait for the next batch.
            drop(self.repair());
        }
        self.buffer.shrink_to(1 << 20);
        Ok((tree, checkpoint))
    }

    /// Makes good what an earlier failure left behind.
    fn repair(&mut self) -> Result<()> {
        if self.dirty {
            // Otherwise the end of a long failed batch, with its signed checkpoint, would stand behind a shorter good
            // one. The cut becomes durable with the next batch; until then nothing else has been acknowledged.
            let path = self.shared.segments.path(self.first);
            self.file.set_len(self.len).map_err(|e| Error::io("cut", &path.display().to_string(), e))?;
            self.dirty = false;
        }
        if let Some(from) = self.hashes_behind {
            rebuild_hashes(&self.shared, from)?;
            self.hashes_behind = None;
        }
        Ok(())
    }

    /// Closes the growing segment and begins the next.
    fn rotate(&mut self) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        // Once the segment is closed, its offsets and the hashes of its entries are trusted without reading it.
        let offsets = shared.segments.offsets_path(self.first);
        let content = shared.segments.current_offsets();
        crate::storage::replace_small(&*shared.storage, &offsets, &content)
            .map_err(|e| Error::io("write", &offsets.display().to_string(), e))?;
        shared.hashes.sync()?;

        let first = self.range.size();
        let checkpoint = Arc::clone(&*shared.checkpoint.read());
        let (file, len) = create_segment(&shared, first, &checkpoint)?;
        shared.segments.set_current(first, Arc::clone(&file), Vec::new());
        (self.file, self.first, self.len) = (file, first, len);
        Ok(())
    }
}

/// Creates the segment that begins with the entry `first`, durably. A half-made one of an earlier attempt is
/// overwritten.
pub(super) fn create_segment(
    shared: &Shared,
    first: u64,
    checkpoint: &Checkpoint,
) -> Result<(Arc<dyn File>, u64)> {
    let path = shared.segments.path(first);
    let mut content = encode_segment_header(first).to_vec();
    encode_checkpoint(&mut content, checkpoint.size, &checkpoint.note_text);
    let make = || {
        let file = shared.storage.open(&path, Access::Write)?;
        file.set_len(0)?;
        write_all(&*file, &content, 0)?;
        file.sync()?;
        path.parent().map_or(Ok(()), |dir| shared.storage.sync_dir(dir))?;
        Ok(file)
    };
    let file = make().map_err(|e| Error::io("create", &path.display().to_string(), e))?;
    Ok((file, content.len() as u64))
}
