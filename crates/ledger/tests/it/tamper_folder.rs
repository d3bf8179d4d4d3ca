//! Somebody changes a log's folder; the verifier names what was changed.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use ledger::{CheckState, FindingKind, Hash, Report, VerifyOptions, leaf_hash, verify_dir};
use proptest::prelude::*;

use crate::segment_edit::*;
use crate::support::*;

/// A closed log of 400 entries in several segments, some in shared batches.
fn sample() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    fill(&log, 0..50);
    append_together(&log, 50..400);
    dir
}

fn verify(dir: &Path) -> Report {
    let options = VerifyOptions { key: Some(signer().verifier().clone()), ..VerifyOptions::default() };
    verify_dir(dir, &options).unwrap()
}

/// Kind, first entry and number of entries of each finding.
fn summary(report: &Report) -> Vec<(FindingKind, Option<u64>, u64)> {
    report.findings.iter().map(|f| (f.kind, f.index, f.count)).collect()
}

/// An untouched log has no findings, and every check passes.
#[test]
fn an_untouched_log_is_fine() {
    let dir = sample();
    let report = verify(dir.path());
    assert!(report.is_ok(), "{report:#?}");
    assert_eq!((report.size, report.entries_checked, report.origin.as_str()), (400, 400, ORIGIN));
    assert!(report.checks.iter().all(|check| check.state == CheckState::Passed));
    assert_eq!(report.checks.iter().map(|c| c.code).collect::<Vec<_>>(), ["signature", "entries", "root"]);
}

/// A changed entry is named with both hashes, whether or not the forger mended the checksum.
#[test]
fn a_changed_entry_is_named() {
    for mended in [false, true] {
        let dir = sample();
        if mended {
            edit(dir.path(), 217, |segment| {
                let at = segment.position(217);
                segment.records[at].body[3] ^= 1;
            });
        } else {
            let path = segments(dir.path()).into_iter().rev().find(|p| holds(p, &leaf(217))).unwrap();
            let mut bytes = fs::read(&path).unwrap();
            let at = bytes.windows(9).position(|w| w == b"entry 217").unwrap();
            bytes[at + 3] ^= 1;
            fs::write(path, bytes).unwrap();
        }
        let report = verify(dir.path());
        assert_eq!(summary(&report), [(FindingKind::Changed, Some(217), 1)], "mended: {mended}");
        let finding = &report.findings[0];
        let mut changed = leaf(217);
        changed[3] ^= 1;
        assert_eq!(finding.code, "ledger.entry-changed");
        assert_eq!(
            (finding.expected, finding.found),
            (Some(leaf_hash(&leaf(217))), Some(leaf_hash(&changed)))
        );
        assert!(finding.en.contains("entry 217") && finding.zh.contains("第 217 条"), "{finding:?}");
        assert!(finding.place.contains(".seg, byte "));
    }
}

fn holds(path: &Path, text: &[u8]) -> bool {
    fs::read(path).unwrap().windows(text.len()).any(|window| window == text)
}

/// Removed entries are named, whether the numbers of the others were mended or not.
#[test]
fn missing_entries_are_named() {
    for renumber in [false, true] {
        let dir = sample();
        edit(dir.path(), 150, |segment| {
            let at = segment.position(150);
            segment.records.drain(at..at + 3);
            if renumber {
                let entries = segment.records[at..].iter_mut().filter(|record| record.kind == 1);
                entries.for_each(|record| record.index -= 3);
            }
        });
        let report = verify(dir.path());
        assert_eq!(summary(&report)[0], (FindingKind::Missing, Some(150), 3), "renumbered: {renumber}");
        let others = summary(&report)[1..].iter().all(|(kind, ..)| *kind == FindingKind::Renumbered);
        assert!(others, "{:?}", summary(&report));
    }
}

/// Two exchanged entries are named both, each with the entry that stands in its place.
#[test]
fn reordered_entries_are_named() {
    let dir = sample();
    edit(dir.path(), 200, |segment| {
        let (a, b) = (segment.position(200), segment.position(207));
        segment.records.swap(a, b);
        segment.records[a].index = 200;
        segment.records[b].index = 207;
    });
    let report = verify(dir.path());
    assert_eq!(
        summary(&report),
        [(FindingKind::Reordered, Some(200), 1), (FindingKind::Reordered, Some(207), 1)]
    );
    assert_eq!((report.findings[0].other, report.findings[1].other), (Some(207), Some(200)));
}

