//! Reading whole segments again: at open, and to rebuild the hash files.

use std::path::Path;
use std::sync::Arc;

use crate::checkpoint::CheckpointBody;
use crate::compact::CompactRange;
use crate::error::{Error, Result};
use crate::hash::{Hash, leaf_hash};
use crate::key::VerifierKey;
use crate::note::Note;
use crate::proof::Nodes as _;
use crate::segment::{Kind, SEGMENT_HEADER, Scanned, Scanner};
use crate::storage::{Access, File, Storage};

use super::batch::BatchTree;
use super::{HashFiles, Shared};

/// Where a segment stops making sense.
#[derive(Debug)]
pub(super) struct Damage {
    pub offset: u64,
    pub index: u64,
    pub what: String,
}

/// What a segment holds up to its last good checkpoint.
#[derive(Debug)]
pub(super) struct Scan {
    /// Offset of each entry.
    pub offsets: Vec<u32>,
    pub leaves: Vec<Hash>,
    /// Length up to and with the last checkpoint; 0 when there is none.
    pub len: u64,
    /// The edge of the tree at the last checkpoint.
    pub range: CompactRange,
    /// The last checkpoint, unverified.
    pub note: Option<String>,
    pub damage: Option<Damage>,
    /// Whether the checkpoint at the head of the segment fits the hashes of the entries before it.
    pub head_fits: bool,
}

/// Reads the segment `first`; `before` is the edge of the tree of all entries before it.
pub(super) fn scan(file: &Arc<dyn File>, path: &Path, before: CompactRange) -> Result<Scan> {
    let fail = |e| Error::io("read", &path.display().to_string(), e);
    let mut scanner = Scanner::new(Arc::clone(file), SEGMENT_HEADER).map_err(fail)?;
    let first = before.size();
    let mut range = before;
    let mut done = Scan {
        offsets: Vec::new(),
        leaves: Vec::new(),
        len: 0,
        range: range.clone(),
        note: None,
        damage: None,
        head_fits: true,
    };
    let mut damage = None;
    if !scanner.header_is(first).map_err(fail)? {
        damage = Some((0, "the segment header does not fit".to_owned()));
    }
    while damage.is_none() {
        let offset = scanner.offset();
        let record = match scanner.next().map_err(fail)? {
            Scanned::End => break,
            Scanned::Damaged(what) => {
                damage = Some((offset, what.to_owned()));
                break;
            }
            Scanned::Record(record) => record,
        };
        let expected = range.size();
        if record.header.index != expected {
            let what = format!("entry or size {} stands where {expected} should", record.header.index);
            damage = Some((offset, what));
        } else if record.header.kind == Kind::Entry && done.note.is_some() {
            let leaf = leaf_hash(record.body);
            range.push(leaf);
            done.leaves.push(leaf);
            done.offsets.push(u32::try_from(offset).unwrap_or(u32::MAX));
        } else if let Some((note, body)) =
            unverified(record.body).filter(|_| record.header.kind == Kind::Checkpoint)
        {
            if body.size == expected && body.root == range.root() {
                done.note = Some(note);
                done.range = range.clone();
                done.len = scanner.offset();
            } else {
                done.head_fits = done.note.is_some();
                damage =
                    Some((offset, format!("the entries give the root {}, not {}", range.root(), body.root)));
            }
        } else {
            damage = Some((offset, "not the record that should stand here".to_owned()));
        }
    }
    done.damage = damage.map(|(offset, what)| Damage { offset, index: range.size(), what });
    let kept = usize::try_from(done.range.size() - first).unwrap_or(usize::MAX);
    done.leaves.truncate(kept);
    done.offsets.truncate(kept);
    Ok(done)
}

fn unverified(body: &[u8]) -> Option<(String, CheckpointBody)> {
    let note = String::from_utf8(body.to_vec()).ok()?;
    let body = CheckpointBody::parse(Note::parse(&note).ok()?.unverified_text()).ok()?;
    Some((note, body))
}

