//! Telling whether a file is still the one that was read.

use std::{fs::File, io, path::Path, time::UNIX_EPOCH};

use super::bytes::read_at;
use crate::hash::hash64;

/// Bytes at the head and at the tail that count for the digest.
const EDGE: u64 = 64 * 1024;

/// Size and time of change: cheap to ask for before each look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    pub(super) changed_ns: u64,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let meta = std::fs::metadata(path)?;
        let changed = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self { size: meta.len(), changed_ns: changed.as_nanos() as u64 })
    }
}

/// The stamp with a digest of head and tail, for what is kept over a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) stamp: Stamp,
    pub(super) digest: u64,
}

impl Tag {
    pub(super) fn of(path: &Path, file: &File) -> io::Result<Self> {
        let stamp = Stamp::of(path)?;
        let head = edge(file, 0, EDGE.min(stamp.size))?;
        let tail = edge(file, stamp.size.saturating_sub(EDGE), EDGE.min(stamp.size))?;
        Ok(Self { stamp, digest: hash64(&head) ^ hash64(&tail).rotate_left(32) })
    }

    /// One number for the whole tag.
    pub(super) fn number(&self) -> u64 {
        let parts = [self.stamp.size, self.stamp.changed_ns, self.digest];
        hash64(&parts.iter().flat_map(|part| part.to_le_bytes()).collect::<Vec<u8>>())
    }
}

fn edge(file: &File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0_u8; length as usize];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match read_at(file, rest, offset + filled as u64)? {
            0 => break,
            more => filled += more,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
