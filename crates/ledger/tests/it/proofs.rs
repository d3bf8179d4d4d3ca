//! Proof files: a proof, its checkpoint and a policy are all that a stranger needs.

use ledger::{CheckpointBody, Cosigner, Log, Policy, TlogProof, leaf_hash};
use proptest::prelude::*;

use crate::cosign::{cosigned, cosigner};
use crate::policy::example;
use crate::support::*;

fn witnesses() -> Vec<Cosigner> {
    [1, 2, 4].map(cosigner).to_vec()
}

/// The proof for an entry under a checkpoint that the witnesses of the example policy cosigned.
fn proof(log: &Log, index: u64) -> TlogProof {
    let checkpoint = log.checkpoint();
    TlogProof {
        extra: None,
        index,
        hashes: log.inclusion_proof(index, checkpoint.size).unwrap(),
        checkpoint: cosigned(&checkpoint.note_text, &witnesses(), 1_700_000_000),
    }
}

fn log_of(size: u64) -> (tempfile::TempDir, Log) {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    fill(&log, 0..size);
    (dir, log)
}

/// The text is that of the specification, line by line.
#[test]
fn the_file_looks_as_specified() {
    let proof = TlogProof {
        extra: Some(b"age".to_vec()),
        index: 73_894,
        hashes: vec![leaf_hash(b"a"), leaf_hash(b"b")],
        checkpoint: "example.com/fancylog\n109482\n".to_owned(),
    };
    let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
    let text = format!(
        "c2sp.org/tlog-proof@v1\nextra YWdl\nindex 73894\n{a}\n{b}\n\nexample.com/fancylog\n109482\n"
    );
    assert_eq!(proof.to_string(), text);
    assert_eq!(TlogProof::parse(&text).unwrap(), proof);
    let bare = text.replace("extra YWdl\n", "");
    assert_eq!(TlogProof::parse(&bare).unwrap(), TlogProof { extra: None, ..proof });
    let empty = bare.replace(&format!("{a}\n{b}\n"), "");
    assert_eq!(TlogProof::parse(&empty).unwrap().hashes, []);
    assert_eq!(TlogProof::parse(&empty).unwrap().to_string(), empty);
}

/// Every entry of logs of several sizes is proved by a file that is read back unchanged, and by no other leaf, index
/// or policy.
#[test]
fn proofs_hold_for_their_entry_alone() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    for size in [1, 2, 7, 8] {
        let (_dir, log) = log_of(size);
        for index in 0..size {
            let text = proof(&log, index).to_string();
            let read = TlogProof::parse(&text).unwrap();
            assert_eq!(read.to_string(), text);
            let verdict = read.verify(&policy, &leaf(index)).unwrap();
            assert_eq!((verdict.body.size, verdict.as_of), (size, Some(1_700_000_000)));
            assert_eq!(read.verify(&policy, b"other").unwrap_err().code(), "ledger.proof");
            let elsewhere = TlogProof { index: index + 1, ..read.clone() };
            assert!(elsewhere.verify(&policy, &leaf(index)).is_err());
            let foreign = example().replace(&signer().verifier().to_string(), &foreign_log());
            let foreign = Policy::parse(foreign.as_bytes()).unwrap();
            assert_eq!(read.verify(&foreign, &leaf(index)).unwrap_err().code(), "ledger.note");
        }
    }
}

fn foreign_log() -> String {
    ledger::Signer::generate(ORIGIN, [43; 32]).unwrap().verifier().to_string()
}

/// A true proof without the quorum is refused and names who is missing; the same proof passes once they have signed.
#[test]
fn the_quorum_is_demanded() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let (_dir, log) = log_of(5);
    let mut proof = proof(&log, 3);
    let full = proof.checkpoint.clone();
    proof.checkpoint = cosigned(&log.checkpoint().note_text, &witnesses()[..2], 1_700_000_000);
    let error = proof.verify(&policy, &leaf(3)).unwrap_err();
    assert_eq!(error.code(), "ledger.quorum");
    assert!(error.en().contains("X3, Y1, Y2, Y3"), "{error}");
    proof.checkpoint = full;
    assert!(proof.verify(&policy, &leaf(3)).is_ok());
}

