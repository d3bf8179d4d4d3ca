//! A witness: what it answers, what it remembers, and that it never signs two histories.

use std::path::Path;
use std::sync::Arc;

use ledger::note::{Note, NoteSignature};
use ledger::{
    AddCheckpoint, CheckpointBody, ConflictKind, Cosigner, CosignerKey, Hash, Reply, SIZE_TYPE, Signer,
    VerifierKey, Witness, leaf_hash, proof,
};
use proptest::prelude::*;

use crate::cosign::{cosigned, cosigner};
use crate::memory::Memory;
use crate::oracle::Plain;
use crate::support::*;

pub const DIR: &str = "witness";
pub const NOW: u64 = 1_700_000_000;

/// A history of the test log: its first entries, and after `fork` of them other ones than any other branch has.
pub struct Branch(Plain);

impl Branch {
    pub fn new(name: &str, fork: u64) -> Self {
        let entry =
            |number: u64| if number < fork { leaf(number) } else { format!("{name} {number}").into() };
        Self(Plain((0..40).map(entry).collect()))
    }

    pub fn root(&self, size: u64) -> Hash {
        proof::tree_root(&self.0, size).unwrap()
    }

    pub fn note(&self, size: u64) -> String {
        CheckpointBody::new(ORIGIN, size, self.root(size)).sign(&signer()).unwrap().note_text
    }

    /// The request that a client of this branch sends.
    pub fn request(&self, old: u64, size: u64) -> AddCheckpoint {
        let proof = proof::consistency(&self.0, old, size.max(old)).unwrap();
        AddCheckpoint { old, proof, checkpoint: self.note(size) }
    }

    pub fn ask(&self, witness: &Witness, old: u64, size: u64, now: u64) -> Reply {
        witness.add_checkpoint(self.request(old, size).to_string().as_bytes(), now)
    }
}

pub fn honest() -> Branch {
    Branch::new("honest", 40)
}

pub fn create(memory: &Memory) -> ledger::Result<()> {
    Witness::create_with(memory, Path::new(DIR))
}

pub fn open_in(memory: &Memory) -> ledger::Result<Witness> {
    let keys = [signer().verifier().clone()];
    Witness::open_with(Arc::new(memory.clone()), Path::new(DIR), cosigner(1), &keys)
}

fn fresh() -> (Memory, Witness) {
    let memory = Memory::default();
    create(&memory).unwrap();
    let witness = open_in(&memory).unwrap();
    (memory, witness)
}

/// The time of the cosignature in an answer, which must fit the checkpoint.
pub fn signed_at(reply: &Reply, note: &str) -> u64 {
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "text/plain; charset=utf-8"), "{reply:?}");
    let note = format!("{note}{}", reply.body);
    cosigner(1).verifier().cosigned(&Note::parse(&note).unwrap()).unwrap().unwrap()
}

fn stale(reply: &Reply, size: u64) {
    assert_eq!((reply.status, reply.content_type.as_str()), (409, SIZE_TYPE), "{reply:?}");
    assert_eq!(reply.body, format!("{size}\n"));
    assert_eq!(reply.last_size(), Some(size));
}

/// The example request of the specification is read, and written back byte for byte.
#[test]
fn the_example_request_is_read() {
    let text = "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\nexample.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq\
        /5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\u{2014} example.com/behind-the-sofa opLqBQ\
        sREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
    let request = AddCheckpoint::parse(text.as_bytes()).unwrap();
    assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
    assert_eq!(Note::parse(&request.checkpoint).unwrap().signatures.len(), 2);
    assert_eq!(request.to_string(), text);
}

/// A log that grows is cosigned each time, also when it did not grow, and the answer is remembered after a restart.
#[test]
fn a_growing_log_is_cosigned() {
    let (memory, witness) = fresh();
    let log = honest();
    let mut old = 0;
    for (size, now) in (NOW..).enumerate().map(|(size, now)| (size as u64, now)).take(20) {
        let reply = log.ask(&witness, old, size, now);
        assert_eq!(signed_at(&reply, &log.note(size)), now);
        assert_eq!(signed_at(&log.ask(&witness, size, size, now), &log.note(size)), now);
        old = size;
    }
    drop(witness);
    let witness = open_in(&memory).unwrap();
    let standing = witness.standing(ORIGIN).unwrap();
    assert_eq!((standing.size, standing.time), (19, NOW + 19));
    let kept = standing.checkpoint.unwrap();
    assert_eq!(kept, cosigned(&log.note(19), &[cosigner(1)], NOW + 19));
    assert_eq!(log.ask(&witness, 19, 33, NOW + 20).status, 200);
    assert!(witness.conflicts().is_empty());
}

