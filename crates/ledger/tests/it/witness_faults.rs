//! A witness under races, failing disks, power cuts and lost files: whatever happens, it never signs two histories.

use std::any::Any;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use ledger::storage::{Access, File, Storage};
use ledger::{Witness, leaf_hash};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use crate::cosign::cosigner;
use crate::memory::{Fault, Memory};
use crate::support::*;
use crate::witness::{Branch, DIR, NOW, create, honest, open_in, signed_at};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A storage whose next renaming tells that it has begun, and waits until it may go on.
#[derive(Debug)]
struct Gate {
    memory: Memory,
    next: Mutex<Option<(Sender<()>, Receiver<()>)>>,
}

impl Storage for Gate {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.memory.create_dir(path)
    }
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        self.memory.open(path, access)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.memory.list(dir)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let next = self.next.lock().take();
        if let Some((begun, go_on)) = next {
            begun.send(()).unwrap();
            let _ = go_on.recv_timeout(PATIENCE);
        }
        self.memory.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.memory.remove(path)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.memory.sync_dir(dir)
    }
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send + Sync>>> {
        self.memory.lock(path)
    }
}

/// The race of the specification: two requests with the same old size, the first stalled just before its state is
/// durable. The second gets no answer until then, and then 409 without a signature, whether it is larger, smaller or of
/// another history.
#[test]
fn the_loser_of_a_race_gets_no_signature() {
    for (first, second, branch) in [(12, 15, honest()), (15, 12, honest()), (12, 12, Branch::new("other", 5))]
    {
        let memory = Memory::default();
        create(&memory).unwrap();
        let gate = Arc::new(Gate { memory, next: Mutex::new(None) });
        let keys = [signer().verifier().clone()];
        let storage = Arc::clone(&gate);
        let witness = Witness::open_with(storage, Path::new(DIR), cosigner(1), &keys).unwrap();
        honest().ask(&witness, 0, 10, NOW);
        let ((begun, has_begun), (go_on, may_go_on)) = (channel(), channel());
        *gate.next.lock() = Some((begun, may_go_on));
        let (answer, answered) = channel();
        std::thread::scope(|scope| {
            let winner = scope.spawn(|| honest().ask(&witness, 10, first, NOW));
            has_begun.recv_timeout(PATIENCE).unwrap();
            let witness = &witness;
            scope.spawn(move || answer.send(branch.ask(witness, 10, second, NOW)).unwrap());
            let early = answered.recv_timeout(Duration::from_millis(50));
            go_on.send(()).unwrap();
            assert!(early.is_err(), "answered while the other was undecided: {early:?}");
            signed_at(&winner.join().unwrap(), &honest().note(first));
            let loser = answered.recv_timeout(PATIENCE).unwrap();
            assert_eq!((loser.status, loser.body), (409, format!("{first}\n")));
        });
    }
}

/// Many threads with the same old size: exactly one signature, and the state is that one's.
#[test]
fn one_of_many_wins() {
    let memory = Memory::default();
    create(&memory).unwrap();
    let witness = open_in(&memory).unwrap();
    let mut old = 0;
    for _ in 0..10 {
        let barrier = Barrier::new(4);
        let ask = |size: u64| {
            barrier.wait();
            (size, honest().ask(&witness, old, size, NOW).status)
        };
        let answers: Vec<(u64, u16)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (1..=4).map(|more| scope.spawn(move || ask(old + 4 - more + 1))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let won: Vec<u64> =
            answers.iter().filter(|(_, status)| *status == 200).map(|(size, _)| *size).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|(_, status)| [200, 409].contains(status)), "{answers:?}");
        assert_eq!(witness.standing(ORIGIN).unwrap().size, won[0]);
        old = won[0];
    }
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

/// A cosignature that left the witness.
#[derive(Clone, Copy, Debug)]
struct Signed {
    branch: usize,
    size: u64,
    time: u64,
}

const FORK: u64 = 5;

