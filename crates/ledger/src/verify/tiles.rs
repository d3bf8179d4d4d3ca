//! The public layout: an exported folder or a remote node.

use std::collections::VecDeque;
use std::io;

use crate::checkpoint::CheckpointBody;
use crate::error::{Error, Result};
use crate::hash::{Hash, leaf_hash};
use crate::key::VerifierKey;
use crate::note::Note;
use crate::tile::{TILE_WIDTH, TileKind, TilePath, decode_entries, decode_hashes};

use super::VerifyOptions;
use super::compare::{Claim, compare};
use super::engine::{Item, Source, Spot, Stretch};
use super::report::{FindingKind, Report};

type Fetch<'a> = &'a mut dyn FnMut(&str) -> io::Result<Option<Vec<u8>>>;

pub(super) fn verify(fetch: Fetch<'_>, options: &VerifyOptions) -> Result<Report> {
    let mut get = |name: &str| fetch(name).map_err(|e| Error::io("fetch", name, e));
    let note = get("checkpoint")?.ok_or(Error::Checkpoint("there is none"))?;
    let note = String::from_utf8(note).map_err(|_| Error::Checkpoint("it is not text"))?;
    let body = CheckpointBody::parse(Note::parse(&note)?.unverified_text())?;
    let own_keys = if options.key.is_none() { get("verifier.pub")?.unwrap_or_default() } else { Vec::new() };
    let own_keys = String::from_utf8_lossy(&own_keys);
    let own_keys = own_keys.lines().filter_map(|line| VerifierKey::parse(line).ok()).collect();
    let size = body.size;
    let mut source = TileSource { fetch, size, bundle: 0, ready: VecDeque::new(), cache: VecDeque::new() };
    compare(&mut source, Claim { note, body, place: "checkpoint".to_owned(), own_keys }, options)
}

struct TileSource<'a> {
    fetch: Fetch<'a>,
    size: u64,
    /// The bundle to be read next.
    bundle: u64,
    ready: VecDeque<Item>,
    /// Tiles read last: level, index, hashes. A missing or malformed tile is kept as an empty one.
    cache: VecDeque<(u8, u64, Vec<Hash>)>,
}

impl TileSource<'_> {
    /// A tile, or its full form where a partial one is no longer offered.
    fn tile(&mut self, tile: TilePath) -> Result<Option<Vec<u8>>> {
        let mut get = |tile: TilePath| {
            let name = tile.to_string();
            (self.fetch)(&name).map_err(|e| Error::io("fetch", &name, e))
        };
        match get(tile)? {
            None if !tile.is_full() => get(tile.full()),
            found => Ok(found),
        }
    }

    /// Reads the next bundle into `ready`.
    fn read_bundle(&mut self, path: TilePath) -> Result<()> {
        let number = self.bundle;
        self.bundle += 1;
        let resume = Some(number * TILE_WIDTH + u64::from(path.width));
        let spot = Spot { unit: number, offset: 0 };
        let Some(bytes) = self.tile(path)? else {
            self.ready.push_back(Item::Gap { kind: FindingKind::Missing, resume, spot });
            return Ok(());
        };
        let Ok(entries) = decode_entries(&bytes) else {
            self.ready.push_back(Item::Gap { kind: FindingKind::Unreadable, resume, spot });
            return Ok(());
        };
        // A full bundle in place of a partial one holds newer entries, which the checkpoint does not cover.
        let surplus = entries.len() as u64 == TILE_WIDTH && !path.is_full();
        let take = if surplus { usize::from(path.width) } else { entries.len() };
        self.ready.extend(entries.iter().take(take).zip(0..).map(|(entry, offset)| Item::Entry {
            claimed: None,
            hash: leaf_hash(entry),
            sidecar_intact: true,
            spot: Spot { unit: number, offset },
        }));
        Ok(())
    }
}

impl Source for TileSource<'_> {
    fn next(&mut self) -> Result<Option<Item>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(Some(item));
            }
            let Some(path) = TilePath::at(TileKind::Entries, self.bundle, self.size) else { return Ok(None) };
            self.read_bundle(path)?;
        }
    }

    fn stored(&mut self, level: u8, index: u64) -> Result<Option<Hash>> {
        let (number, at) = (index / TILE_WIDTH, (index % TILE_WIDTH) as usize);
        if let Some((_, _, hashes)) = self.cache.iter().find(|(l, n, _)| (*l, *n) == (level, number)) {
            return Ok(hashes.get(at).copied());
        }
        let Some(path) = TilePath::at(TileKind::Hashes { level }, number, self.size) else { return Ok(None) };
        let bytes = self.tile(path)?.unwrap_or_default();
        let mut hashes = decode_hashes(&bytes).unwrap_or_default();
        hashes.truncate(usize::from(path.width));
        let hash = hashes.get(at).copied();
        self.cache.truncate(15);
        self.cache.push_front((level, number, hashes));
        Ok(hash)
    }

    fn describe(&self, spot: Spot) -> String {
        match TilePath::at(TileKind::Entries, spot.unit, self.size) {
            Some(path) => format!("{path}, entry {} in it", spot.offset),
            None => "end of the last bundle".to_owned(),
        }
    }

    fn stored_complete(&self) -> bool {
        true
    }

    fn localise(&mut self, _size: u64) -> Result<Option<Stretch>> {
        // Higher tiles were compared on the way and have their own findings.
        Ok(None)
    }
}
