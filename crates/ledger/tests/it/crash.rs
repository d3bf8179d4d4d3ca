//! The power fails at every single operation, and what was not synced survives in part.

use std::path::Path;
use std::sync::Arc;

use ledger::proof::verify_inclusion;
use ledger::storage::Storage as _;
use ledger::{Log, Result, VerifyOptions, leaf_hash, verify_dir};

use crate::memory::{Fault, Memory};
use crate::support::*;

fn open_in(memory: &Memory) -> Result<Log> {
    Log::open_with(Arc::new(memory.clone()), Path::new("mem"), ORIGIN, signer(), small())
}

/// A small generator of repeatable chance.
fn chance(seed: u64) -> impl FnMut() -> u32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as u32
    }
}

/// Appends until the power fails; answers what was acknowledged.
fn work(memory: &Memory, first: u64) -> Vec<(u64, Arc<ledger::Checkpoint>, Vec<u8>)> {
    let mut acknowledged = Vec::new();
    let Ok(log) = open_in(memory) else { return acknowledged };
    for number in first..first + 30 {
        let Ok(done) = log.append_blocking(entry(number)) else { continue };
        acknowledged.push((done.index, done.checkpoint, leaf(number)));
    }
    acknowledged
}

/// After a power cut at any operation, in the first run and in the run after it, every acknowledged entry is there
/// with the history that its checkpoint describes, and the log goes on.
#[test]
fn a_power_cut_at_each_operation() {
    let clean = Memory::default();
    assert_eq!(work(&clean, 0).len(), 30);
    for at in 0..clean.operations() {
        for seed in 0..3 {
            let mut random = chance(at * 31 + seed);
            let memory = Memory::with_fault(at..at + 1, Fault::PowerCut);
            let mut acknowledged = work(&memory, 0);
            let memory = memory.after_power_cut(&mut random);
            // A second cut, at some operation of the recovery or soon after.
            let again = u64::from(random()) % 60;
            let second = memory.after_power_cut(&mut || 0).and_fault(again..again + 1, Fault::PowerCut);
            acknowledged.extend(work(&second, 100));
            let memory = second.after_power_cut(&mut random);
            let log =
                open_in(&memory).unwrap_or_else(|e| panic!("cut at {at}, then {again}, seed {seed}: {e}"));
            check_kept(&log, &acknowledged);
            let before = log.size();
            assert_eq!(log.append_blocking(entry(999)).unwrap().index, before);
        }
    }
}

/// A disk error first and a power cut some operations later: a refused batch never comes back in the place of an
/// entry acknowledged after it.
#[test]
fn an_error_and_then_a_power_cut() {
    let clean = Memory::default();
    work(&clean, 0);
    for at in 0..clean.operations() {
        for later in 1..12 {
            let mut random = chance(at * 31 + later);
            let memory = Memory::with_fault(at..at + 1, Fault::Error(std::io::ErrorKind::StorageFull));
            let memory = memory.and_fault(at + later..at + later + 1, Fault::PowerCut);
            let acknowledged = work(&memory, 0);
            let memory = memory.after_power_cut(&mut random);
            let log = open_in(&memory).unwrap_or_else(|e| panic!("error at {at}, cut {later} later: {e}"));
            check_kept(&log, &acknowledged);
        }
    }
}

/// Hash files that a power cut tore, also far from the log's end, do not lead to wrong proofs.
#[test]
fn proofs_after_a_power_cut() {
    let memory = Memory::default();
    let log = open_in(&memory).unwrap();
    append_together(&log, 0..300);
    fill(&log, 300..400);
    let checkpoint = log.checkpoint();
    for seed in 0..4 {
        let memory = memory.after_power_cut(&mut chance(seed));
        let log = open_in(&memory).unwrap();
        assert_eq!(log.checkpoint(), checkpoint);
        for index in 0..400 {
            let proof = log.inclusion_proof(index, 400).unwrap();
            let leaf = leaf_hash(&log.entry(index).unwrap());
            let held = verify_inclusion(index, 400, &leaf, &proof, &checkpoint.root);
            assert!(held.is_ok(), "entry {index}, seed {seed}");
        }
    }
}

/// When a segment is closed, the hashes of its entries are made durable: they are trusted from then on.
#[test]
fn closed_segments_have_durable_hashes() {
    let memory = Memory::default();
    let log = open_in(&memory).unwrap();
    fill(&log, 0..300);
    let names = memory.list(Path::new("mem/segments")).unwrap();
    let last =
        names.iter().filter_map(|name| name.strip_suffix(".seg")?.parse::<usize>().ok()).max().unwrap();
    let hashes = memory.durable(Path::new("mem/hashes/0"));
    assert!(last > 250 && hashes.len() >= last * 32);
    for index in 0..last {
        assert_eq!(hashes[index * 32..][..32], log.leaf_hash(index as u64).unwrap().0);
    }
    assert_eq!(
        memory.durable(Path::new("mem/hashes/1"))[..32],
        log.resource("tile/1/000.p/1").unwrap().unwrap()
    );
}

/// A process is killed at any operation, the next one opens the log and shows its checkpoint, then the power fails:
/// the log that comes back still contains what the checkpoint promised.
#[test]
fn a_kill_and_then_a_power_cut() {
    let clean = Memory::default();
    work(&clean, 0);
    for at in 0..clean.operations() {
        let memory = Memory::with_fault(at..at + 1, Fault::PowerCut);
        let acknowledged = work(&memory, 0);
        let memory = memory.after_kill();
        let shown = open_in(&memory).unwrap().checkpoint();
        let memory = memory.after_power_cut(&mut chance(at));
        let log = open_in(&memory).unwrap_or_else(|e| panic!("killed at {at}: {e}"));
        assert!(log.size() >= shown.size, "killed at {at}");
        assert_eq!(log.root(shown.size).unwrap(), shown.root);
        check_kept(&log, &acknowledged);
    }
}

/// A folder copied while entries are appended (hash files first, as the manual says) verifies and opens.
#[test]
fn a_copy_of_a_running_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(open(dir.path()));
    fill(&log, 0..20);
    let writer = {
        let log = Arc::clone(&log);
        std::thread::spawn(move || fill(&log, 20..300))
    };
    for round in 0..5 {
        let copy = tempfile::tempdir().unwrap();
        let known = log.checkpoint();
        copy_dir(&dir.path().join("hashes"), &copy.path().join("hashes"));
        copy_dir(&dir.path().join("segments"), &copy.path().join("segments"));
        for name in ["FORMAT", "verifier.pub"] {
            std::fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
        }
        let saved = vec![known.note_text.clone()];
        let report =
            verify_dir(copy.path(), &VerifyOptions { key: None, saved, ..VerifyOptions::default() }).unwrap();
        assert!(report.is_ok(), "round {round}: {report:#?}");
        let copied = open(copy.path());
        assert!(copied.size() >= known.size);
        assert_eq!(copied.root(known.size).unwrap(), known.root);
    }
    writer.join().unwrap();
    // The folder in use verifies too.
    assert!(verify_dir(dir.path(), &VerifyOptions::default()).unwrap().is_ok());
}
