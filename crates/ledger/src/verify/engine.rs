//! The comparison itself, the same for folders and remote nodes: entries as they are found, against the stored
//! hashes and the signed root.

use std::collections::BTreeMap;

use crate::compact::CompactRange;
use crate::error::Result;
use crate::hash::Hash;
use crate::tile::{TILE_HEIGHT, TileKind, TilePath};

use super::report::{Finding, FindingKind, Findings};

/// How far around its place a moved entry is looked for.
const WINDOW: u64 = 1024;

/// Where an item was found; the source knows how to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub unit: u64,
    pub offset: u64,
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    /// An entry, with the index written beside it where the layout has one.
    Entry { claimed: Option<u64>, hash: Hash, sidecar_intact: bool, spot: Spot },
    /// Nothing can be read up to the entry `resume`, or to the end.
    Gap { kind: FindingKind, resume: Option<u64>, spot: Spot },
}

/// Where entries and stored hashes come from.
pub(super) trait Source {
    fn next(&mut self) -> Result<Option<Item>>;
    /// The stored hash `index` of a tile level; `None` when there is none.
    fn stored(&mut self, level: u8, index: u64) -> Result<Option<Hash>>;
    fn describe(&self, spot: Spot) -> String;
    /// Whether stored hashes must be complete: an export has them all, a log's own folder may lag behind.
    fn stored_complete(&self) -> bool;
    /// The smallest stretch of entries that can be told not to give the recorded root, with the place.
    fn localise(&mut self, size: u64) -> Result<Option<Stretch>>;
}

/// Entries among which at least one was changed.
#[derive(Debug)]
pub(super) struct Stretch {
    pub from: u64,
    pub to: u64,
    pub place: String,
    pub expected: Option<Hash>,
    pub found: Option<Hash>,
}

pub(super) struct Engine<'a> {
    pub source: &'a mut dyn Source,
    pub limit: u64,
    pub findings: Findings,
    /// The tree of the entries as found.
    pub found: CompactRange,
    /// The tree of the stored leaf hashes.
    pub stored: CompactRange,
    pub stored_whole: bool,
    /// Roots of the found entries at sizes that are asked for.
    pub roots: BTreeMap<u64, Option<Hash>>,
    pub ahead: Option<Item>,
    pub read: u64,
}