/// An entry put in between is found at its place.
#[test]
fn an_inserted_entry_is_named() {
    let dir = sample();
    edit(dir.path(), 120, |segment| {
        let at = segment.position(120);
        let mut record = segment.records[at].clone();
        record.body = b"never recorded".to_vec();
        segment.records.insert(at, record);
    });
    assert_eq!(summary(&verify(dir.path())), [(FindingKind::Inserted, Some(120), 1)]);
}

/// A forger who mends the leaf hashes too is caught by the signed checkpoint of the batch, which names the entry
/// when it was recorded alone; one who also forges the roots of later checkpoints is caught by their signatures.
#[test]
fn a_mended_hash_file_does_not_help() {
    for forge_roots in [false, true] {
        let dir = sample();
        for path in segments(dir.path()) {
            let mut segment = Segment::parse(&fs::read(&path).unwrap());
            for record in &mut segment.records {
                if record.kind == 1 && record.index == 42 {
                    record.body[0] = b'E';
                    set_hash(dir.path(), 42, leaf_hash(&record.body));
                }
                if forge_roots && record.kind == 2 && record.index > 42 && record.index < 400 {
                    let note = String::from_utf8(record.body.clone()).unwrap();
                    let mut lines: Vec<&str> = note.split('\n').collect();
                    let root = leaf_hash(b"whatever").to_string();
                    lines[2] = &root;
                    record.body = lines.join("\n").into_bytes();
                }
            }
            fs::write(&path, segment.bytes()).unwrap();
        }
        let report = verify(dir.path());
        assert_eq!(report.findings[0].kind, FindingKind::HashFile, "the tile above the leaf hashes differs");
        let root = report.findings.last().unwrap();
        assert_eq!((root.kind, root.index, root.count), (FindingKind::Root, Some(42), 1), "{root:?}");
    }
}

fn set_hash(dir: &Path, index: u64, hash: Hash) {
    let path = dir.join("hashes/0");
    let mut bytes = fs::read(&path).unwrap();
    bytes[index as usize * 32..][..32].copy_from_slice(hash.as_bytes());
    fs::write(path, bytes).unwrap();
}

/// A change in the hash files alone is told apart from a change of an entry.
#[test]
fn a_changed_hash_file_accuses_no_entry() {
    let dir = sample();
    set_hash(dir.path(), 77, leaf_hash(b"wrong"));
    let report = verify(dir.path());
    assert!(report.findings.iter().all(|f| f.kind == FindingKind::HashFile), "{:?}", summary(&report));
    assert!(summary(&report).contains(&(FindingKind::HashFile, Some(77), 1)));
}

/// A log that was cut back is noticed by its hash files, and by a saved checkpoint when they were cut too.
#[test]
fn a_cut_log_is_noticed() {
    let dir = sample();
    let saved = verify(dir.path()).checkpoint;
    let path = last_segment(dir.path());
    let gone = Segment::parse(&fs::read(&path).unwrap()).records[0].index;
    let mut segment = Segment::parse(&fs::read(&path).unwrap());
    segment.records.truncate(1);
    fs::write(&path, segment.bytes()).unwrap();
    assert_eq!(summary(&verify(dir.path())), [(FindingKind::Missing, Some(gone), 400 - gone)]);

    fs::remove_dir_all(dir.path().join("hashes")).unwrap();
    assert!(verify(dir.path()).is_ok(), "nothing local tells it any more");
    let options = VerifyOptions {
        key: Some(signer().verifier().clone()),
        saved: vec![saved],
        ..VerifyOptions::default()
    };
    let report = verify_dir(dir.path(), &options).unwrap();
    assert_eq!(summary(&report), [(FindingKind::Rollback, Some(gone), 400 - gone)]);
    assert!(report.checks.iter().any(|check| check.code == "saved" && check.state == CheckState::Failed));
}

/// Even the holder of the key cannot rewrite the past unnoticed by somebody who saved checkpoints: the stretch
/// between the last that fits and the first that does not is named.
#[test]
fn a_rewritten_log_is_noticed() {
    let dir = sample();
    let other = tempfile::tempdir().unwrap();
    let log = open(other.path());
    let good = fill(&log, 0..50).pop().unwrap().checkpoint;
    log.append_blocking(entry(5000)).unwrap();
    append_together(&log, 51..400);
    let old = verify(dir.path()).checkpoint;
    let options =
        |saved| VerifyOptions { key: Some(signer().verifier().clone()), saved, ..VerifyOptions::default() };
    let report = verify_dir(other.path(), &options(vec![old.clone(), good.note_text.clone()])).unwrap();
    assert_eq!(summary(&report), [(FindingKind::Fork, Some(50), 350)]);
    assert!(verify_dir(other.path(), &options(vec![good.note_text.clone()])).unwrap().is_ok());
    let unsigned = verify_dir(other.path(), &options(vec!["nonsense".to_owned()])).unwrap();
    assert_eq!(unsigned.findings[0].kind, FindingKind::Signature);
}

