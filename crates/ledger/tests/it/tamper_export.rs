//! Somebody changes an export, or a node answers wrongly; the verifier names what was changed.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::tile::{decode_entries, encode_entry};
use ledger::{CheckState, Error, FindingKind, Report, VerifyOptions, leaf_hash, verify_dir, verify_tiles};

use crate::support::*;

/// An exported log of 600 entries: two full tiles and a partial one.
fn sample() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let log = open(&dir.path().join("log"));
    append_together(&log, 0..600);
    log.export_tiles(dir.path().join("export")).unwrap();
    dir
}

fn options() -> VerifyOptions {
    VerifyOptions { key: Some(signer().verifier().clone()), ..VerifyOptions::default() }
}

fn verify(dir: &Path) -> Report {
    verify_dir(dir.join("export"), &options()).unwrap()
}

/// Kind, first entry and number of entries of a finding.
type Summary = Vec<(FindingKind, Option<u64>, u64)>;
type Change = fn(&mut Vec<Vec<u8>>);

fn summary(report: &Report) -> Summary {
    report.findings.iter().map(|f| (f.kind, f.index, f.count)).collect()
}

/// Changes the entries of a bundle.
fn rebundle(dir: &Path, name: &str, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let path = dir.join("export/tile/entries").join(name);
    let bytes = fs::read(&path).unwrap();
    let mut entries: Vec<Vec<u8>> = decode_entries(&bytes).unwrap().into_iter().map(<[u8]>::to_vec).collect();
    change(&mut entries);
    let mut bundle = Vec::new();
    entries.iter().for_each(|entry| encode_entry(&mut bundle, entry).unwrap());
    fs::write(path, bundle).unwrap();
}

fn set_hash(dir: &Path, name: &str, at: usize, leaf: &[u8]) {
    let path = dir.join("export/tile").join(name);
    let mut bytes = fs::read(&path).unwrap();
    bytes[at * 32..][..32].copy_from_slice(leaf_hash(leaf).as_bytes());
    fs::write(path, bytes).unwrap();
}

/// The export has exactly the files of the public layout, verifies with and without a key, holds no private part,
/// and a later export of the grown log verifies too.
#[test]
fn an_export_verifies() {
    let dir = sample();
    let export = dir.path().join("export");
    let mut names = Vec::new();
    list(&export, &export, &mut names);
    names.sort();
    let expected = [
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
        "verifier.pub",
    ];
    assert_eq!(names, expected);
    for name in names {
        let bytes = fs::read(export.join(name)).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"private"));
    }
    let report = verify(dir.path());
    assert!(report.is_ok() && report.entries_checked == 600, "{report:#?}");
    assert!(verify_dir(&export, &VerifyOptions::default()).unwrap().is_ok());
    fs::remove_file(export.join("verifier.pub")).unwrap();
    let report = verify_dir(&export, &VerifyOptions::default()).unwrap();
    assert_eq!(report.checks[0].state, CheckState::NotDone);

    let log = open(&dir.path().join("log"));
    append_together(&log, 600..800);
    log.export_tiles(&export).unwrap();
    let saved = VerifyOptions { saved: vec![report.checkpoint], ..options() };
    let report = verify_dir(&export, &saved).unwrap();
    assert!(report.is_ok() && report.size == 800, "{report:#?}");
}

fn list(root: &Path, dir: &Path, names: &mut Vec<String>) {
    for item in fs::read_dir(dir).unwrap() {
        let path: PathBuf = item.unwrap().path();
        if path.is_dir() {
            list(root, &path, names);
        } else {
            names.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
        }
    }
}

