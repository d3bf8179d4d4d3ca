//! Appending and reading, when nothing goes wrong.

use std::sync::Arc;

use ledger::proof::verify_consistency;
use ledger::{Entry, Error, Log, Options, Signer, VerifyOptions, verify_dir};

use crate::support::*;

/// Each entry gets the next index and evidence that a stranger accepts, alone and in shared batches, and the log
/// reads back the same after reopening, across segments.
#[test]
fn evidence_holds_and_survives_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for round in 0..4 {
        let log = open(dir.path());
        assert_eq!(log.size(), all.len() as u64);
        let first = log.size();
        let mut done = fill(&log, first..first + 5);
        done.extend(append_together(&log, first + 5..first + 70));
        assert!(done.iter().map(|d| d.index).eq(first..first + 70), "round {round}");
        all.extend(done);
    }
    let log = open(dir.path());
    assert_eq!(log.size(), 280);
    assert!(std::fs::read_dir(dir.path().join("segments")).unwrap().count() > 5, "segments were closed");
    for (number, appended) in (0..).zip(&all) {
        check_evidence(appended, &leaf(number)).unwrap();
        assert_eq!(log.entry(number).unwrap(), leaf(number));
        assert_eq!(log.sidecar(number).unwrap(), Some(entry(number).sidecar));
        let size = appended.checkpoint.size;
        assert_eq!(log.inclusion_proof(number, size).unwrap(), appended.proof);
        let path = log.consistency_proof(size, log.size()).unwrap();
        verify_consistency(size, log.size(), &appended.checkpoint.root, &log.checkpoint().root, &path)
            .unwrap();
    }
    let leaves: Vec<_> = log.entries(3..277).collect::<Result<_, _>>().unwrap();
    assert!(leaves.into_iter().eq((3..277).map(leaf)));
}

/// Many writers at once: every index is given once, and every entry stands where its receipt says.
#[test]
fn concurrent_writers_share_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(Log::open(dir.path(), ORIGIN, signer(), Options::default()).unwrap());
    let writers: Vec<_> = (0..8u64)
        .map(|writer| {
            let log = Arc::clone(&log);
            std::thread::spawn(move || {
                (0..50)
                    .map(|n| (writer * 50 + n, log.append_blocking(entry(writer * 50 + n)).unwrap()))
                    .collect()
            })
        })
        .collect();
    let done: Vec<(u64, _)> = writers.into_iter().flat_map(|w| -> Vec<_> { w.join().unwrap() }).collect();
    let mut seen: Vec<u64> = done.iter().map(|(_, d)| d.index).collect();
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..400));
    for (number, appended) in done {
        assert_eq!(log.entry(appended.index).unwrap(), leaf(number));
        check_evidence(&appended, &leaf(number)).unwrap();
    }
}

/// A queue of two places makes callers wait and loses nobody, and what was queued at closing is still recorded.
#[test]
fn a_full_queue_makes_callers_wait() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { queue: 2, max_batch: 1, ..Options::default() };
    let log = Arc::new(Log::open(dir.path(), ORIGIN, signer(), options).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..100).map(|n| tokio::spawn(log.append(entry(n)))).collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    assert_eq!(log.size(), 100);
}

/// Reading beyond the end, and entries that are too large, are refused in words; the largest ones pass.
#[test]
fn limits() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let largest = Entry { leaf: vec![1; 65_535], sidecar: vec![2; 1 << 20] };
    log.append_blocking(largest.clone()).unwrap();
    log.append_blocking(Entry::default()).unwrap();
    assert_eq!(log.entry(0).unwrap(), largest.leaf);
    assert_eq!(log.sidecar(0).unwrap(), Some(largest.sidecar));
    assert_eq!(log.sidecar(1).unwrap(), Some(Vec::new()));
    for entry in [
        Entry { leaf: vec![0; 65_536], sidecar: Vec::new() },
        Entry { leaf: Vec::new(), sidecar: vec![0; (1 << 20) + 1] },
    ] {
        let error = log.append_blocking(entry).unwrap_err();
        assert_eq!(error.code(), "ledger.too-large");
        assert!(!error.zh().is_empty() && error.en().contains("make it smaller"));
    }
    for error in [
        log.entry(2).unwrap_err(),
        log.entry(u64::MAX).unwrap_err(),
        log.sidecar(2).unwrap_err(),
        log.inclusion_proof(0, 3).unwrap_err(),
        log.inclusion_proof(2, 2).unwrap_err(),
        log.consistency_proof(2, 3).unwrap_err(),
        log.consistency_proof(2, 1).unwrap_err(),
        log.entries(1..9).last().unwrap().unwrap_err(),
    ] {
        assert_eq!(error.code(), "ledger.out-of-range");
    }
    assert_eq!(log.resource("tile/0/000.p/3").unwrap(), None);
    assert_eq!(log.resource("tile/0/../../FORMAT").unwrap(), None);
}