/// Cosignatures bind the root: a checkpoint of another tree by the same log does not borrow them.
#[test]
fn cosignatures_are_not_borrowed() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let (_dir, log) = log_of(1);
    let honest = proof(&log, 0);
    let forged = CheckpointBody::new(ORIGIN, 1, leaf_hash(b"forged")).sign(&signer()).unwrap().note_text;
    let lines: String = honest.checkpoint.lines().skip(5).map(|line| format!("{line}\n")).collect();
    let proof = TlogProof { checkpoint: forged + &lines, ..honest };
    assert_eq!(proof.checkpoint.lines().count(), 8);
    assert_eq!(proof.verify(&policy, b"forged").unwrap_err().code(), "ledger.note");
}

/// The extra data may be changed by anybody and changes no verdict.
#[test]
fn extra_data_is_nobodys_word() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let (_dir, log) = log_of(3);
    for extra in [None, Some(Vec::new()), Some(vec![0, 255, 10])] {
        let proof = TlogProof { extra, ..proof(&log, 1) };
        let read = TlogProof::parse(&proof.to_string()).unwrap();
        assert_eq!(read, proof);
        assert!(read.verify(&policy, &leaf(1)).is_ok());
    }
}

/// Each malformed file is refused.
#[test]
fn malformed_files_are_refused() {
    let (_dir, log) = log_of(3);
    let good = proof(&log, 1).to_string();
    assert!(TlogProof::parse(&good).is_ok());
    let hash = leaf_hash(b"x").to_string();
    for (from, to) in [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\r\n"),
        ("c2sp.org", " c2sp.org"),
        ("index 1", "index 01"),
        ("index 1", "index +1"),
        ("index 1", "index -1"),
        ("index 1", "index  1"),
        ("index 1", "index 18446744073709551616"),
        ("index 1", "Index 1"),
        ("index 1", "index 1 "),
        ("index 1\n", ""),
        ("index 1\n", "index 1\n\n"),
        ("index 1", "extra !\nindex 1"),
        ("index 1", "extra YR==\nindex 1"),
        ("index 1", "index 1\nextra YWdl"),
        ("index 1", "extra YWdl\nextra YWdl\nindex 1"),
        ("index 1", "index 1\nAAAA"),
        ("index 1", "index 1\nplain text"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        let read = TlogProof::parse(&bad);
        // Where the hashes slip into the checkpoint, the file is read and its checkpoint is none.
        let policy = Policy::parse(example().as_bytes()).unwrap();
        assert!(read.and_then(|read| read.verify(&policy, &leaf(1))).is_err(), "{to:?}");
    }
    let long = good.replacen("index 1\n", &format!("index 1\n{}", format!("{hash}\n").repeat(65)), 1);
    assert_eq!(TlogProof::parse(&long).unwrap_err().code(), "ledger.proof-file");
    assert!(TlogProof::parse("").is_err());
    assert!(TlogProof::parse("c2sp.org/tlog-proof@v1\nindex 0\n").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever one byte becomes, the file proves the same entry at the same place under the same checkpoint, or
    /// nothing; and no cosignature appears that was not there.
    #[test]
    fn a_changed_byte_never_proves_more(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let (body, text) = known();
        let policy = Policy::parse(example().as_bytes()).unwrap();
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = to;
        let Ok(changed) = String::from_utf8(bytes) else { return Ok(()) };
        let Ok(read) = TlogProof::parse(&changed) else { return Ok(()) };
        prop_assert_eq!(read.to_string(), changed);
        for number in 0..7 {
            if let Ok(verdict) = read.verify(&policy, &leaf(number)) {
                prop_assert_eq!((number, read.index), (5, 5));
                prop_assert_eq!(&verdict.body, &body);
                prop_assert_eq!(verdict.as_of, Some(1_700_000_000));
                prop_assert_eq!(verdict.cosigners().count(), 3);
            }
        }
    }
}

/// One proof for all runs of the property: entry 5 of 7, with extra data.
fn known() -> (CheckpointBody, String) {
    use std::sync::OnceLock;
    static KNOWN: OnceLock<(CheckpointBody, String)> = OnceLock::new();
    let make = || {
        let (_dir, log) = log_of(7);
        let checkpoint = log.checkpoint();
        let body = CheckpointBody::verify(&checkpoint.note_text, signer().verifier()).unwrap();
        (body, TlogProof { extra: Some(b"some".to_vec()), ..proof(&log, 5) }.to_string())
    };
    KNOWN.get_or_init(make).clone()
}
