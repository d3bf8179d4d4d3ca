//! Tests of the ledger through its public interface.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like the tests themselves")]

mod append;
mod cosign;
mod cosigned_files;
mod crash;
mod faults;
mod fixture;
mod memory;
mod oracle;
mod policy;
mod proofs;
mod segment_edit;
mod support;
mod tamper_export;
mod tamper_folder;
mod torn;
mod witness;
mod witness_faults;
