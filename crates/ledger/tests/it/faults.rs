//! Every single file operation fails once, or for a while: nothing acknowledged is lost, nothing refused appears.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use ledger::{Log, Result, VerifyOptions, verify_dir};

use crate::memory::{Fault, Memory};
use crate::support::*;

const DIR: &str = "mem";

fn open_in(memory: &Memory) -> Result<Log> {
    Log::open_with(Arc::new(memory.clone()), Path::new(DIR), ORIGIN, signer(), small())
}

/// Opens, appends and reopens with patience, like a service that retries, and checks all promises.
/// Answers how many operations that took.
fn survives(memory: &Memory, name: &str) -> u64 {
    let (mut acknowledged, mut refused) = (Vec::new(), Vec::new());
    let mut number = 0;
    let mut operations = 0;
    for round in 0..3 {
        let log = (0..40).find_map(|_| open_in(memory).ok());
        let log = log.unwrap_or_else(|| panic!("{name}: the log does not open any more"));
        let mut size = log.size();
        let mut failed = false;
        for _ in 0..10 {
            match log.append_blocking(entry(number)) {
                Ok(done) => {
                    assert_eq!(done.index, size, "{name}: a refused entry stands in the log");
                    size += 1;
                    check_evidence(&done, &leaf(number)).unwrap();
                    acknowledged.push((done.index, done.checkpoint, leaf(number)));
                    if std::mem::take(&mut failed) {
                        verifies(memory, size, name);
                    }
                }
                Err(error) => {
                    assert!(["ledger.io", "ledger.disk-full"].contains(&error.code()), "{name}: {error}");
                    refused.push(leaf(number));
                    failed = true;
                }
            }
            number += 1;
        }
        assert_eq!(log.size(), size, "{name}");
        if round == 2 {
            operations = memory.operations();
            memory.heal();
            let done = log.append_blocking(entry(number)).unwrap();
            acknowledged.push((done.index, done.checkpoint, leaf(number)));
            number += 1;
            check_kept(&log, &acknowledged);
        }
    }
    let log = open_in(memory).unwrap();
    check_kept(&log, &acknowledged);
    // Only a log that was closed while its disk failed may hold an entry that was refused, and only once.
    for leaf in log.entries(0..log.size()).map(Result::unwrap) {
        if acknowledged.iter().all(|(_, _, kept)| *kept != leaf) {
            let at = refused.iter().position(|other| *other == leaf);
            refused.remove(at.unwrap_or_else(|| panic!("{name}: an entry out of nowhere")));
        }
    }
    assert_eq!(log.append_blocking(entry(number)).unwrap().index + 1, log.size());
    operations
}

/// After a failure and a success the files hold the log and nothing else.
fn verifies(memory: &Memory, size: u64, name: &str) {
    let dir = tempfile::tempdir().unwrap();
    memory.dump(Path::new(DIR), dir.path());
    let report = verify_dir(dir.path(), &VerifyOptions::default()).unwrap();
    assert!(report.is_ok() && report.size == size, "{name}: {report:#?}");
}

/// How many operations the same work takes without faults.
fn operations() -> u64 {
    survives(&Memory::default(), "no fault")
}

/// A single error of each kind at each operation.
#[test]
fn one_error_at_each_operation() {
    let faults = [
        Fault::Error(ErrorKind::Other),
        Fault::Error(ErrorKind::StorageFull),
        Fault::Error(ErrorKind::Interrupted),
        Fault::Short(ErrorKind::StorageFull),
    ];
    let total = operations();
    assert!(total > 200, "the work is worth testing: {total} operations");
    for at in 0..total {
        // A plain error everywhere, the other kinds in turn.
        for fault in [faults[0], faults[1 + at as usize % 3]] {
            survives(&Memory::with_fault(at..at + 1, fault), &format!("{fault:?} at {at}"));
        }
    }
}

/// The disk is full for a while, beginning at each operation: the log recovers by itself when there is room.
#[test]
fn a_full_disk_for_a_while() {
    for at in 0..operations() {
        let fault = Fault::Error(ErrorKind::StorageFull);
        survives(&Memory::with_fault(at..at + 20, fault), &format!("full from {at}"));
    }
}
