//! Opening a log: recognise the folder, cut what was never acknowledged, refuse what is damaged.

use std::path::Path;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::checkpoint::{Checkpoint, CheckpointBody};
use crate::compact::CompactRange;
use crate::error::{Error, Result};
use crate::key::{Signer, VerifierKey};
use crate::storage::{Access, File, Storage};

use super::batch::BatchTree;
use super::folder::Folder;
use super::queue::Queue;
use super::recover::{self, Scan, checkpoints_behind, corrupt, edge, rebuild_segments, scan};
use super::segments::Segments;
use super::writer::{Writer, create_segment};
use super::{HashFiles, Options, Shared};

/// A larger segment could outgrow the 32-bit offsets.
const MAX_SEGMENT_BYTES: u64 = 1 << 30;

pub(super) fn open(
    storage: Arc<dyn Storage>,
    dir: &Path,
    origin: &str,
    signer: Signer,
    mut options: Options,
) -> Result<Writer> {
    if signer.name() != origin {
        return Err(Error::Key("the name of the signing key must be the log's origin"));
    }
    options.segment_bytes = options.segment_bytes.min(MAX_SEGMENT_BYTES);
    let fail = |e| Error::io("open", &dir.display().to_string(), e);
    let folder = Folder(dir.to_path_buf());
    storage.create_dir(dir).map_err(fail)?;
    let lock = storage.lock(&folder.lock()).map_err(fail)?;
    let lock = lock.ok_or_else(|| Error::Locked { path: dir.display().to_string() })?;
    folder.prepare(&*storage, origin)?;
    let keys = folder.add_key(&*storage, signer.verifier())?;

    let shared = Arc::new(Shared {
        origin: origin.to_owned(),
        queue: Queue::new(options.queue, options.queue_bytes),
        options,
        checkpoint: RwLock::new(Arc::new(sign(&signer, &CompactRange::new())?)),
        segments: Segments::new(Arc::clone(&storage), folder.segments()),
        hashes: HashFiles::new(Arc::clone(&storage), folder.hashes(), Access::Write),
        storage,
    });

    let mut firsts = folder.list_segments(&*shared.storage)?;
    let last = last_segment(&shared, &mut firsts, &keys)?;
    let size = last.as_ref().map_or(0, |last| last.scan.range.size());
    let acknowledged = shared.hashes.count(0)?;
    if acknowledged > size {
        return Err(Error::Rollback { path: dir.display().to_string(), size, acknowledged });
    }
    let (file, first, len, range) = match last {
        Some(last) => resume(&shared, last, &firsts, &keys, &signer)?,
        None => {
            let checkpoint = Arc::clone(&*shared.checkpoint.read());
            let (file, len) = create_segment(&shared, 0, &checkpoint)?;
            shared.segments.set_current(0, Arc::clone(&file), Vec::new());
            (file, 0, len, CompactRange::new())
        }
    };
    let (dirty, hashes_behind, buffer) = (false, None, Vec::new());
    Ok(Writer { shared, signer, file, first, len, range, dirty, hashes_behind, buffer, _lock: lock })
}

fn sign(signer: &Signer, range: &CompactRange) -> Result<Checkpoint> {
    CheckpointBody::new(signer.name(), range.size(), range.root()).sign(signer)
}

/// The segment that will grow on, and what it holds.
struct Last {
    first: u64,
    file: Arc<dyn File>,
    before: CompactRange,
    scan: Scan,
}

/// Finds the last segment that holds a checkpoint. A half-made segment behind it is removed.
fn last_segment(shared: &Shared, firsts: &mut Vec<u64>, keys: &[VerifierKey]) -> Result<Option<Last>> {
    while let Some(first) = firsts.last().copied() {
        let path = shared.segments.path(first);
        let file = shared.storage.open(&path, Access::Write);
        let file = file.map_err(|e| Error::io("open", &path.display().to_string(), e))?;
        let closed = firsts.get(..firsts.len() - 1).unwrap_or_default();
        let trusted = edge(&shared.hashes, first)?;
        let rebuilt = trusted.is_none();
        let mut before = match trusted {
            Some(range) => range,
            None => rebuild_segments(shared, closed, CompactRange::new())?,
        };
        if before.size() != first {
            return Err(missing(shared, before.size(), first));
        }
        let mut found = scan(&file, &path, before.clone())?;
        if !found.head_fits && !rebuilt {
            // The hash files are not synced with each batch and may be stale; the segments decide.
            before = rebuild_segments(shared, closed, CompactRange::new())?;
            if before.size() != first {
                return Err(missing(shared, before.size(), first));
            }
            found = scan(&file, &path, before.clone())?;
        }
        if let Some(damage) = &found.damage {
            let size = found.range.size();
            let behind = checkpoints_behind(&file, &path, damage, size, keys)?;
            // The hash files are written after a batch is acknowledged, so they know whether it was.
            let acknowledged = behind > 1 || shared.hashes.count(0)? > size;
            if acknowledged || !found.head_fits {
                return Err(corrupt(&path, damage.offset, damage.index, damage.what.clone()));
            }
        }
        if found.note.is_some() {
            return Ok(Some(Last { first, file, before, scan: found }));
        }
        // Its first checkpoint never became durable, so nothing in it was acknowledged.
        let removed = shared.storage.remove(&path);
        removed
            .and_then(|()| path.parent().map_or(Ok(()), |dir| shared.storage.sync_dir(dir)))
            .map_err(|e| Error::io("remove", &path.display().to_string(), e))?;
        firsts.pop();
    }
    Ok(None)
}