/// Changed, removed, exchanged and inserted entries of an export are named.
#[test]
fn changed_bundles_are_named() {
    let cases: [(&str, Change, Summary); 5] = [
        ("001", |entries| entries[10][0] ^= 1, vec![(FindingKind::Changed, Some(266), 1)]),
        ("000", |entries| drop(entries.drain(20..22)), vec![(FindingKind::Missing, Some(20), 2)]),
        (
            "001",
            |entries| entries.swap(1, 2),
            vec![(FindingKind::Reordered, Some(257), 1), (FindingKind::Reordered, Some(258), 1)],
        ),
        ("000", |entries| entries.insert(9, b"new".to_vec()), vec![(FindingKind::Inserted, Some(9), 1)]),
        ("002.p/88", |entries| drop(entries.pop()), vec![(FindingKind::Missing, Some(599), 1)]),
    ];
    for (name, change, expected) in cases {
        let dir = sample();
        rebundle(dir.path(), name, change);
        assert_eq!(summary(&verify(dir.path())), expected, "{name}");
    }
}

/// Missing and unreadable files are named by the entries they held.
#[test]
fn missing_files_are_named() {
    let dir = sample();
    fs::remove_file(dir.path().join("export/tile/entries/001")).unwrap();
    assert_eq!(summary(&verify(dir.path())), [(FindingKind::Missing, Some(256), 256)]);
    fs::write(dir.path().join("export/tile/entries/001"), [0, 9, 1]).unwrap();
    assert_eq!(summary(&verify(dir.path())), [(FindingKind::Unreadable, Some(256), 256)]);
    let dir = sample();
    fs::remove_file(dir.path().join("export/tile/0/001")).unwrap();
    let report = verify(dir.path());
    assert_eq!(summary(&report)[0], (FindingKind::HashFile, Some(256), 1));
    assert_eq!(report.checks.iter().find(|c| c.code == "root").unwrap().state, CheckState::Passed);
    fs::remove_file(dir.path().join("export/checkpoint")).unwrap();
    assert!(matches!(verify_dir(dir.path().join("export"), &options()), Err(Error::Format { .. })));
}

/// A forger who mends the leaf hashes is caught by the tile above, one who mends all tiles by the signed root, and
/// one who mends the checkpoint by its signature.
#[test]
fn mended_tiles_do_not_help() {
    let dir = sample();
    let mut forged = leaf(300);
    forged[0] ^= 1;
    rebundle(dir.path(), "001", |entries| entries[44] = forged.clone());
    set_hash(dir.path(), "0/001", 44, &forged);
    let report = verify(dir.path());
    assert_eq!(summary(&report)[0], (FindingKind::HashFile, Some(256), 256), "the first tile that disagrees");
    assert!(report.findings[0].place.contains("tile/1/000.p/2, hash 1"));
    assert!(report.findings.iter().any(|f| f.kind == FindingKind::Root));

    let path = dir.path().join("export/checkpoint");
    let text = fs::read_to_string(&path).unwrap();
    let root = text.lines().nth(2).unwrap().to_owned();
    fs::write(&path, text.replace(&root, &leaf_hash(b"x").to_string())).unwrap();
    let report = verify(dir.path());
    assert_eq!(report.findings[0].kind, FindingKind::Signature);
    assert_eq!(report.checks[0].state, CheckState::Failed);
}

/// A node is verified over a callback while it goes on growing, and after tiles that were partial have become full.
#[test]
fn a_running_node_verifies() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    append_together(&log, 0..500);
    let mut number = 500;
    let mut fetch = |path: &str| {
        // The log grows by an entry with each question.
        log.append_blocking(entry(number)).map_err(std::io::Error::other)?;
        number += 1;
        // Like a server that offers only what its newest size calls for.
        let outdated = path == "tile/0/001.p/245" || path == "tile/entries/001.p/245";
        if outdated { Ok(None) } else { log.resource(path).map_err(std::io::Error::other) }
    };
    for _ in 0..20 {
        fetch("nothing").unwrap();
    }
    let report = verify_tiles(&mut fetch, &options()).unwrap();
    assert!(report.is_ok(), "{report:#?}");
    assert!(report.size >= 520);
    let mut broken = |_: &str| Err(std::io::Error::other("no route"));
    assert_eq!(verify_tiles(&mut broken, &options()).unwrap_err().code(), "ledger.io");
}