/// Each refusal has the status that the specification gives it, carries no signature and changes nothing.
#[test]
fn refusals() {
    let (_, witness) = fresh();
    let log = honest();
    assert_eq!(log.ask(&witness, 0, 10, NOW).status, 200);
    let note = log.note(12);
    let good = log.request(10, 12).to_string();
    let status = |body: &str| {
        let reply = witness.add_checkpoint(body.as_bytes(), NOW);
        assert!(!reply.body.contains('\u{2014}'), "{reply:?}");
        assert_eq!(witness.standing(ORIGIN).unwrap().size, 10);
        reply.status
    };
    for bad in [
        "",
        "old 10\n",
        "old 10\n\n",
        "\n\n",
        "old 10\n\nx\n\n",
        "old 10\n\nx\n1\ny\n\n\u{2014} a AAAAAAE=\n",
    ] {
        assert_eq!(status(bad), 400, "{bad:?}");
    }
    let hash = leaf_hash(b"x");
    // The good proof has some hashes already; 63 are the most that there may be.
    let up_to = |count: usize| {
        format!("old 10\n{}", format!("{hash}\n").repeat(count - log.request(10, 12).proof.len()))
    };
    assert_eq!(status(&good.replacen("old 10\n", &up_to(63), 1)), 422);
    for (from, to) in [
        ("old 10\n", "old 010\n".to_owned()),
        ("old 10\n", "old -1\n".to_owned()),
        ("old 10\n", "old  10\n".to_owned()),
        ("old 10\n", "size 10\n".to_owned()),
        ("old 10\n", "old 18446744073709551616\n".to_owned()),
        ("old 10\n", "old 10\r\n".to_owned()),
        ("old 10\n", "old 10\nAAAA\n".to_owned()),
        ("old 10\n", "old 0\n".to_owned()),
        ("old 10\n", "old 13\n".to_owned()),
        ("old 10\n", up_to(64)),
    ] {
        assert_eq!(status(&good.replacen(from, &to, 1)), 400, "{to:?}");
    }
    assert_eq!(witness.add_checkpoint(&[0xff; 20], NOW).status, 400);
    let huge = format!("{good}{}", format!("{}\n", NoteSignature::new("x", 1, &[0; 6000])).repeat(60));
    assert_eq!(status(&huge), 400);

    let foreign = Signer::generate("foreign.example/log", [1; 32]).unwrap();
    let foreign = CheckpointBody::new("foreign.example/log", 12, hash).sign(&foreign).unwrap().note_text;
    assert_eq!(status(&format!("old 10\n\n{foreign}")), 404);
    let forger = Signer::generate(ORIGIN, [1; 32]).unwrap();
    let forged = CheckpointBody::new(ORIGIN, 12, log.root(12)).sign(&forger).unwrap().note_text;
    assert_eq!(status(&good.replace(&note, &forged)), 403);
    assert_eq!(status(&good.replace("\n12\n", "\n13\n")), 403);

    for old in [0, 1, 9, 11, 12] {
        let reply = log.ask(&witness, old, 12, NOW);
        stale(&reply, 10);
    }
    stale(&log.ask(&witness, 3, 5, NOW), 10);
    let first = good.lines().nth(1).unwrap();
    assert_eq!(status(&good.replacen(first, &hash.to_string(), 1)), 422);
    assert_eq!(status(&good.replacen(&format!("{first}\n"), "", 1)), 422);
    assert_eq!(status(&good.replacen("old 10\n", &format!("old 10\n{hash}\n"), 1)), 422);
    let again = log.request(10, 10).to_string();
    assert_eq!(status(&again.replacen("old 10\n", &format!("old 10\n{hash}\n"), 1)), 422);
    let accused = |size| witness.conflicts().iter().flatten().any(|c| c.presented() == log.note(size));
    assert!(accused(12) && !accused(10), "a proof from a size to itself accuses nobody");
    assert_eq!(log.ask(&witness, 10, 12, NOW).status, 200);
}

