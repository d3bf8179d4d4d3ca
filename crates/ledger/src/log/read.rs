//! Reading: entries, sidecars, tiles and the export.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::key::VerifierKey;
use crate::segment::{ERASED, FLAGS_AT, Kind, RECORD_HEADER, Scanned, Scanner};
use crate::storage::{Access, read_exact, write_all};
use crate::tile::{TILE_WIDTH, TileKind, TilePath, encode_entry, encode_hashes};

use super::Shared;
use super::segments::Place;

impl Shared {
    pub(super) fn sidecar(&self, index: u64) -> Result<Option<Vec<u8>>> {
        self.within(index.saturating_add(1))?;
        let (header, _, place) = self.segments.read(index)?;
        if header.erased {
            return Ok(None);
        }
        let at = place.offset + (RECORD_HEADER + header.body_len) as u64;
        let sidecar =
            read_exact(&*place.file, header.sidecar_len, at).map_err(|e| self.fail("read", &place, e))?;
        if header.sidecar_intact(&sidecar) {
            Ok(Some(sidecar))
        } else {
            Err(self.segments.corrupt(&place, index, "checksum of the sidecar does not fit"))
        }
    }

    pub(super) fn erase_sidecar(&self, index: u64) -> Result<()> {
        self.within(index.saturating_add(1))?;
        let (header, _, place) = self.segments.read(index)?;
        let path = self.segments.path(place.segment);
        let fail = |e| self.fail("erase in", &place, e);
        let file = self.storage.open(&path, Access::Write).map_err(fail)?;
        // The mark is durable before the zeros: a record with zeros but no mark would look damaged.
        let at = place.offset + (RECORD_HEADER + header.body_len) as u64;
        write_all(&*file, &[ERASED], place.offset + FLAGS_AT).map_err(fail)?;
        file.sync().map_err(fail)?;
        write_all(&*file, &vec![0; header.sidecar_len], at).map_err(fail)?;
        file.sync().map_err(fail)
    }

    fn fail(&self, action: &'static str, place: &Place, e: io::Error) -> Error {
        Error::io(action, &self.segments.path(place.segment).display().to_string(), e)
    }

    pub(super) fn tile(&self, level: u8, index: u64, width: u16) -> Result<Option<Vec<u8>>> {
        if !self.has(TilePath { kind: TileKind::Hashes { level }, index, width }) {
            return Ok(None);
        }
        let hashes = self.hashes.read(level, index * TILE_WIDTH, usize::from(width))?;
        Ok(Some(encode_hashes(&hashes)))
    }

    pub(super) fn entry_bundle(&self, index: u64, width: u16) -> Result<Option<Vec<u8>>> {
        if !self.has(TilePath { kind: TileKind::Entries, index, width }) {
            return Ok(None);
        }
        let first = index * TILE_WIDTH;
        let mut bundle = Vec::new();
        for leaf in Entries::new(self, first..first + u64::from(width)) {
            encode_entry(&mut bundle, &leaf?)?;
        }
        Ok(Some(bundle))
    }

    /// Whether the log is large enough for the tile.
    fn has(&self, tile: TilePath) -> bool {
        let there = TilePath::at(tile.kind, tile.index, self.size());
        tile.width > 0 && there.is_some_and(|there| there.width >= tile.width)
    }

    pub(super) fn resource(&self, path: &str) -> Result<Option<Vec<u8>>> {
        if path == "checkpoint" {
            return Ok(Some(self.checkpoint.read().note_text.clone().into_bytes()));
        }
        let Ok(tile) = path.parse::<TilePath>() else { return Ok(None) };
        match tile.kind {
            TileKind::Hashes { level } => self.tile(level, tile.index, tile.width),
            TileKind::Entries => self.entry_bundle(tile.index, tile.width),
        }
    }

    pub(super) fn export(&self, dir: &Path, key: &VerifierKey) -> Result<()> {
        let checkpoint = Arc::clone(&self.checkpoint.read());
        for tile in TilePath::all(checkpoint.size) {
            let path = dir.join(tile.to_string());
            // A full tile never changes again.
            if tile.is_full() && path.exists() {
                continue;
            }
            let content = self.resource(&tile.to_string())?;
            write_file(&path, &content.unwrap_or_default())?;
        }
        write_file(&dir.join("verifier.pub"), format!("{key}\n").as_bytes())?;
        // Last, so that the checkpoint never promises tiles that are not there yet.
        write_file(&dir.join("checkpoint"), checkpoint.note_text.as_bytes())
    }
}

/// Writes a file under a new name first, so that a broken export leaves no half tile under the right name.
fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    let new = path.with_extension("new");
    let write = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(&new, content)?;
        fs::rename(&new, path)
    };
    write().map_err(|e| Error::io("write", &path.display().to_string(), e))
}

/// Iterator over the leaves of a range of entries. See [`super::Log::entries`].
#[derive(Debug)]
pub struct Entries<'a> {
    shared: &'a Shared,
    range: Range<u64>,
    reading: Option<(Place, Scanner)>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(shared: &'a Shared, range: Range<u64>) -> Self {
        Self { shared, range, reading: None }
    }

    /// Reads on to the entry `index`. `Ok(None)` when the segment at hand ends before it.
    fn read_on(&mut self, index: u64) -> Result<Option<Vec<u8>>> {
        let Some((place, scanner)) = &mut self.reading else { return Ok(None) };
        loop {
            let offset = scanner.offset();
            let damaged = |what: &str| {
                let place = Place { segment: place.segment, file: Arc::clone(&place.file), offset };
                self.shared.segments.corrupt(&place, index, what)
            };
            match scanner.next().map_err(|e| self.shared.fail("read", place, e))? {
                Scanned::End => return Ok(None),
                Scanned::Damaged(what) => return Err(damaged(what)),
                Scanned::Record(record) if record.header.kind == Kind::Checkpoint => {}
                Scanned::Record(record) if record.header.index == index => {
                    return Ok(Some(record.body.to_vec()));
                }
                Scanned::Record(_) => return Err(damaged("not the record of this entry")),
            }
        }
    }

    fn read(&mut self, index: u64) -> Result<Vec<u8>> {
        self.shared.within(index.saturating_add(1))?;
        if let Some(leaf) = self.read_on(index)? {
            return Ok(leaf);
        }
        let place = self.shared.segments.locate(index)?;
        let scanner = Scanner::new(Arc::clone(&place.file), place.offset);
        let scanner = scanner.map_err(|e| self.shared.fail("read", &place, e))?;
        let missing = self.shared.segments.corrupt(&place, index, "the segment ends here");
        self.reading = Some((place, scanner));
        self.read_on(index)?.ok_or(missing)
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.range.next()?;
        let leaf = self.read(index);
        if leaf.is_err() {
            // Behind an error nothing can be told about what follows.
            self.range = 0..0;
        }
        Some(leaf)
    }
}
