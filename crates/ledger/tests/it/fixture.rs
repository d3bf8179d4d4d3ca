//! Files written by the first version of the format, committed: every later version must read them.
//!
//! To write them anew after a deliberate change of format (under a new name, so that the old ones stay):
//! `cargo test -p ledger --test it -- --ignored write_fixtures`.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::{
    CheckpointBody, Hash, Log, Signer, VerifyOptions, leaf_hash, verify_dir, verify_inclusion_note,
};
use serde::{Deserialize, Serialize};

use crate::support::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The browser's copy of the vectors; absent where the crate is used alone.
fn browser_copy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/ledger/vectors.json")
}

/// The log of the fixture: 24 entries, appended one by one, one private part erased.
fn write_log(dir: &Path) -> Log {
    let log = open(dir);
    fill(&log, 0..24);
    log.erase_sidecar(5).unwrap();
    log
}

/// What is in a log's folder, without the lock.
fn content(dir: &Path, root: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for item in fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            content(&path, root, into);
        } else if path.file_name().is_some_and(|name| name != "lock") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            into.push((name, fs::read(&path).unwrap()));
        }
    }
    into.sort();
}

/// The folder of version 1 opens, reads, proves, verifies and grows.
#[test]
fn version_1_is_read() {
    let dir = tempfile::tempdir().unwrap();
    copy_dir(&fixtures().join("v1"), dir.path());
    let options = VerifyOptions { key: Some(signer().verifier().clone()), ..VerifyOptions::default() };
    assert!(verify_dir(dir.path(), &options).unwrap().is_ok());
    let log = open(dir.path());
    assert_eq!(log.size(), 24);
    for index in 0..24 {
        assert_eq!(log.entry(index).unwrap(), leaf(index));
        let sidecar = (index != 5).then(|| entry(index).sidecar);
        assert_eq!(log.sidecar(index).unwrap(), sidecar);
        let proof = log.inclusion_proof(index, 24).unwrap();
        verify_inclusion_note(&log.checkpoint().note_text, signer().verifier(), index, &leaf(index), &proof)
            .unwrap();
    }
    assert_eq!(fill(&log, 24..25)[0].index, 24);
}