fn missing(shared: &Shared, from: u64, to: u64) -> Error {
    corrupt(
        &shared.segments.path(to),
        0,
        from,
        format!("the entries {from} to {} are missing", to.saturating_sub(1)),
    )
}

/// Makes the last segment ready to grow and the caches agree with it.
fn resume(
    shared: &Shared,
    last: Last,
    firsts: &[u64],
    keys: &[VerifierKey],
    signer: &Signer,
) -> Result<(Arc<dyn File>, u64, u64, CompactRange)> {
    let Last { first, file, before, scan } = last;
    let path = shared.segments.path(first);
    let note_text = scan.note.unwrap_or_default();
    if !keys.iter().any(|key| CheckpointBody::verify(&note_text, key).is_ok()) {
        let what = "the last checkpoint is not signed by a key of this log".to_owned();
        return Err(corrupt(&path, scan.len, scan.range.size(), what));
    }
    let end = file.len().map_err(|e| Error::io("read", &path.display().to_string(), e))?;
    // The last batch may have been written but not synced by a process that was killed. It is made durable before
    // its checkpoint is handed out.
    let cut = if end > scan.len { file.set_len(scan.len) } else { Ok(()) };
    cut.and_then(|()| file.sync()).map_err(|e| Error::io("cut", &path.display().to_string(), e))?;
    let closed = firsts.get(..firsts.len().saturating_sub(1)).unwrap_or_default();
    check_closed(shared, closed, first)?;
    shared.segments.set_closed(closed.to_vec());
    shared.segments.set_current(first, Arc::clone(&file), scan.offsets);
    shared.hashes.write_batch(&BatchTree::new(&before, scan.leaves))?;

    let range = scan.range;
    let own = CheckpointBody::verify(&note_text, signer.verifier()).is_ok();
    let checkpoint = if own {
        Checkpoint { size: range.size(), root: range.root(), note_text }
    } else {
        // The key was changed: the same tree is vouched for by the new one.
        sign(signer, &range)?
    };
    *shared.checkpoint.write() = Arc::new(checkpoint);
    Ok((file, first, scan.len, range))
}

/// Checks that the closed segments are all there, by their offset files; writes those anew that are missing.
fn check_closed(shared: &Shared, closed: &[u64], end: u64) -> Result<()> {
    if let Some(first) = closed.first().or(Some(&end)).filter(|first| **first > 0) {
        return Err(missing(shared, 0, *first));
    }
    for (at, first) in closed.iter().enumerate() {
        let next = closed.get(at + 1).copied().unwrap_or(end);
        let path = shared.segments.offsets_path(*first);
        let len = match shared.storage.open(&path, Access::Read) {
            Ok(file) => file.len().map_err(|e| Error::io("read", &path.display().to_string(), e))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => 0,
            Err(e) => return Err(Error::io("open", &path.display().to_string(), e)),
        };
        if len == (next - first) * 4 {
            continue;
        }
        let segment = shared.segments.path(*first);
        let file = shared.storage.open(&segment, Access::Read);
        let file = file.map_err(|e| Error::io("open", &segment.display().to_string(), e))?;
        let before = edge(&shared.hashes, *first)?.ok_or_else(|| missing(shared, *first, next))?;
        let scan = scan(&file, &segment, before)?;
        if let Some(damage) = scan.damage {
            return Err(corrupt(&segment, damage.offset, damage.index, damage.what));
        }
        if scan.range.size() != next {
            return Err(missing(shared, scan.range.size(), next));
        }
        recover::write_offsets(&*shared.storage, &path, &scan.offsets)?;
    }
    Ok(())
}
