//! A log's own folder: segments and hash files, of a running log or a copy.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::checkpoint::CheckpointBody;
use crate::compact::CompactRange;
use crate::error::{Error, Result};
use crate::hash::{Hash, leaf_hash};
use crate::key::VerifierKey;
use crate::log::{Folder, HashFiles};
use crate::note::Note;
use crate::segment::{Kind, SEGMENT_HEADER, Scanned, Scanner, segment_name};
use crate::storage::{Access, Disk, Storage as _};
use crate::tile::TILE_WIDTH;

use super::compare::{Claim, compare};
use super::engine::{Item, Source, Spot, Stretch};
use super::report::{Finding, FindingKind, Report};
use super::{Opens, VerifyOptions};

pub(super) fn verify(folder: &Folder, options: &VerifyOptions) -> Result<Report> {
    let hashes = HashFiles::new(Arc::new(Disk), folder.hashes(), Access::Read);
    // Taken before the segments are looked at: on a running log the hashes follow the segments, so that a longer
    // hash file always means that entries are gone.
    let hashed = hashes.count(0)?;
    let own_keys = folder.verifier_keys(&Disk)?;
    let firsts = folder.list_segments(&Disk)?;
    let keys = options.key.clone().map_or_else(|| own_keys.clone(), |key| vec![key]);
    let opens = options.opens;
    let mut source =
        DirSource { folder, firsts, hashes, keys, opens, at: 0, scanner: None, cache: VecDeque::new() };
    let (note, body, place) = source.last_checkpoint()?;
    let size = body.size;
    let mut report = compare(&mut source, Claim { note, body, place, own_keys }, options)?;
    if hashed > size {
        let finding = Finding::new(FindingKind::Missing, "end of the last segment".to_owned());
        let expected = source.hashes.read_some(0, size, 1)?.first().copied();
        report.findings.push(finding.entries(size, hashed - size).hashes(expected, None));
        report.findings_total += 1;
    }
    Ok(report)
}

struct DirSource<'a> {
    folder: &'a Folder,
    firsts: Vec<u64>,
    hashes: HashFiles,
    keys: Vec<VerifierKey>,
    opens: Option<Opens>,
    /// The segment that is being read.
    at: usize,
    scanner: Option<Scanner>,
    /// Pieces of the hash files read last: level, piece, hashes.
    cache: VecDeque<(u8, u64, Vec<Hash>)>,
}