/// Lines of strangers are no reason to refuse, and they are not stored; a log may sign with any of its keys.
#[test]
fn strangers_lines_are_ignored_and_not_kept() {
    let memory = Memory::default();
    create(&memory).unwrap();
    let second = Signer::generate(ORIGIN, [77; 32]).unwrap();
    let keys = [signer().verifier().clone(), second.verifier().clone()];
    let witness = Witness::open_with(Arc::new(memory.clone()), Path::new(DIR), cosigner(1), &keys).unwrap();
    let log = honest();
    let note = CheckpointBody::new(ORIGIN, 4, log.root(4)).sign(&second).unwrap().note_text;
    let lines = cosigned(&note, &[cosigner(2), cosigner(3)], NOW);
    let reply = witness.add_checkpoint(format!("old 0\n\n{lines}").as_bytes(), NOW);
    signed_at(&reply, &note);
    let kept = witness.standing(ORIGIN).unwrap().checkpoint.unwrap();
    assert_eq!(kept, cosigned(&note, &[cosigner(1)], NOW));
}

/// A clock that goes back, also over a restart, never makes a cosignature older than the one before; a time beyond the
/// format's limit is refused.
#[test]
fn the_clock_goes_back() {
    let (memory, witness) = fresh();
    let log = honest();
    assert_eq!(signed_at(&log.ask(&witness, 0, 3, NOW), &log.note(3)), NOW);
    assert_eq!(signed_at(&log.ask(&witness, 3, 4, NOW - 500), &log.note(4)), NOW);
    drop(witness);
    let witness = open_in(&memory).unwrap();
    assert_eq!(signed_at(&log.ask(&witness, 4, 4, 0), &log.note(4)), NOW);
    assert_eq!(signed_at(&log.ask(&witness, 4, 5, NOW + 1), &log.note(5)), NOW + 1);
    assert_eq!(log.ask(&witness, 5, 6, u64::MAX).status, 503);
    assert_eq!(signed_at(&log.ask(&witness, 5, 6, NOW + 2), &log.note(6)), NOW + 2);
}

/// The same size with another root is refused whatever old size is claimed, and both signed notes are kept, once, as a
/// proof that stands by itself.
#[test]
fn a_split_view_is_kept_as_proof() {
    let (memory, witness) = fresh();
    let (log, other) = (honest(), Branch::new("other", 5));
    log.ask(&witness, 0, 10, NOW);
    for old in [10, 0, 5, 10] {
        stale(&other.ask(&witness, old, 10, NOW + 5), 10);
    }
    drop(witness);
    let witness = open_in(&memory).unwrap();
    let conflicts = witness.conflicts();
    let [Ok(conflict)] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert_eq!((conflict.kind, conflict.time), (ConflictKind::SplitView, NOW + 5));
    assert!(conflict.kind.is_proof());
    let key = signer().verifier().clone();
    let roots = [&conflict.cosigned, conflict.presented()]
        .map(|note| CheckpointBody::verify(note, &key).unwrap())
        .map(|body| (body.size, body.root));
    assert_eq!(roots, [(10, log.root(10)), (10, other.root(10))]);
    assert!(conflict.verify(std::slice::from_ref(&key)).is_ok());
    let mut forged = conflict.clone();
    forged.request.checkpoint = log.note(10);
    assert!(forged.verify(std::slice::from_ref(&key)).is_err(), "the same note twice contradicts nothing");
    let root = other.root(10).to_string();
    forged.request.checkpoint = conflict.presented().replace(&root, &other.root(9).to_string());
    assert!(forged.verify(&[key]).is_err(), "an unsigned note proves nothing");
    // The honest history goes on.
    assert_eq!(log.ask(&witness, 10, 11, NOW + 6).status, 200);
}

/// A larger checkpoint that does not continue the last one is refused, and kept with the proof that failed.
#[test]
fn a_rewritten_past_is_kept() {
    let (_, witness) = fresh();
    let (log, other) = (honest(), Branch::new("other", 5));
    log.ask(&witness, 0, 10, NOW);
    assert_eq!(other.ask(&witness, 10, 12, NOW).status, 422);
    let conflicts = witness.conflicts();
    let [Ok(conflict)] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert_eq!((conflict.kind, conflict.kind.is_proof()), (ConflictKind::Inconsistent, false));
    assert_eq!(conflict.request, other.request(10, 12));
    assert!(conflict.verify(&[signer().verifier().clone()]).is_ok());
    // With a proof that holds, the same pair is no contradiction.
    let cleared = ledger::Conflict { request: log.request(10, 12), ..conflict.clone() };
    assert!(cleared.verify(&[signer().verifier().clone()]).is_err());
}

