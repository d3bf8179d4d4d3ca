//! Ends of segments that a crash tore, and damage that no crash explains.

use std::fs;

use ledger::{Log, Options, VerifyOptions, verify_dir};

use crate::segment_edit::{Segment, last_segment};
use crate::support::*;

/// Wherever a crash cut the last batches, the log opens with exactly the entries whose checkpoint is whole, and
/// goes on.
#[test]
fn every_cut_leaves_whole_batches() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(dir.path(), ORIGIN, signer(), Options::default()).unwrap();
    fill(&log, 0..3);
    append_together(&log, 3..9);
    drop(log);
    let path = last_segment(dir.path());
    let whole = fs::read(&path).unwrap();
    let ends = Segment::parse(&whole).checkpoint_ends();
    for cut in (24..whole.len()).step_by(17).chain(ends.iter().map(|(end, _)| *end)) {
        fs::write(&path, &whole[..cut]).unwrap();
        // The hashes would tell that acknowledged entries are missing; a crash does not leave them ahead.
        fs::remove_dir_all(dir.path().join("hashes")).unwrap();
        fs::create_dir(dir.path().join("hashes")).unwrap();
        let log = Log::open(dir.path(), ORIGIN, signer(), Options::default()).unwrap();
        let expected = ends.iter().rev().find(|(end, _)| *end <= cut).map_or(0, |(_, size)| *size);
        assert_eq!(log.size(), expected, "cut at {cut}");
        let appended = log.append_blocking(entry(expected)).unwrap();
        assert_eq!(appended.index, expected);
        check_evidence(&appended, &leaf(expected)).unwrap();
    }
}

/// Garbage or zeros behind the last checkpoint are cut off, also when they hold a copy of an older batch.
#[test]
fn garbage_at_the_end_is_cut() {
    let dir = tempfile::tempdir().unwrap();
    fill(&open(dir.path()), 0..4);
    let path = last_segment(dir.path());
    let whole = fs::read(&path).unwrap();
    for garbage in [vec![0; 5000], vec![0xff; 300], whole[24..].to_vec(), b"\x01\x00".to_vec()] {
        fs::write(&path, [&whole[..], &garbage[..]].concat()).unwrap();
        assert_eq!(open(dir.path()).size(), 4);
        assert_eq!(fs::read(&path).unwrap().len(), whole.len());
    }
}

/// Acknowledged entries that are gone from the end are reported, not silently forgotten.
#[test]
fn a_lost_end_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(dir.path(), ORIGIN, signer(), Options::default()).unwrap();
    fill(&log, 0..6);
    drop(log);
    let path = last_segment(dir.path());
    let whole = fs::read(&path).unwrap();
    let (end, size) = Segment::parse(&whole).checkpoint_ends()[3];
    fs::write(&path, &whole[..end]).unwrap();
    let error = Log::open(dir.path(), ORIGIN, signer(), Options::default()).unwrap_err();
    assert_eq!(error.code(), "ledger.rollback");
    assert!(error.en().contains(&format!("holds {size} entries")) && error.en().contains("acknowledged 6"));
}

/// Any flipped byte before the last checkpoint keeps the log from opening, with segment, offset and entry named, and
/// is found by the verifier.
#[test]
fn damage_in_the_middle_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(dir.path(), ORIGIN, signer(), Options::default()).unwrap();
    fill(&log, 0..6);
    drop(log);
    let path = last_segment(dir.path());
    let whole = fs::read(&path).unwrap();
    let last = Segment::parse(&whole).checkpoint_ends()[5].0;
    for at in (0..last).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x20;
        fs::write(&path, &damaged).unwrap();
        let error = Log::open(dir.path(), ORIGIN, signer(), Options::default()).unwrap_err();
        assert_eq!(error.code(), "ledger.corrupt", "byte {at}");
        assert!(error.en().contains("00000000000000000000.seg") && error.en().contains("entry"));
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(open(dir.path()).size(), 6);
    assert!(verify_dir(dir.path(), &VerifyOptions::default()).unwrap().is_ok());
}

/// A missing closed segment is named at open.
#[test]
fn a_missing_segment_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    fill(&open(dir.path()), 0..60);
    let mut names: Vec<_> = fs::read_dir(dir.path().join("segments"))
        .unwrap()
        .map(|item| item.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "seg"))
        .collect();
    names.sort();
    for gone in [0, 2] {
        let bytes = fs::read(&names[gone]).unwrap();
        fs::remove_file(&names[gone]).unwrap();
        let error = Log::open(dir.path(), ORIGIN, signer(), small()).unwrap_err();
        assert_eq!(error.code(), "ledger.corrupt");
        assert!(error.en().contains("missing"), "{error}");
        fs::write(&names[gone], bytes).unwrap();
    }
    assert_eq!(open(dir.path()).size(), 60);
}