/// A log that lies: it shows one of two histories at each step, under a clock that jumps. Answers what was signed.
fn lie(memory: &Memory, random: &mut dyn FnMut() -> u32) -> Vec<Signed> {
    let branches = [honest(), Branch::new("other", FORK)];
    let mut signed = Vec::new();
    // A creation that failed half-way is tried again; one that succeeded unnoticed is fine.
    let _ = create(memory).or_else(|_| create(memory));
    let Some(witness) = (0..4).find_map(|_| open_in(memory).ok()) else { return signed };
    let mut last = 0;
    for _ in 0..8 {
        let branch = random() as usize % 2;
        let more = u64::from(random()) % 4;
        let now = NOW + u64::from(random()) % 100;
        // A stale answer tells where to go on from.
        for _ in 0..2 {
            let size = (last + more).min(39);
            let reply = branches[branch].ask(&witness, last, size, now);
            match reply.status {
                200 => {
                    let time = signed_at(&reply, &branches[branch].note(size));
                    signed.push(Signed { branch, size, time });
                    last = size;
                    break;
                }
                409 => last = reply.last_size().unwrap(),
                _ => break,
            }
        }
    }
    signed
}

/// All that a witness ever signed is one history, in order of time.
fn one_history(signed: &[Signed], name: &str) {
    assert!(signed.is_sorted_by_key(|s| s.size), "{name}: sizes went back: {signed:?}");
    assert!(signed.is_sorted_by_key(|s| s.time), "{name}: times went back: {signed:?}");
    let mut forked = signed.iter().filter(|s| s.size > FORK).map(|s| s.branch);
    let first = forked.next();
    assert!(forked.all(|branch| Some(branch) == first), "{name}: two histories were signed: {signed:?}");
}

/// After all faults the witness has its state, remembers at least what it signed, and signs on.
fn goes_on(memory: &Memory, signed: &[Signed], name: &str) {
    let _ = create(memory);
    let witness = open_in(memory).unwrap_or_else(|error| panic!("{name}: {error}"));
    let standing = witness.standing(ORIGIN).unwrap();
    assert!(standing.lost.is_none(), "{name}: {:?}", standing.lost);
    assert!(signed.last().is_none_or(|last| last.size <= standing.size), "{name}: {standing:?}");
    let branches = [honest(), Branch::new("other", FORK)];
    let ask = |branch: &Branch| branch.ask(&witness, standing.size, standing.size, NOW).status;
    assert!(branches.iter().any(|branch| ask(branch) == 200), "{name}");
}

/// How many operations the same work takes without faults, and that it signs much and refuses much.
fn operations() -> u64 {
    let memory = Memory::default();
    let signed = lie(&memory, &mut chance(1));
    assert!(signed.len() >= 4, "the work is worth testing: {signed:?}");
    one_history(&signed, "no fault");
    memory.operations()
}

/// An error of each kind at each file operation.
#[test]
fn an_error_at_each_operation() {
    let faults = [
        Fault::Error(ErrorKind::Other),
        Fault::Error(ErrorKind::Interrupted),
        Fault::Error(ErrorKind::StorageFull),
        Fault::Short(ErrorKind::StorageFull),
    ];
    for at in 0..operations() {
        for (fault, seed) in faults.into_iter().zip(1..) {
            let name = format!("{fault:?} at {at}");
            let memory = Memory::with_fault(at..at + 1 + seed % 3, fault);
            let mut random = chance(seed * 1000 + at);
            let mut signed = lie(&memory, &mut random);
            memory.heal();
            signed.extend(lie(&memory, &mut random));
            one_history(&signed, &name);
            goes_on(&memory, &signed, &name);
            // What is durable tells the same.
            goes_on(&memory.after_power_cut(&mut random), &signed, &name);
        }
    }
}

/// The process is killed, or the power fails, at each file operation, and again soon after.
#[test]
fn death_at_each_operation() {
    for at in 0..operations() {
        for seed in 0..6 {
            let name = format!("cut at {at}, seed {seed}");
            let mut random = chance(seed * 1000 + at + 1);
            let after = |memory: &Memory, random: &mut dyn FnMut() -> u32| {
                if seed % 2 == 0 { memory.after_kill() } else { memory.after_power_cut(random) }
            };
            let memory = Memory::with_fault(at..at + 1, Fault::PowerCut);
            let mut signed = lie(&memory, &mut random);
            let again = u64::from(random()) % 40;
            let memory = after(&memory, &mut random).and_fault(again..again + 1, Fault::PowerCut);
            signed.extend(lie(&memory, &mut random));
            let memory = after(&memory, &mut random);
            signed.extend(lie(&memory, &mut random));
            one_history(&signed, &name);
            goes_on(&memory, &signed, &name);
        }
    }
}

fn content(memory: &Memory, path: &Path) -> Vec<u8> {
    let file = memory.open(path, Access::Read).unwrap();
    let mut bytes = vec![0; file.len().unwrap() as usize];
    assert_eq!(file.read_at(&mut bytes, 0).unwrap(), bytes.len());
    bytes
}

