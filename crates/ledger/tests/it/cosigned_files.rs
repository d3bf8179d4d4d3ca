//! Policies, proofs and requests as files, committed: every later version must read them, and so must tools from
//! elsewhere. Those below `torchwood` were written by another implementation (filippo.io/torchwood 0.9.0), and below
//! `litewitness` lies what its witness answered to a request of ours.
//!
//! To write ours anew after a deliberate change: `cargo test -p ledger --test it -- --ignored write_cosigned_files`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::note::Note;
use ledger::{CheckpointBody, CosignerKey, Policy, TlogProof, VerifierKey, Witness, cosign};

use crate::cosign::{cosigned, cosigner};
use crate::memory::Memory;
use crate::policy::example;
use crate::support::*;
use crate::witness::{DIR, NOW, create, honest, open_in};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cosigned")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn text(name: &str) -> String {
    String::from_utf8(read(name)).unwrap()
}

/// Entry 5 of 7, proved under a checkpoint that three witnesses of the example policy cosigned, the same with one
/// witness less, and a witness's exchange over the way from 3 entries to 7.
fn files() -> BTreeMap<&'static str, Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    fill(&log, 0..7);
    let note = log.checkpoint().note_text.clone();
    let witnesses = [1, 2, 4].map(cosigner);
    let proof = |witnesses: &[_]| {
        let checkpoint = cosigned(&note, witnesses, NOW);
        let hashes = log.inclusion_proof(5, 7).unwrap();
        TlogProof { extra: Some(b"entry 5 of 7".to_vec()), index: 5, hashes, checkpoint }.to_string()
    };
    let memory = Memory::default();
    create(&memory).unwrap();
    let witness = open_in(&memory).unwrap();
    assert_eq!(honest().ask(&witness, 0, 3, NOW).status, 200);
    let request = honest().request(3, 7).to_string();
    let answer = witness.add_checkpoint(request.as_bytes(), NOW + 1).body;
    BTreeMap::from([
        ("policy", example().into_bytes()),
        ("checkpoint", cosigned(&note, &witnesses, NOW).into_bytes()),
        ("entry-5", leaf(5)),
        ("entry-5.tlog-proof", proof(&witnesses).into_bytes()),
        ("lacking.tlog-proof", proof(&witnesses[..2]).into_bytes()),
        ("add-checkpoint", request.into_bytes()),
        ("add-checkpoint.answer", answer.into_bytes()),
    ])
}

/// Today's version writes, byte for byte, what the first one wrote.
#[test]
fn cosigned_files_are_written_as_ever() {
    for (name, content) in files() {
        assert!(read(name) == content, "{name} is written differently");
    }
}

/// From the files alone: the proof holds under the policy, the one that lacks a witness does not, and the answer of the
/// witness is a cosignature over the checkpoint of its request.
#[test]
fn cosigned_files_verify() {
    let policy = Policy::parse(&read("policy")).unwrap();
    let verdict = policy.check(&text("checkpoint")).unwrap();
    assert_eq!((verdict.met, verdict.body.size, verdict.as_of), (true, 7, Some(NOW)));
    let proof = TlogProof::parse(&text("entry-5.tlog-proof")).unwrap();
    assert_eq!(proof.verify(&policy, &read("entry-5")).unwrap(), verdict);
    let lacking = TlogProof::parse(&text("lacking.tlog-proof")).unwrap();
    assert_eq!(lacking.verify(&policy, &read("entry-5")).unwrap_err().code(), "ledger.quorum");

    let request = text("add-checkpoint");
    let note = request.split_once("\n\n").unwrap().1;
    let note = format!("{note}{}", text("add-checkpoint.answer"));
    let verdict = policy.check(&note).unwrap();
    let times: Vec<_> = verdict.cosigners().map(|witness| (witness.name.as_str(), witness.time)).collect();
    assert_eq!(times, [("X1", Some(NOW + 1))]);
}

/// What another implementation wrote is accepted here: its policy, its proof, and its requests by our witness.
#[test]
fn files_of_another_implementation_verify() {
    let policy = Policy::parse(&read("torchwood/policy")).unwrap();
    let proof = TlogProof::parse(&text("torchwood/entry-6.tlog-proof")).unwrap();
    let verdict = proof.verify(&policy, &read("torchwood/entry-6")).unwrap();
    assert_eq!((verdict.body.size, proof.extra.as_deref()), (11, Some(b"extra".as_slice())));
    let names: Vec<&str> = verdict.cosigners().map(|witness| witness.name.as_str()).collect();
    assert_eq!(names, ["w1", "w2"]);
    assert!(proof.verify(&policy, b"entry 7").is_err());
    assert_eq!(proof.to_string(), text("torchwood/entry-6.tlog-proof"));

    let memory = Memory::default();
    create(&memory).unwrap();
    let keys: Vec<VerifierKey> = policy.logs().iter().map(|log| log.key.clone()).collect();
    let witness = Witness::open_with(Arc::new(memory), Path::new(DIR), cosigner(1), &keys).unwrap();
    let status = |name: &str| witness.add_checkpoint(&read(name), NOW).status;
    assert_eq!(status("torchwood/add-checkpoint"), 409);
    assert_eq!(status("torchwood/add-first"), 200);
    assert_eq!(status("torchwood/add-checkpoint"), 200);
    let kept = witness.standing(keys[0].name()).unwrap().checkpoint.unwrap();
    assert_eq!(CheckpointBody::verify(&kept, &keys[0]).unwrap(), verdict.body);
}

/// A witness of another implementation answered a request of ours, and its cosignature is taken into the checkpoint.
#[test]
fn the_answer_of_another_witness_is_taken() {
    let request = honest().request(7, 33);
    assert_eq!(request.to_string(), text("litewitness/add-checkpoint"));
    let key = CosignerKey::parse(&text("litewitness/vkey")).unwrap();
    let answer = text("litewitness/add-checkpoint.answer");
    let (note, taken) = cosign::attach(&request.checkpoint, &answer, &[&key]).unwrap();
    assert_eq!((taken, note.as_str()), (1, format!("{}{answer}", request.checkpoint).as_str()));
    assert_eq!(key.cosigned(&Note::parse(&note).unwrap()).unwrap(), Some(1_795_718_447));
}

#[test]
#[ignore = "writes into the source tree"]
fn write_cosigned_files() {
    fs::create_dir_all(folder()).unwrap();
    for (name, content) in files() {
        fs::write(folder().join(name), content).unwrap();
    }
}