/// How many checkpoints for more than `size` entries, signed by one of the keys, stand behind a damage, up to two.
/// Only signed ones count, because a leaf may hold bytes that look like a record.
///
/// One alone may be the end of a batch that a power cut tore before it was acknowledged: sectors reach the disk in
/// any order. Two tell that the damage hit acknowledged entries, because a batch is only begun when the one before
/// is durable.
pub(super) fn checkpoints_behind(
    file: &Arc<dyn File>,
    path: &Path,
    damage: &Damage,
    mut size: u64,
    keys: &[VerifierKey],
) -> Result<u32> {
    let fail = |e| Error::io("read", &path.display().to_string(), e);
    let mut from = damage.offset.max(SEGMENT_HEADER);
    let mut scanner = Scanner::new(Arc::clone(file), from).map_err(fail)?;
    let mut count = 0;
    while count < 2 {
        let mut found_size = size;
        let found = scanner.find(from, |header, body| {
            found_size = header.index;
            let signed = |note| keys.iter().any(|key| CheckpointBody::verify(note, key).is_ok());
            header.kind == Kind::Checkpoint
                && header.index > size
                && std::str::from_utf8(body).is_ok_and(signed)
        });
        let Some(offset) = found.map_err(fail)? else { break };
        count += 1;
        from = offset + 1;
        size = found_size;
    }
    Ok(count)
}

/// The edge of the tree of `size` entries out of the hash files; `None` when they do not reach so far.
pub(super) fn edge(hashes: &HashFiles, size: u64) -> Result<Option<CompactRange>> {
    if hashes.count(0)? < size {
        return Ok(None);
    }
    let levels = (0..64u32).rev().filter(|level| (size >> level) & 1 == 1);
    let nodes: Result<Vec<Hash>> = levels.map(|level| hashes.node(level, (size >> level) - 1)).collect();
    match nodes {
        Ok(nodes) => Ok(CompactRange::from_nodes(size, nodes)),
        // A higher level that ends too early is rebuilt like a missing one.
        Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        Err(e) => Err(e),
    }
}

/// Writes the hash files anew from the segment that holds the entry `from` to the log's end. Before that segment
/// they are trusted.
pub(super) fn rebuild_hashes(shared: &Shared, from: u64) -> Result<()> {
    let firsts = shared.segments.firsts();
    let start = firsts.partition_point(|first| *first <= from).saturating_sub(1);
    let firsts = firsts.get(start..).unwrap_or_default();
    let Some(first) = firsts.first() else { return Ok(()) };
    let range = edge(&shared.hashes, *first)?.unwrap_or_default();
    rebuild_segments(shared, firsts, range).map(drop)
}

/// Reads the given neighbouring segments, which follow the tree `range`, and writes their hashes. Hands back the
/// edge of the tree behind them.
pub(super) fn rebuild_segments(
    shared: &Shared,
    firsts: &[u64],
    mut range: CompactRange,
) -> Result<CompactRange> {
    for first in firsts {
        let path = shared.segments.path(*first);
        let file = shared.storage.open(&path, Access::Read);
        let file = file.map_err(|e| Error::io("open", &path.display().to_string(), e))?;
        if range.size() != *first {
            return Err(corrupt(&path, 0, range.size(), "the segment with this entry is missing".to_owned()));
        }
        let scan = scan(&file, &path, range.clone())?;
        if let Some(damage) = scan.damage {
            return Err(corrupt(&path, damage.offset, damage.index, damage.what));
        }
        let tree = BatchTree::new(&range, scan.leaves);
        shared.hashes.write_batch(&tree)?;
        range = scan.range;
    }
    Ok(range)
}

/// Writes the offset file of a closed segment anew.
pub(super) fn write_offsets(storage: &dyn Storage, path: &Path, offsets: &[u32]) -> Result<()> {
    let content: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_be_bytes()).collect();
    crate::storage::replace_small(storage, path, &content)
        .map_err(|e| Error::io("write", &path.display().to_string(), e))
}

pub(super) fn corrupt(path: &Path, offset: u64, index: u64, what: String) -> Error {
    Error::Corrupt { segment: path.display().to_string(), offset, index, what }
}