/// A log that comes back smaller is refused and kept with the larger checkpoint; two submissions that overtake each
/// other are not.
#[test]
fn a_rollback_is_kept() {
    let (_, witness) = fresh();
    let log = honest();
    log.ask(&witness, 0, 10, NOW);
    stale(&log.ask(&witness, 5, 8, NOW + 60), 10);
    assert!(witness.conflicts().is_empty(), "this may have been on its way");
    stale(&log.ask(&witness, 5, 8, NOW + 61), 10);
    stale(&log.ask(&witness, 6, 8, NOW + 62), 10);
    let conflicts = witness.conflicts();
    let [Ok(conflict)] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert_eq!((conflict.kind, conflict.kind.is_proof()), (ConflictKind::Rollback, false));
    assert!(conflict.verify(&[signer().verifier().clone()]).is_ok());
    assert_eq!(conflict.presented(), log.note(8));
    // The same one again, when the log has grown, is nothing new.
    assert_eq!(log.ask(&witness, 10, 11, NOW + 63).status, 200);
    stale(&log.ask(&witness, 6, 8, NOW + 130), 11);
    assert_eq!(witness.conflicts().len(), 1);
    // Of mere suspicions the newest are kept, so that nobody fills the disk with old checkpoints.
    for at in 0..100 {
        let note = CheckpointBody::new(ORIGIN, 9, leaf_hash(&[at])).sign(&signer()).unwrap().note_text;
        stale(&witness.add_checkpoint(format!("old 9\n\n{note}").as_bytes(), NOW + 200 + u64::from(at)), 11);
    }
    let times: Vec<u64> = witness.conflicts().into_iter().map(|kept| kept.unwrap().time).collect();
    assert_eq!(times, (NOW + 236..NOW + 300).collect::<Vec<_>>());
}

/// One folder serves one process, one key serves one duty, and nothing is signed in a folder that is no witness's.
#[test]
fn folders_and_keys_serve_one_purpose() {
    let (memory, witness) = fresh();
    assert_eq!(open_in(&memory).unwrap_err().code(), "ledger.locked");
    drop(witness);
    assert_eq!(create(&memory).unwrap_err().code(), "ledger.format");
    let twin = Cosigner::generate("w", [42; 32]).unwrap();
    let keys: [VerifierKey; 1] = [signer().verifier().clone()];
    let same = Witness::open_with(Arc::new(memory), Path::new(DIR), twin, &keys);
    assert_eq!(same.unwrap_err().code(), "ledger.key");
    assert_eq!(open_in(&Memory::default()).unwrap_err().code(), "ledger.format");
}

/// It works on a real disk as it does in memory.
#[test]
fn on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("witness");
    let open = || Witness::open(&home, cosigner(1), &[signer().verifier().clone()]);
    assert!(open().is_err());
    Witness::create(&home).unwrap();
    let log = honest();
    let key: CosignerKey = {
        let witness = open().unwrap();
        signed_at(&log.ask(&witness, 0, 3, NOW), &log.note(3));
        stale(&Branch::new("other", 1).ask(&witness, 3, 3, NOW), 3);
        assert!(open().is_err());
        witness.verifier().clone()
    };
    assert_eq!(key, *cosigner(1).verifier());
    let witness = open().unwrap();
    assert_eq!(witness.conflicts().len(), 1);
    stale(&log.ask(&witness, 0, 3, NOW), 3);
    assert_eq!(log.ask(&witness, 3, 4, NOW).status, 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever one byte of a request becomes, nothing is cosigned but the checkpoint that the log signed; neither when a
    /// proof would show a change, nor at the first checkpoint, which needs none.
    #[test]
    fn a_changed_byte_never_gets_more(at in any::<prop::sample::Index>(), to in any::<u8>(), first: bool) {
        let (_, witness) = fresh();
        let log = honest();
        let old = if first { 0 } else { 10 };
        log.ask(&witness, 0, old, NOW);
        let request = AddCheckpoint { checkpoint: cosigned(&log.note(12), &[cosigner(2)], NOW), ..log.request(old, 12) };
        let mut body = request.to_string().into_bytes();
        let at = at.index(body.len());
        body[at] = to;
        let reply = witness.add_checkpoint(&body, NOW);
        if reply.status == 200 {
            signed_at(&reply, &log.note(12));
        } else {
            prop_assert_eq!(witness.standing(ORIGIN).unwrap().size, old);
            prop_assert!(!reply.body.contains("—"));
        }
        prop_assert!(witness.conflicts().iter().flatten().all(|conflict| !conflict.kind.is_proof()));
    }
}