/// A log signed with another key than the published one is not accepted.
#[test]
fn a_foreign_key_is_noticed() {
    let dir = sample();
    let other = ledger::Signer::generate(ORIGIN, [1; 32]).unwrap();
    let options = VerifyOptions { key: Some(other.verifier().clone()), ..VerifyOptions::default() };
    let report = verify_dir(dir.path(), &options).unwrap();
    assert_eq!(report.findings[0].kind, FindingKind::Signature);
    assert_eq!(report.checks[0].state, CheckState::Failed);
}

/// A removed segment is reported as missing entries, and a damaged one costs no more than what is damaged.
#[test]
fn missing_and_damaged_segments() {
    let dir = sample();
    let paths = segments(dir.path());
    let first_of = |path: &Path| Segment::parse(&fs::read(path).unwrap()).records[0].index;
    let (from, to) = (first_of(&paths[2]), first_of(&paths[3]));
    let bytes = fs::read(&paths[2]).unwrap();
    fs::remove_file(&paths[2]).unwrap();
    assert_eq!(summary(&verify(dir.path())), [(FindingKind::Missing, Some(from), to - from)]);

    let mut damaged = bytes.clone();
    let at = damaged.windows(6).position(|w| w == b"entry ").unwrap();
    damaged[at - 24..at + 4].fill(0);
    fs::write(&paths[2], damaged).unwrap();
    assert_eq!(summary(&verify(dir.path())), [(FindingKind::Unreadable, Some(from), 1)]);
}

/// A changed private part is reported as such; the entry stays proven.
#[test]
fn a_changed_sidecar_is_told_apart() {
    let dir = sample();
    let path = segments(dir.path()).into_iter().find(|p| holds(p, b"private 33")).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(10).position(|w| w == b"private 33").unwrap();
    bytes[at] = b'P';
    fs::write(&path, bytes).unwrap();
    let report = verify(dir.path());
    assert_eq!(summary(&report), [(FindingKind::Sidecar, Some(33), 1)]);
    assert_eq!(report.checks.iter().find(|c| c.code == "root").unwrap().state, CheckState::Passed);
}

/// A private part that somebody exchanged, checksum and all, is found by whoever knows what the entry commits to; an erased one
/// is no fault.
#[test]
fn a_forged_sidecar_does_not_open_its_entry() {
    let opens = |leaf: &[u8], sidecar: &[u8]| {
        let number = |bytes: &[u8]| String::from_utf8_lossy(bytes).split(' ').nth(1).map(str::to_owned);
        sidecar.is_empty() || number(leaf) == number(sidecar)
    };
    let dir = sample();
    for (index, forged) in [(33, b"private 34".to_vec()), (34, Vec::new())] {
        edit(dir.path(), index, |segment| {
            let at = segment.position(index);
            segment.records[at].sidecar = forged;
        });
    }
    assert!(verify(dir.path()).is_ok());
    let options = VerifyOptions {
        key: Some(signer().verifier().clone()),
        opens: Some(opens),
        ..VerifyOptions::default()
    };
    let report = verify_dir(dir.path(), &options).unwrap();
    assert_eq!(summary(&report), [(FindingKind::Sidecar, Some(33), 1)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whichever byte of whichever leaf is changed to whatever value, exactly that entry is named.
    #[test]
    fn any_changed_byte_names_its_entry(index in 0u64..60, byte in any::<prop::sample::Index>(), flip in 1u8..) {
        static ORIGINAL: OnceLock<tempfile::TempDir> = OnceLock::new();
        let original = ORIGINAL.get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            fill(&open(dir.path()), 0..60);
            dir
        });
        let dir = tempfile::tempdir().unwrap();
        copy_dir(original.path(), dir.path());
        edit(dir.path(), index, |segment| {
            let at = segment.position(index);
            let body = &mut segment.records[at].body;
            let place = byte.index(body.len());
            body[place] ^= flip;
        });
        prop_assert_eq!(summary(&verify(dir.path())), [(FindingKind::Changed, Some(index), 1)]);
    }
}
