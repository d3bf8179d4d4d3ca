//! The set of segment files, and where in them each entry stands.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use crate::error::{Error, Result};
use crate::segment::{Header, Kind, RECORD_HEADER, segment_name};
use crate::storage::{Access, File, Storage, read_exact};

/// Closed segments whose files are kept open for reading.
const OPEN_SEGMENTS: usize = 16;

/// A closed segment with its offset file: four bytes per entry, big endian.
#[derive(Clone, Debug)]
struct Closed {
    first: u64,
    file: Arc<dyn File>,
    offsets: Arc<dyn File>,
}

/// The segment that grows; its offsets are in memory until it is closed.
#[derive(Debug)]
struct Current {
    first: u64,
    file: Arc<dyn File>,
    offsets: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct Segments {
    storage: Arc<dyn Storage>,
    dir: PathBuf,
    /// First entry of each closed segment, ascending.
    closed: RwLock<Vec<u64>>,
    current: RwLock<Option<Current>>,
    open: Mutex<VecDeque<Closed>>,
}

/// Where a record stands.
#[derive(Debug)]
pub(crate) struct Place {
    pub segment: u64,
    pub file: Arc<dyn File>,
    pub offset: u64,
}

impl Segments {
    pub fn new(storage: Arc<dyn Storage>, dir: PathBuf) -> Self {
        Self { storage, dir, closed: RwLock::default(), current: RwLock::default(), open: Mutex::default() }
    }

    pub fn path(&self, first: u64) -> PathBuf {
        self.dir.join(segment_name(first))
    }

    pub fn offsets_path(&self, first: u64) -> PathBuf {
        self.path(first).with_extension("idx")
    }

    fn open(&self, path: PathBuf) -> Result<Arc<dyn File>> {
        self.storage.open(&path, Access::Read).map_err(|e| Error::io("open", &path.display().to_string(), e))
    }

    /// First entries of all segments, the growing one included.
    pub fn firsts(&self) -> Vec<u64> {
        let mut firsts = self.closed.read().clone();
        firsts.extend(self.current.read().as_ref().map(|current| current.first));
        firsts
    }

    pub fn set_closed(&self, firsts: Vec<u64>) {
        *self.closed.write() = firsts;
    }

    /// Makes `file` the growing segment. The one before, whose offset file must be durable, becomes a closed one.
    pub fn set_current(&self, first: u64, file: Arc<dyn File>, offsets: Vec<u32>) {
        let mut current = self.current.write();
        if let Some(before) = current.replace(Current { first, file, offsets }) {
            self.closed.write().push(before.first);
        }
    }

    /// Notes where new entries of the growing segment stand.
    pub fn add_offsets(&self, offsets: &[u32]) {
        if let Some(current) = self.current.write().as_mut() {
            current.offsets.extend_from_slice(offsets);
        }
    }

    /// The offset file's content for the growing segment.
    pub fn current_offsets(&self) -> Vec<u8> {
        let current = self.current.read();
        current.iter().flat_map(|c| c.offsets.iter()).flat_map(|offset| offset.to_be_bytes()).collect()
    }

    /// The segment file that holds the entry `index`, and the record's offset in it.
    pub fn locate(&self, index: u64) -> Result<Place> {
        let lost = |size| Error::OutOfRange { index, size };
        if let Some(current) = self.current.read().as_ref()
            && let Some(at) = index.checked_sub(current.first)
        {
            let end = current.first + current.offsets.len() as u64;
            let at = usize::try_from(at).ok().and_then(|at| current.offsets.get(at));
            let offset = u64::from(*at.ok_or_else(|| lost(end))?);
            return Ok(Place { segment: current.first, file: Arc::clone(&current.file), offset });
        }
        let closed = self.closed(index).ok_or_else(|| lost(0))??;
        let bytes = read_exact(&*closed.offsets, 4, (index - closed.first) * 4)
            .map_err(|e| Error::io("read", &self.offsets_path(closed.first).display().to_string(), e))?;
        let offset = bytes.first_chunk::<4>().map_or(0, |b| u64::from(u32::from_be_bytes(*b)));
        Ok(Place { segment: closed.first, file: closed.file, offset })
    }

    fn closed(&self, index: u64) -> Option<Result<Closed>> {
        let first = {
            let firsts = self.closed.read();
            let at = firsts.partition_point(|first| *first <= index).checked_sub(1)?;
            *firsts.get(at)?
        };
        let mut open = self.open.lock();
        if let Some(found) = open.iter().find(|closed| closed.first == first) {
            return Some(Ok(found.clone()));
        }
        let opened = self.open(self.path(first)).and_then(|file| {
            let offsets = self.open(self.offsets_path(first))?;
            Ok(Closed { first, file, offsets })
        });
        if let Ok(closed) = &opened {
            open.truncate(OPEN_SEGMENTS - 1);
            open.push_front(closed.clone());
        }
        Some(opened)
    }

    /// Header, leaf and place of the entry `index`.
    pub fn read(&self, index: u64) -> Result<(Header, Vec<u8>, Place)> {
        let place = self.locate(index)?;
        let fail = |e| Error::io("read", &self.path(place.segment).display().to_string(), e);
        let damaged = |what: &str| self.corrupt(&place, index, what);
        let head = read_exact(&*place.file, RECORD_HEADER, place.offset).map_err(fail)?;
        let header = Header::parse(&head).filter(|h| h.kind == Kind::Entry && h.index == index);
        let header = header.ok_or_else(|| damaged("not the record of this entry"))?;
        let leaf =
            read_exact(&*place.file, header.body_len, place.offset + RECORD_HEADER as u64).map_err(fail)?;
        if !header.body_intact(&leaf) {
            return Err(damaged("checksum of the record does not fit"));
        }
        Ok((header, leaf, place))
    }

    /// The error for a record that is not what it should be.
    pub fn corrupt(&self, place: &Place, index: u64, what: &str) -> Error {
        Error::Corrupt {
            segment: self.path(place.segment).display().to_string(),
            offset: place.offset,
            index,
            what: what.to_owned(),
        }
    }
}