/// Today's version still writes exactly the files of version 1: the format has not changed by accident.
#[test]
fn version_1_is_written() {
    let dir = tempfile::tempdir().unwrap();
    drop(write_log(dir.path()));
    let (mut today, mut then) = (Vec::new(), Vec::new());
    content(dir.path(), dir.path(), &mut today);
    content(&fixtures().join("v1"), &fixtures().join("v1"), &mut then);
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&today), names(&then));
    for ((name, today), (_, then)) in today.iter().zip(&then) {
        assert!(today == then, "{name} is written differently");
    }
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Vectors {
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Inclusion {
    name: String,
    key: String,
    note: String,
    index: u64,
    /// The entry in base64.
    leaf: String,
    proof: Vec<Hash>,
    /// The step that must fail; none for good evidence.
    fails: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    name: String,
    key: String,
    old_note: String,
    new_note: String,
    proof: Vec<Hash>,
    fails: Option<String>,
}

fn note(size: u64, root: Hash) -> String {
    CheckpointBody::new(ORIGIN, size, root).sign(&signer()).unwrap().note_text
}

/// Good and forged evidence for whoever verifies in another language.
fn vectors() -> Vectors {
    let dir = tempfile::tempdir().unwrap();
    let log = write_log(dir.path());
    let key = signer().verifier().to_string();
    let good = |index: u64, size: u64| Inclusion {
        name: format!("entry {index} of {size}"),
        key: key.clone(),
        note: note(size, log.root(size).unwrap()),
        index,
        leaf: STANDARD.encode(leaf(index)),
        proof: log.inclusion_proof(index, size).unwrap(),
        fails: None,
    };
    let forged = |name: &str, fails: &str, change: &dyn Fn(&mut Inclusion)| {
        let mut vector = Inclusion { name: name.to_owned(), fails: Some(fails.to_owned()), ..good(11, 23) };
        change(&mut vector);
        vector
    };
    let sizes = [1u64, 2, 3, 7, 8, 16, 23];
    let mut inclusion: Vec<_> =
        sizes.iter().flat_map(|size| [0, size / 2, size - 1].map(|i| good(i, *size))).collect();
    inclusion.dedup();
    let stranger = Signer::generate("other.example/log", [9; 32]).unwrap();
    let same_name = Signer::generate(ORIGIN, [9; 32]).unwrap();
    inclusion.extend([
        forged("changed entry", "inclusion", &|v| v.leaf = STANDARD.encode("entry 11 changed")),
        forged("wrong index", "inclusion", &|v| v.index = 10),
        forged("index outside the log", "inclusion", &|v| v.index = 23),
        forged("changed proof", "inclusion", &|v| v.proof[2] = leaf_hash(b"x")),
        forged("proof too long", "inclusion", &|v| v.proof.push(leaf_hash(b"x"))),
        forged("proof too short", "inclusion", &|v| v.proof.truncate(v.proof.len() - 1)),
        forged("proof exchanged", "inclusion", &|v| v.proof.swap(0, 1)),
        forged("note of another size", "inclusion", &|v| v.note = note(22, log.root(22).unwrap())),
        forged("changed size", "signature", &|v| v.note = v.note.replacen("\n23\n", "\n24\n", 1)),
        forged("changed root", "signature", &|v| {
            v.note = v.note.replace(&log.root(23).unwrap().to_string(), &leaf_hash(b"x").to_string());
        }),
        forged("key of a stranger", "signature", &|v| v.key = stranger.verifier().to_string()),
        forged("another key of that name", "signature", &|v| v.key = same_name.verifier().to_string()),
        forged("two signatures of one key", "signature", &|v| {
            let line = v.note.lines().last().unwrap_or_default().to_owned();
            v.note.push_str(&format!("{line}\n"));
        }),
        forged("checkpoint of another log", "checkpoint", &|v| {
            let body = CheckpointBody::new("other.example/log", 23, log.root(23).unwrap());
            v.note = body.sign(&signer()).unwrap().note_text;
        }),
        forged("size with a leading zero", "checkpoint", &|v| {
            let text = format!("{ORIGIN}\n023\n{}\n", log.root(23).unwrap());
            v.note = ledger::note::sign(&text, &[&signer()]).unwrap();
        }),
        forged("no signature lines", "note", &|v| v.note.truncate(v.note.find("\n\n").unwrap_or(0) + 1)),
        forged("damaged key", "key", &|v| v.key = v.key.replace("test", "tess")),
    ]);
    let grown = |old: u64, new: u64| Consistency {
        name: format!("from {old} to {new}"),
        key: key.clone(),
        old_note: note(old, log.root(old).unwrap()),
        new_note: note(new, log.root(new).unwrap()),
        proof: log.consistency_proof(old, new).unwrap(),
        fails: None,
    };
    let rewritten = |name: &str, change: &dyn Fn(&mut Consistency)| {
        let mut vector =
            Consistency { name: name.to_owned(), fails: Some("consistency".to_owned()), ..grown(6, 21) };
        change(&mut vector);
        vector
    };
    let pairs = [(0, 5), (1, 2), (1, 24), (4, 8), (6, 21), (7, 8), (8, 23), (13, 24), (24, 24)];
    let mut consistency: Vec<_> = pairs.iter().map(|(old, new)| grown(*old, *new)).collect();
    consistency.extend([
        rewritten("another past", &|v| v.old_note = note(6, leaf_hash(b"x"))),
        rewritten("another present", &|v| v.new_note = note(21, leaf_hash(b"x"))),
        rewritten("changed proof", &|v| v.proof[0] = leaf_hash(b"x")),
        rewritten("proof too short", &|v| v.proof.truncate(v.proof.len() - 1)),
        rewritten("proof too long", &|v| v.proof.push(leaf_hash(b"x"))),
        rewritten("cut back", &|v| std::mem::swap(&mut v.old_note, &mut v.new_note)),
    ]);
    Vectors { inclusion, consistency }
}

/// The vectors on file are those of today's code, this side agrees with each of them, and the browser has the same.
#[test]
fn vectors_are_current() {
    let text = fs::read_to_string(fixtures().join("vectors.json")).unwrap();
    let on_file: Vectors = serde_json::from_str(&text).unwrap();
    assert_eq!(on_file, vectors());
    for vector in &on_file.inclusion {
        let leaf = STANDARD.decode(&vector.leaf).unwrap();
        let ok = ledger::VerifierKey::parse(&vector.key)
            .and_then(|key| verify_inclusion_note(&vector.note, &key, vector.index, &leaf, &vector.proof))
            .is_ok();
        assert_eq!(ok, vector.fails.is_none(), "{}", vector.name);
    }
    if browser_copy().exists() {
        assert_eq!(fs::read_to_string(browser_copy()).unwrap(), text);
    }
}

/// Writes the committed files.
#[test]
#[ignore = "writes into the source tree"]
fn write_fixtures() {
    let dir = tempfile::tempdir().unwrap();
    drop(write_log(dir.path()));
    fs::remove_file(dir.path().join("lock")).unwrap();
    copy_dir(dir.path(), &fixtures().join("v1"));
    let text = serde_json::to_string_pretty(&vectors()).unwrap() + "\n";
    fs::write(fixtures().join("vectors.json"), &text).unwrap();
    fs::write(browser_copy(), text).unwrap();
}