impl Engine<'_> {
    fn next(&mut self) -> Result<Option<Item>> {
        match self.ahead.take() {
            Some(item) => Ok(Some(item)),
            None => self.source.next(),
        }
    }

    /// The hash of the next entry, without taking it.
    fn peek(&mut self) -> Result<Option<Hash>> {
        if self.ahead.is_none() {
            self.ahead = self.source.next()?;
        }
        Ok(match &self.ahead {
            Some(Item::Entry { hash, .. }) => Some(*hash),
            _ => None,
        })
    }

    fn place(&self, spot: Spot) -> String {
        self.source.describe(spot)
    }

    /// Takes the stored hashes up to `index` into their tree, and compares the higher levels on the way.
    fn advance(&mut self, index: u64) -> Result<()> {
        while self.stored_whole && self.stored.size() < index {
            let Some(leaf) = self.source.stored(0, self.stored.size())? else {
                self.stored_whole = false;
                if self.source.stored_complete() {
                    self.hash_file(0, self.stored.size(), None, None);
                }
                break;
            };
            let mut above = Vec::new();
            self.stored.push_with(leaf, |level, index, hash| {
                if level > 0 && level.is_multiple_of(TILE_HEIGHT) {
                    above.push(((level / TILE_HEIGHT) as u8, index, hash));
                }
            });
            for (level, index, hash) in above {
                let stored = self.source.stored(level, index)?;
                let wrong = stored != Some(hash) && (stored.is_some() || self.source.stored_complete());
                if wrong {
                    self.hash_file(level, index, Some(hash), stored);
                }
            }
        }
        Ok(())
    }

    fn hash_file(&mut self, level: u8, index: u64, expected: Option<Hash>, found: Option<Hash>) {
        let tile = TilePath::at(TileKind::Hashes { level }, index >> TILE_HEIGHT, self.limit);
        let place = tile.map_or_else(String::new, |tile| format!("{tile}, hash {}", index & 0xff));
        let shift = u32::from(level) * TILE_HEIGHT;
        let finding = Finding::new(FindingKind::HashFile, place).entries(index << shift, 1 << shift);
        self.findings.push(finding.hashes(expected, found));
    }

    /// Reads and judges everything.
    pub fn run(&mut self) -> Result<()> {
        let mut expected = 0;
        self.note_root(0);
        while expected < self.limit {
            let Some(item) = self.next()? else { break };
            match item {
                Item::Gap { kind, resume, spot } => {
                    let to = resume.unwrap_or(self.limit).clamp(expected, self.limit);
                    if to > expected {
                        let finding = Finding::new(kind, self.place(spot)).entries(expected, to - expected);
                        let stored = self.source.stored(0, expected)?;
                        self.findings.push(finding.hashes(stored, None));
                        expected = to;
                    }
                }
                Item::Entry { claimed, hash, sidecar_intact, spot } => {
                    self.read += 1;
                    expected = self.entry(expected, claimed, hash, spot)?;
                    if !sidecar_intact {
                        let place = self.place(spot);
                        let index = expected.saturating_sub(1);
                        self.findings.push(Finding::new(FindingKind::Sidecar, place).entries(index, 1));
                    }
                    self.found.push(hash);
                    self.note_root(self.found.size());
                }
            }
            self.advance(expected.min(self.limit))?;
        }
        if expected < self.limit {
            let stored = self.source.stored(0, expected)?;
            let finding = Finding::new(FindingKind::Missing, self.place(Spot { unit: u64::MAX, offset: 0 }));
            self.findings.push(finding.entries(expected, self.limit - expected).hashes(stored, None));
            self.advance(self.limit)?;
        }
        Ok(())
    }

    fn note_root(&mut self, size: u64) {
        if let Some(root) = self.roots.get_mut(&size) {
            *root = Some(self.found.root());
        }
    }

    /// Judges one entry found where the entry `expected` should stand; answers which one should stand next.
    fn entry(&mut self, expected: u64, claimed: Option<u64>, hash: Hash, spot: Spot) -> Result<u64> {
        let Some(stored) = self.source.stored(0, expected)? else {
            // Without stored hashes only the numbers can tell a gap.
            return Ok(match claimed {
                Some(claimed) if claimed > expected && claimed < self.limit => {
                    let finding = Finding::new(FindingKind::Missing, self.place(spot));
                    self.findings.push(finding.entries(expected, claimed - expected));
                    claimed + 1
                }
                _ => expected + 1,
            });
        };
        if stored == hash {
            if claimed.is_some_and(|claimed| claimed != expected) {
                let finding = Finding::new(FindingKind::Renumbered, self.place(spot));
                self.findings.push(finding.entries(expected, 1));
            }
            return Ok(expected + 1);
        }
        let next = self.peek()?;
        let finding = |kind| Finding::new(kind, self.place(spot)).entries(expected, 1);
        let finding = |kind| finding(kind).hashes(Some(stored), Some(hash));
        let (changed, reordered, inserted, missing) = (
            finding(FindingKind::Changed),
            finding(FindingKind::Reordered),
            finding(FindingKind::Inserted),
            finding(FindingKind::Missing),
        );
        if let Some(at) = self.whereabouts(hash, expected, claimed)? {
            let follows = match next {
                Some(next) => self.source.stored(0, at + 1)? == Some(next),
                None => true,
            };
            if at > expected && follows {
                self.findings.push(missing.entries(expected, at - expected).hashes(Some(stored), None));
                return Ok(at + 1);
            }
            self.findings.push(reordered.other(at));
            return Ok(expected + 1);
        }
        if next == Some(stored) {
            self.findings.push(inserted);
            return Ok(expected);
        }
        self.findings.push(changed);
        Ok(expected + 1)
    }

    /// The index at which a hash was recorded: the one written beside the entry first, then those around.
    fn whereabouts(&mut self, hash: Hash, expected: u64, claimed: Option<u64>) -> Result<Option<u64>> {
        let from = expected.saturating_sub(WINDOW);
        let to = expected.saturating_add(WINDOW).min(self.limit);
        for index in claimed.into_iter().chain(expected..to).chain(from..expected) {
            if index < self.limit && self.source.stored(0, index)? == Some(hash) {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }
}