impl DirSource<'_> {
    fn scanner(&self, first: u64) -> Result<Scanner> {
        let path = self.folder.segments().join(segment_name(first));
        let open = || Scanner::new(Disk.open(&path, Access::Read)?, SEGMENT_HEADER);
        open().map_err(|e| Error::io("open", &path.display().to_string(), e))
    }

    fn fail(&self, action: &'static str, first: u64) -> impl FnOnce(std::io::Error) -> Error + use<> {
        let path = self.folder.segments().join(segment_name(first)).display().to_string();
        move |e| Error::io(action, &path, e)
    }

    /// The last checkpoint in the segments that can be read at all.
    fn last_checkpoint(&self) -> Result<(String, CheckpointBody, String)> {
        for first in self.firsts.iter().rev() {
            let mut scanner = self.scanner(*first)?;
            let mut last = None;
            loop {
                let offset = scanner.offset();
                match scanner.next().map_err(self.fail("read", *first))? {
                    Scanned::End => break,
                    Scanned::Record(record) if record.header.kind == Kind::Checkpoint => {
                        let note = String::from_utf8_lossy(record.body).into_owned();
                        let body =
                            Note::parse(&note).and_then(|n| CheckpointBody::parse(n.unverified_text()));
                        if let Ok(body) = body {
                            last = Some((note, body, self.describe(Spot { unit: *first, offset })));
                        }
                    }
                    Scanned::Record(_) => {}
                    Scanned::Damaged(_) => {
                        match scanner.find(offset + 1, |_, _| true).map_err(self.fail("read", *first))? {
                            Some(next) => scanner.seek(next),
                            None => break,
                        }
                    }
                }
            }
            if let Some(last) = last {
                return Ok(last);
            }
        }
        let path = self.folder.segments().display().to_string();
        Err(Error::Format { path, found: "no checkpoint in any segment".to_owned() })
    }

    /// What is to be made of a record whose checksum does not fit.
    fn damaged(&mut self, first: u64, offset: u64) -> Result<Item> {
        let fail = self.fail("read", first);
        let next_first = self.firsts.get(self.at + 1).copied();
        let spot = Spot { unit: first, offset };
        let gap = Item::Gap { kind: FindingKind::Unreadable, resume: next_first, spot };
        let Some(scanner) = &mut self.scanner else { return Ok(gap) };
        let look = |scanner: &mut Scanner| {
            if let Some((header, body, sidecar_intact)) = scanner.raw(offset)? {
                let end = offset + header.record_len() as u64;
                let item = (header.kind == Kind::Entry).then(|| Item::Entry {
                    claimed: Some(header.index),
                    hash: leaf_hash(&body),
                    sidecar_intact,
                    spot,
                });
                // Its lengths are believed when another record follows where they say.
                if scanner.sound_at(end)? {
                    scanner.seek(end);
                    return Ok(item.unwrap_or(Item::Gap {
                        kind: FindingKind::Unreadable,
                        resume: Some(0),
                        spot,
                    }));
                }
            }
            let mut resume = None;
            let found = scanner.find(offset + 1, |header, _| {
                resume = Some(header.index);
                true
            })?;
            match found {
                Some(next) => {
                    scanner.seek(next);
                    Ok(Item::Gap { kind: FindingKind::Unreadable, resume, spot })
                }
                None => {
                    scanner.seek(u64::MAX);
                    Ok(gap)
                }
            }
        };
        look(scanner).map_err(fail)
    }

    /// The first checkpoint that is not signed by a known key, or whose root the entries do not give.
    fn first_bad_checkpoint(&mut self, size: u64) -> Result<Option<Stretch>> {
        let mut range = CompactRange::new();
        let mut good = 0;
        for first in self.firsts.clone() {
            let mut scanner = self.scanner(first)?;
            loop {
                let offset = scanner.offset();
                let spot = Spot { unit: first, offset };
                match scanner.next().map_err(self.fail("read", first))? {
                    Scanned::End => break,
                    Scanned::Damaged(_) => {
                        // What lies behind a damage cannot be judged by roots.
                        let (to, place) = ((range.size() + 1).min(size), self.describe(spot));
                        return Ok(Some(Stretch { from: good, to, place, expected: None, found: None }));
                    }
                    Scanned::Record(record) if record.header.kind == Kind::Entry => {
                        range.push(leaf_hash(record.body));
                    }
                    Scanned::Record(record) => {
                        let note = std::str::from_utf8(record.body).unwrap_or_default();
                        let body = self.keys.iter().find_map(|key| CheckpointBody::verify(note, key).ok());
                        let fits =
                            body.as_ref().is_some_and(|b| b.size == range.size() && b.root == range.root());
                        if !fits {
                            let to = record.header.index.clamp(good, size);
                            let (expected, found) = (body.map(|body| body.root), Some(range.root()));
                            let place = self.describe(spot);
                            return Ok(Some(Stretch { from: good, to, place, expected, found }));
                        }
                        good = range.size();
                    }
                }
            }
        }
        Ok(None)
    }
}

impl Source for DirSource<'_> {
    fn next(&mut self) -> Result<Option<Item>> {
        loop {
            let Some(first) = self.firsts.get(self.at).copied() else { return Ok(None) };
            if self.scanner.is_none() {
                self.scanner = Some(self.scanner(first)?);
            }
            let fail = self.fail("read", first);
            let Some(scanner) = &mut self.scanner else { return Ok(None) };
            let offset = scanner.offset();
            match scanner.next().map_err(fail)? {
                Scanned::End => {
                    self.at += 1;
                    self.scanner = None;
                }
                Scanned::Damaged(_) => return self.damaged(first, offset).map(Some),
                Scanned::Record(record) if record.header.kind == Kind::Entry => {
                    return Ok(Some(Item::Entry {
                        claimed: Some(record.header.index),
                        hash: leaf_hash(record.body),
                        sidecar_intact: record.header.erased
                            || self.opens.is_none_or(|opens| opens(record.body, record.sidecar)),
                        spot: Spot { unit: first, offset },
                    }));
                }
                Scanned::Record(_) => {}
            }
        }
    }

    fn stored(&mut self, level: u8, index: u64) -> Result<Option<Hash>> {
        let piece = index / TILE_WIDTH;
        let at = (index % TILE_WIDTH) as usize;
        if let Some((_, _, hashes)) = self.cache.iter().find(|(l, p, _)| (*l, *p) == (level, piece)) {
            return Ok(hashes.get(at).copied());
        }
        if self.hashes.count(level)? <= index {
            return Ok(None);
        }
        let hashes = self.hashes.read_some(level, piece * TILE_WIDTH, TILE_WIDTH as usize)?;
        let hash = hashes.get(at).copied();
        self.cache.truncate(15);
        self.cache.push_front((level, piece, hashes));
        Ok(hash)
    }

    fn describe(&self, spot: Spot) -> String {
        if spot.unit == u64::MAX {
            return "end of the last segment".to_owned();
        }
        format!("segments/{}, byte {}", segment_name(spot.unit), spot.offset)
    }

    fn stored_complete(&self) -> bool {
        false
    }

    fn localise(&mut self, size: u64) -> Result<Option<Stretch>> {
        self.first_bad_checkpoint(size)
    }
}
