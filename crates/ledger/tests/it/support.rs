//! What several tests need.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ledger::proof::verify_inclusion;
use ledger::{Append, Appended, CheckpointBody, Entry, Log, Options, Result, Signer, leaf_hash};

pub const ORIGIN: &str = "test.example/log";

pub fn signer() -> Signer {
    Signer::generate(ORIGIN, [42; 32]).unwrap()
}

/// Segments that are closed after a few entries, so that small tests have several.
pub fn small() -> Options {
    Options { segment_bytes: 2000, ..Options::default() }
}

pub fn open(dir: &Path) -> Log {
    Log::open(dir, ORIGIN, signer(), small()).unwrap()
}

/// Leaves of many lengths, most of them shorter than the one before.
pub fn leaf(number: u64) -> Vec<u8> {
    format!("entry {number} {}", "x".repeat((number * 37 % 50) as usize)).into_bytes()
}

pub fn entry(number: u64) -> Entry {
    Entry { leaf: leaf(number), sidecar: format!("private {number}").into_bytes() }
}

/// Appends the numbers one by one.
pub fn fill(log: &Log, numbers: std::ops::Range<u64>) -> Vec<Appended> {
    numbers.map(|number| log.append_blocking(entry(number)).unwrap()).collect()
}

/// Queues all appends before waiting for any, so that they share batches.
pub fn append_together(log: &Log, numbers: std::ops::Range<u64>) -> Vec<Appended> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut cx = Context::from_waker(Waker::noop());
    let polled: Vec<_> = numbers
        .map(|number| {
            let mut append = log.append(entry(number));
            let first = pin!(&mut append).poll(&mut cx);
            (append, first)
        })
        .collect();
    let finish = |(append, first): (Append, Poll<Result<Appended>>)| match first {
        Poll::Ready(done) => done.unwrap(),
        Poll::Pending => runtime.block_on(append).unwrap(),
    };
    polled.into_iter().map(finish).collect()
}

/// Checks the evidence of an entry like a stranger would: with the public key only.
pub fn check_evidence(appended: &Appended, leaf: &[u8]) -> Result<()> {
    let body = CheckpointBody::verify(&appended.checkpoint.note_text, signer().verifier())?;
    assert_eq!((body.size, body.root), (appended.checkpoint.size, appended.checkpoint.root));
    verify_inclusion(appended.index, body.size, &leaf_hash(leaf), &appended.proof, &body.root)
}

/// Checks that a log still holds what it acknowledged.
pub fn check_kept(log: &Log, acknowledged: &[(u64, Arc<ledger::Checkpoint>, Vec<u8>)]) {
    for (index, checkpoint, leaf) in acknowledged {
        assert_eq!(log.entry(*index).unwrap(), *leaf, "entry {index} was lost or changed");
        assert_eq!(log.root(checkpoint.size).unwrap(), checkpoint.root, "the past of the log was changed");
    }
}

pub fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy_dir(&item.path(), &target);
        } else if let Err(error) = fs::copy(item.path(), target) {
            // A file of a running log that was written aside may have got its place between listing and copying.
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}", item.path().display());
        }
    }
}
