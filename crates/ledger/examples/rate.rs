//! Measures durable appends: `cargo run --release -p ledger --example rate -- --writers 64 --entries 100000`.
//!
//! Each writer appends one entry after the other and waits for each. Prints entries per second, the median and the
//! 99th percentile of the time from append to evidence, and the mean batch.
#![expect(clippy::print_stdout, reason = "a measuring program talks on standard output")]

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ledger::{Entry, Log, Options, Signer};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

struct Args {
    writers: u64,
    entries: u64,
    bytes: usize,
    sidecar: usize,
    dir: Option<PathBuf>,
}

fn args() -> Outcome<Args> {
    let mut args = Args { writers: 64, entries: 100_000, bytes: 300, sidecar: 0, dir: None };
    let mut words = std::env::args().skip(1);
    while let Some(name) = words.next() {
        let value = words.next().ok_or("each option needs a value")?;
        match name.as_str() {
            "--writers" => args.writers = value.parse()?,
            "--entries" => args.entries = value.parse()?,
            "--bytes" => args.bytes = value.parse()?,
            "--sidecar" => args.sidecar = value.parse()?,
            "--dir" => args.dir = Some(value.into()),
            _ => return Err(format!("unknown option {name}").into()),
        }
    }
    Ok(args)
}

fn main() -> Outcome<()> {
    let args = args()?;
    let temporary = tempfile::tempdir_in(".")?;
    let dir = args.dir.clone().unwrap_or_else(|| temporary.path().join("log"));
    let signer = Signer::generate("rate.example/log", [7; 32])?;
    let opening = Instant::now();
    let log = Arc::new(Log::open(&dir, "rate.example/log", signer, Options::default())?);
    println!("opened with {} entries in {:.0?}", log.size(), opening.elapsed());

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    let next = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let (mut times, mut checkpoints) = (Vec::new(), HashSet::new());
    runtime.block_on(async {
        let tasks: Vec<_> = (0..args.writers)
            .map(|_| {
                let (log, next) = (Arc::clone(&log), Arc::clone(&next));
                let (entries, bytes, sidecar) = (args.entries, args.bytes, args.sidecar);
                tokio::spawn(async move {
                    let mut seen = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= entries {
                            return Ok::<_, ledger::Error>(seen);
                        }
                        let mut leaf = vec![b'x'; bytes.max(8)];
                        leaf[..8].copy_from_slice(&number.to_be_bytes());
                        let begun = Instant::now();
                        let done = log.append(Entry { leaf, sidecar: vec![1; sidecar] }).await?;
                        seen.push((begun.elapsed(), done.checkpoint.size));
                    }
                })
            })
            .collect();
        for task in tasks {
            for (time, size) in task.await?? {
                times.push(time);
                checkpoints.insert(size);
            }
        }
        Outcome::Ok(())
    })?;
    let elapsed = start.elapsed();
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(Duration::ZERO);
    println!(
        "writers {:5}  entries/s {:8.0}  p50 {:8.2?}  p99 {:8.2?}  mean batch {:.1}",
        args.writers,
        times.len() as f64 / elapsed.as_secs_f64(),
        at(0.5),
        at(0.99),
        times.len() as f64 / checkpoints.len().max(1) as f64,
    );
    let size = log.size();
    let reading = Instant::now();
    log.entry(size - 1)?;
    let entry = reading.elapsed();
    log.inclusion_proof(size / 3, size)?;
    println!("read of the last entry {entry:.1?}, proof of an old one {:.1?}", reading.elapsed() - entry);
    Ok(())
}
