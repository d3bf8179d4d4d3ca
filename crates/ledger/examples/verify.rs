//! Verifies a log's folder or an export: `cargo run --release -p ledger --example verify -- FOLDER [KEY]`.
#![expect(clippy::print_stdout, reason = "a command-line program talks on standard output")]

use std::time::Instant;

use ledger::{VerifierKey, VerifyOptions, verify_dir};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let folder = words.next().ok_or("name a folder")?;
    let key = words.next().map(|text| VerifierKey::parse(&text)).transpose()?;
    let start = Instant::now();
    let report = verify_dir(&folder, &VerifyOptions { key, ..VerifyOptions::default() })?;
    for check in &report.checks {
        println!("{:?}: {}", check.state, check.en);
    }
    for finding in &report.findings {
        println!("{}: {}", finding.code, finding.en);
    }
    println!(
        "{} findings, {} entries, {:.1?}",
        report.findings_total,
        report.entries_checked,
        start.elapsed()
    );
    if report.is_ok() { Ok(()) } else { Err("the log was changed".into()) }
}
