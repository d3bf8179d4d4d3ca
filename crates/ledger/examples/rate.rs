//! Measures durable appends: `cargo run --release -p ledger --example rate -- --writers 64 --entries 100000`.
//!
//! Each writer appends one entry after the other and waits for each. Prints entries per second, the median and the
//! 99th percentile of the time from append to evidence, and the mean batch.
#![expect(clippy::print_stdout, reason = "a measuring program talks on standard output")]

use std::collections::BTreeMap;
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

/// Counts of times in steps of about 3 %, so that measuring takes little memory.
#[derive(Default)]
struct Times {
    steps: BTreeMap<u64, u64>,
    count: u64,
    batches: u64,
}

impl Times {
    fn add(&mut self, time: Duration, ends_batch: bool) {
        let nanos = (time.as_nanos() as u64).max(32);
        let shift = 58 - nanos.leading_zeros();
        *self.steps.entry(nanos >> shift << shift).or_default() += 1;
        self.count += 1;
        self.batches += u64::from(ends_batch);
    }

    fn merge(&mut self, other: &Self) {
        for (step, count) in &other.steps {
            *self.steps.entry(*step).or_default() += count;
        }
        self.count += other.count;
        self.batches += other.batches;
    }

    /// The time that a share of all stayed below.
    fn at(&self, share: f64) -> Duration {
        let mut left = (self.count as f64 * share) as u64;
        let mut steps = self.steps.iter();
        let found = steps.find(|(_, count)| left.checked_sub(**count).map(|rest| left = rest).is_none());
        Duration::from_nanos(found.map_or(0, |(step, _)| *step))
    }
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
    let mut total = Times::default();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..args.writers)
            .map(|_| {
                let (log, next) = (Arc::clone(&log), Arc::clone(&next));
                let (entries, bytes, sidecar) = (args.entries, args.bytes, args.sidecar);
                tokio::spawn(async move {
                    let mut seen = Times::default();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= entries {
                            return Ok::<_, ledger::Error>(seen);
                        }
                        let mut leaf = vec![b'x'; bytes.max(8)];
                        leaf[..8].copy_from_slice(&number.to_be_bytes());
                        let begun = Instant::now();
                        let done = log.append(Entry { leaf, sidecar: vec![1; sidecar] }).await?;
                        seen.add(begun.elapsed(), done.index + 1 == done.checkpoint.size);
                    }
                })
            })
            .collect();
        for task in tasks {
            total.merge(&task.await??);
        }
        Outcome::Ok(())
    })?;
    let elapsed = start.elapsed();
    println!(
        "writers {:5}  entries/s {:8.0}  p50 {:8.2?}  p99 {:8.2?}  mean batch {:.1}",
        args.writers,
        total.count as f64 / elapsed.as_secs_f64(),
        total.at(0.5),
        total.at(0.99),
        total.count as f64 / total.batches.max(1) as f64,
    );
    let size = log.size();
    let reading = Instant::now();
    log.entry(size - 1)?;
    let entry = reading.elapsed();
    log.inclusion_proof(size / 3, size)?;
    println!("read of the last entry {entry:.1?}, proof of an old one {:.1?}", reading.elapsed() - entry);
    Ok(())
}