fn put(memory: &Memory, path: &Path, bytes: &[u8]) {
    let file = memory.open(path, Access::Write).unwrap();
    file.set_len(0).unwrap();
    file.write_at(bytes, 0).unwrap();
}

fn state_of(origin: &str) -> PathBuf {
    let name: String = Sha256::digest(origin).iter().map(|byte| format!("{byte:02x}")).collect();
    Path::new(DIR).join("state").join(name)
}

/// A witness that has cosigned a log of ten entries.
fn with_state() -> Memory {
    let memory = Memory::default();
    create(&memory).unwrap();
    assert_eq!(honest().ask(&open_in(&memory).unwrap(), 0, 10, NOW).status, 200);
    memory
}

/// A state that is torn anywhere, has any byte changed, belongs to another log or is gone: the witness refuses to sign
/// for this log, and says so, instead of beginning anew.
#[test]
fn a_lost_state_signs_nothing() {
    let memory = with_state();
    let path = state_of(ORIGIN);
    let whole = content(&memory, &path);
    let refuses = |name: &str| {
        let witness = open_in(&memory).unwrap();
        let lost = witness.standing(ORIGIN).unwrap().lost.unwrap_or_else(|| panic!("{name}: believed"));
        assert_eq!(lost.code(), "ledger.witness-state", "{name}");
        for (old, size) in [(0, 3), (0, 10), (10, 12), (9, 9)] {
            let reply = honest().ask(&witness, old, size, NOW);
            assert_eq!(reply.status, 503, "{name}");
            assert!(!reply.body.contains('\u{2014}'), "{name}");
        }
        witness
    };
    for len in 0..whole.len() {
        put(&memory, &path, &whole[..len]);
        refuses(&format!("cut to {len}"));
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        put(&memory, &path, &changed);
        refuses(&format!("byte {at} changed"));
    }
    // Whole and true, but of another log.
    put(&memory, &path, &whole);
    let other = ledger::Signer::generate("other.example/log", [3; 32]).unwrap();
    let keys = [other.verifier().clone()];
    let open = || Witness::open_with(Arc::new(memory.clone()), Path::new(DIR), cosigner(1), &keys);
    drop(open().unwrap());
    put(&memory, &path, &content(&memory, &state_of("other.example/log")));
    refuses("the state of another log");
    // Gone; and put back while the witness runs.
    memory.remove(&path).unwrap();
    let witness = refuses("no file");
    put(&memory, &path, &whole);
    assert_eq!(honest().ask(&witness, 10, 12, NOW).status, 200);
    assert!(witness.standing(ORIGIN).unwrap().lost.is_none());
}

/// Without a whole list of the logs that it watches, the witness does not even start; nor in an empty folder.
#[test]
fn a_lost_list_of_logs_stops_the_witness() {
    let memory = with_state();
    let path = Path::new(DIR).join("witness");
    let whole = content(&memory, &path);
    for len in 0..whole.len() {
        put(&memory, &path, &whole[..len]);
        assert_eq!(open_in(&memory).unwrap_err().code(), "ledger.witness-state", "cut to {len}");
        assert!(create(&memory).is_err(), "a damaged list is not written anew");
    }
    memory.remove(&path).unwrap();
    assert_eq!(open_in(&memory).unwrap_err().code(), "ledger.format");
}

/// A lost state is taken up again from a signed checkpoint, by a deliberate act and by no other.
#[test]
fn a_lost_state_is_adopted() {
    let memory = with_state();
    let witness = open_in(&memory).unwrap();
    let early = witness.adopt(&honest().note(12), NOW).unwrap_err();
    assert_eq!(early.code(), "ledger.adopt", "nothing is lost");
    drop(witness);
    memory.remove(&state_of(ORIGIN)).unwrap();
    let witness = open_in(&memory).unwrap();
    let forger = ledger::Signer::generate(ORIGIN, [3; 32]).unwrap();
    let forged = ledger::CheckpointBody::new(ORIGIN, 12, leaf_hash(b"x")).sign(&forger).unwrap().note_text;
    assert!(witness.adopt(&forged, NOW).is_err());
    witness.adopt(&honest().note(12), NOW + 9).unwrap();
    assert_eq!(honest().ask(&witness, 10, 13, NOW).status, 409);
    let reply = honest().ask(&witness, 12, 13, NOW);
    assert_eq!(signed_at(&reply, &honest().note(13)), NOW + 9);
    drop(witness);
    assert_eq!(open_in(&memory).unwrap().standing(ORIGIN).unwrap().size, 13);
}