/// One folder belongs to one process, one origin and one format.
#[test]
fn foreign_folders_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let code = |dir: &std::path::Path, origin: &str| {
        let signer = Signer::generate(origin, [1; 32]).unwrap();
        Log::open(dir, origin, signer, Options::default()).unwrap_err().code()
    };
    assert_eq!(code(dir.path(), ORIGIN), "ledger.locked");
    drop(log);
    assert_eq!(code(dir.path(), "other.example/log"), "ledger.origin");
    std::fs::write(dir.path().join("FORMAT"), "tlog-segments 2\norigin x\n").unwrap();
    assert_eq!(code(dir.path(), ORIGIN), "ledger.format");
    std::fs::remove_file(dir.path().join("FORMAT")).unwrap();
    assert_eq!(code(dir.path(), ORIGIN), "ledger.format");
    let name = Log::open(dir.path(), "other", signer(), Options::default()).unwrap_err();
    assert_eq!(name.code(), "ledger.key");
    assert!(matches!(verify_dir("no/such/folder", &VerifyOptions::default()), Err(Error::Format { .. })));
}

/// After a change of the key the same tree goes on, signed by the new key, and the folder verifies as a whole.
#[test]
fn a_new_key_continues_the_log() {
    let dir = tempfile::tempdir().unwrap();
    fill(&open(dir.path()), 0..10);
    let new = Signer::generate(ORIGIN, [99; 32]).unwrap();
    let log = Log::open(dir.path(), ORIGIN, new.clone(), small()).unwrap();
    assert!(ledger::CheckpointBody::verify(&log.checkpoint().note_text, new.verifier()).is_ok());
    fill(&log, 10..20);
    let options = VerifyOptions { key: Some(new.verifier().clone()), ..VerifyOptions::default() };
    let report = verify_dir(dir.path(), &options).unwrap();
    assert!(report.is_ok(), "{report:#?}");
    drop(log);
    fill(&open(dir.path()), 20..30);
}

/// An erased sidecar is gone from the disk, in growing and closed segments; leaf, proofs and verification stay.
#[test]
fn a_sidecar_can_be_erased() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    fill(&log, 0..50);
    for index in [3, 49] {
        let before = log.inclusion_proof(index, 50).unwrap();
        log.erase_sidecar(index).unwrap();
        log.erase_sidecar(index).unwrap();
        assert_eq!(log.sidecar(index).unwrap(), None);
        assert_eq!(log.entry(index).unwrap(), leaf(index));
        assert_eq!(log.inclusion_proof(index, 50).unwrap(), before);
    }
    drop(log);
    let on_disk: Vec<u8> = std::fs::read_dir(dir.path().join("segments"))
        .unwrap()
        .flat_map(|item| std::fs::read(item.unwrap().path()).unwrap())
        .collect();
    let holds = |text: &[u8]| on_disk.windows(text.len()).any(|window| window == text);
    assert!(holds(b"private 48") && !holds(b"private 49"));
    let log = open(dir.path());
    assert_eq!(log.sidecar(3).unwrap(), None);
    assert!(verify_dir(dir.path(), &VerifyOptions::default()).unwrap().is_ok());
    // What was erased is not taken for something exchanged.
    let opens = |_: &[u8], sidecar: &[u8]| sidecar.starts_with(b"private");
    let report =
        verify_dir(dir.path(), &VerifyOptions { opens: Some(opens), ..VerifyOptions::default() }).unwrap();
    assert!(report.is_ok(), "{:?}", report.findings);
}

/// The hash files are only a cache: without them, or with stale ones, the log opens and proves the same.
#[test]
fn hash_files_are_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    fill(&log, 0..600);
    let (checkpoint, path) = (log.checkpoint(), log.inclusion_proof(17, 600).unwrap());
    drop(log);
    let hashes = dir.path().join("hashes");
    let half = |name: &str| {
        let file = std::fs::OpenOptions::new().write(true).open(hashes.join(name)).unwrap();
        file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    };
    let damages: [&dyn Fn(); 5] = [
        &|| std::fs::remove_dir_all(&hashes).unwrap(),
        &|| half("0"),
        &|| half("1"),
        &|| std::fs::write(hashes.join("0"), vec![0; 600 * 32]).unwrap(),
        &|| std::fs::remove_file(hashes.join("1")).unwrap(),
    ];
    for damage in damages {
        damage();
        std::fs::create_dir_all(&hashes).unwrap();
        let log = open(dir.path());
        assert_eq!(log.checkpoint(), checkpoint);
        assert_eq!(log.inclusion_proof(17, 600).unwrap(), path);
    }
}

/// A batch waits for company only when the one before had some: a single caller is served at once however long the wait
/// would be, and closing the log ends a wait that has begun.
#[test]
fn a_single_caller_never_waits_for_company() {
    let dir = tempfile::tempdir().unwrap();
    let began = std::time::Instant::now();
    let options = Options { gather: std::time::Duration::from_secs(600), ..Options::default() };
    let log = Log::open(dir.path(), ORIGIN, signer(), options).unwrap();
    fill(&log, 0..6);
    // A crowd makes the writer wait for the next one; nobody comes, and the log is closed instead.
    let crowd = std::iter::repeat_with(|| Box::pin(log.append(entry(7)))).take(40).collect::<Vec<_>>();
    let mut polled = crowd;
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    for append in &mut polled {
        let _queued = append.as_mut().poll(&mut cx);
    }
    drop(log);
    assert_eq!(open(dir.path()).size(), 46);
    assert!(began.elapsed() < std::time::Duration::from_secs(60), "{:?}", began.elapsed());
}
