//! The comparison itself, the same for folders and remote nodes: entries as they are found, against the stored
//! hashes and the signed root.

use std::collections::BTreeMap;

use crate::checkpoint::CheckpointBody;
use crate::compact::CompactRange;
use crate::error::Result;
use crate::hash::Hash;
use crate::key::VerifierKey;
use crate::tile::{TILE_HEIGHT, TileKind, TilePath};

use super::VerifyOptions;
use super::report::{Check, CheckState, Finding, FindingKind, Findings, Report};

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

struct Engine<'a> {
    source: &'a mut dyn Source,
    limit: u64,
    findings: Findings,
    /// The tree of the entries as found.
    found: CompactRange,
    /// The tree of the stored leaf hashes.
    stored: CompactRange,
    stored_whole: bool,
    /// Roots of the found entries at sizes that are asked for.
    roots: BTreeMap<u64, Option<Hash>>,
    ahead: Option<Item>,
    read: u64,
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

    fn run(&mut self) -> Result<()> {
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

/// The signed checkpoint of a log, with the verdict on its signature.
pub(super) struct Claim {
    pub note: String,
    pub body: CheckpointBody,
    pub place: String,
    /// Keys found beside the log.
    pub own_keys: Vec<VerifierKey>,
}

/// Compares everything and writes the report.
pub(super) fn compare(source: &mut dyn Source, claim: Claim, options: &VerifyOptions) -> Result<Report> {
    let Claim { note, body, place, own_keys } = claim;
    let mut checks = Vec::new();
    let mut findings = Findings::default();
    let keys = if let Some(key) = &options.key { vec![key.clone()] } else { own_keys };
    let signed = keys.iter().any(|key| CheckpointBody::verify(&note, key).is_ok());
    if !signed && !keys.is_empty() {
        findings.push(Finding::new(FindingKind::Signature, place.clone()));
    }
    checks.push(signature_check(signed, &keys, options.key.is_some()));

    let (saved, unusable) = read_saved(&options.saved, &keys);
    for number in unusable {
        findings.push(Finding::new(FindingKind::Signature, format!("saved checkpoint {number}")));
    }
    let mut engine = Engine {
        source,
        limit: body.size,
        findings,
        found: CompactRange::new(),
        stored: CompactRange::new(),
        stored_whole: true,
        roots: saved.iter().map(|saved| (saved.size, None)).collect(),
        ahead: None,
        read: 0,
    };
    engine.run()?;
    let Engine { mut findings, found, stored, stored_whole, roots, read, source, .. } = engine;

    let found_fits = found.size() == body.size && found.root() == body.root;
    let stored_fits = stored_whole && stored.size() == body.size && stored.root() == body.root;
    if found_fits {
        // The entries give the signed root, so whatever differs from them is what was changed.
        for finding in findings.list.iter_mut().filter(|finding| finding.kind.rests_on_stored_hash()) {
            let place = finding.index.map_or_else(String::new, |index| {
                let tile = TilePath::at(TileKind::Hashes { level: 0 }, index >> TILE_HEIGHT, body.size);
                tile.map_or_else(String::new, |tile| tile.to_string())
            });
            let (index, count) = (finding.index.unwrap_or_default(), finding.count);
            let hashes = (finding.found, finding.expected);
            *finding =
                Finding::new(FindingKind::HashFile, place).entries(index, count).hashes(hashes.0, hashes.1);
        }
    } else if !stored_fits {
        let stretch = source.localise(body.size)?.unwrap_or(Stretch {
            from: 0,
            to: body.size,
            place: place.clone(),
            expected: Some(body.root),
            found: Some(found.root()),
        });
        let finding = Finding::new(FindingKind::Root, stretch.place);
        let finding = finding.entries(stretch.from, stretch.to.saturating_sub(stretch.from));
        findings.push(finding.hashes(stretch.expected, stretch.found));
    }
    checks.push(entries_check(read, body.size, &findings));
    checks.push(root_check(found_fits, &body));
    if let Some(check) = saved_check(&saved, &roots, &body, &mut findings) {
        checks.push(check);
    }
    Ok(Report {
        origin: body.origin,
        size: body.size,
        root: body.root,
        checkpoint: note,
        entries_checked: read,
        checks,
        findings: findings.list,
        findings_total: findings.total,
    })
}

fn signature_check(signed: bool, keys: &[VerifierKey], given: bool) -> Check {
    let (state, en, zh) = match (signed, keys.is_empty(), given) {
        (true, _, true) => (CheckState::Passed, "signed by the given key", "由给定的公钥签名"),
        (true, _, false) => (
            CheckState::Passed,
            "signed by the key that lies beside the log; give the published key to be sure",
            "由日志旁的公钥签名；请提供公布的公钥以确认",
        ),
        (false, true, _) => (
            CheckState::NotDone,
            "no key to check the signature; give one",
            "没有可用于验签的公钥：请提供公钥",
        ),
        (false, false, _) => (CheckState::Failed, "not signed by this key", "不是由该公钥签名"),
    };
    Check { code: "signature", state, zh: zh.to_owned(), en: en.to_owned() }
}

fn entries_check(read: u64, size: u64, findings: &Findings) -> Check {
    let ok = findings.list.iter().all(|f| matches!(f.kind, FindingKind::Signature));
    Check {
        code: "entries",
        state: if ok { CheckState::Passed } else { CheckState::Failed },
        zh: format!("共 {size} 条，已读取并计算 {read} 条"),
        en: format!("{read} of {size} entries read and hashed"),
    }
}

fn root_check(fits: bool, body: &CheckpointBody) -> Check {
    let (state, en, zh) = if fits {
        (CheckState::Passed, "the entries give the root", "由条目算出的根哈希与检查点一致")
    } else {
        (CheckState::Failed, "the entries do not give the root", "由条目算出的根哈希与检查点不一致")
    };
    Check { code: "root", state, zh: format!("{zh}（{}）", body.root), en: format!("{en} {}", body.root) }
}

/// The saved checkpoints that are usable, and the numbers (from 1) of those that are not.
fn read_saved(saved: &[String], keys: &[VerifierKey]) -> (Vec<CheckpointBody>, Vec<usize>) {
    let (mut usable, mut unusable) = (Vec::new(), Vec::new());
    for (number, note) in (1..).zip(saved) {
        match keys.iter().find_map(|key| CheckpointBody::verify(note, key).ok()) {
            Some(body) => usable.push(body),
            None => unusable.push(number),
        }
    }
    usable.sort_by_key(|body| body.size);
    (usable, unusable)
}

fn saved_check(
    saved: &[CheckpointBody],
    roots: &BTreeMap<u64, Option<Hash>>,
    body: &CheckpointBody,
    findings: &mut Findings,
) -> Option<Check> {
    let mut ok = true;
    let mut good = 0;
    for old in saved {
        let place = format!("saved checkpoint of {} entries", old.size);
        if old.size > body.size {
            let finding = Finding::new(FindingKind::Rollback, place).entries(body.size, old.size - body.size);
            findings.push(finding.hashes(Some(old.root), Some(body.root)));
            ok = false;
        } else {
            let found = roots.get(&old.size).copied().flatten();
            if found == Some(old.root) {
                good = old.size;
                continue;
            }
            let finding = Finding::new(FindingKind::Fork, place).entries(good, old.size - good);
            findings.push(finding.hashes(Some(old.root), found));
            ok = false;
        }
        // One is enough: all later ones fail for the same reason.
        break;
    }
    (!saved.is_empty()).then(|| Check {
        code: "saved",
        state: if ok { CheckState::Passed } else { CheckState::Failed },
        zh: format!("与此前保存的 {} 个检查点比对", saved.len()),
        en: format!("compared with {} checkpoints saved earlier", saved.len()),
    })
}
