//! A table that changes all the time, and its copy: how far behind it is, and whether anything is lost or goes back.

pub mod engine;
mod watcher;
mod writer;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use crate::batch::offices::Offices;
use crate::batch::persons;
use crate::say;
use crate::stand::process::{Cpu, cpu_family, machine_load};
use crate::stand::until;
use engine::{Connection, Engine, Server};
use watcher::Seen;
use writer::{Pace, Told, WRITERS, Writer};

/// Table at the target.
const TABLE: &str = "live";
/// Columns that arrive as they are: neither repaired nor masked. At the source and at the target.
const PLAIN: [(&str, &str); 8] = [
    ("gmsfhm", "resident_id"),
    ("xm", "name"),
    ("mz", "ethnic_group"),
    ("hyzk", "marriage"),
    ("hh", "household_number"),
    ("yhzgx", "kinship"),
    ("ssxz", "region"),
    ("fwcs", "employer"),
];

/// How much, for how long, and where.
pub struct Options {
    /// Changes a second at the source.
    rate: u64,
    /// For how long, seconds.
    seconds: f64,
    /// Changes in one transaction.
    each: u64,
    /// Rows of the register.
    rows: u64,
    /// Engines, source and target the same.
    engines: Vec<Engine>,
    /// File whose measured part is replaced.
    write: Option<PathBuf>,
}

impl Options {
    /// Reads `--name value` pairs.
    ///
    /// # Errors
    /// For an unknown name or a value that is no number.
    pub fn parse(args: &[String]) -> anyhow::Result<Self> {
        let mut options =
            Self { rate: 2_000, seconds: 600.0, each: 20, rows: 20_000, engines: Vec::new(), write: None };
        for pair in args.chunks(2) {
            let [name, value] = pair else { bail!("{} has no value", pair.concat()) };
            match name.as_str() {
                "--rate" => options.rate = value.parse()?,
                "--seconds" => options.seconds = value.parse()?,
                "--each" => options.each = value.parse()?,
                "--rows" => options.rows = value.parse()?,
                "--engine" => {
                    let known = Engine::ALL.into_iter().find(|engine| engine.kind() == value);
                    options.engines.push(known.context("--engine is postgres or mysql")?);
                }
                "--write" => options.write = Some(value.into()),
                _ => bail!("unknown option {name}"),
            }
        }
        ensure!(options.rate > 0 && options.each > 0, "--rate and --each must be at least 1");
        ensure!(options.rows >= 2 * (writer::PROBES + writer::HOT), "--rows must be at least 2100");
        ensure!(options.each <= 40, "--each must be at most 40");
        if options.engines.is_empty() {
            options.engines = Engine::ALL.to_vec();
        }
        Ok(options)
    }
}

/// What one pair of servers showed.
struct Outcome {
    engine: Engine,
    changes: u64,
    seconds: f64,
    seen: Seen,
    /// Chunks in which the changes travelled.
    chunks: u64,
    peak_mib: u64,
    /// Microseconds of processor time a change, by who spent it.
    cost: Vec<(&'static str, u64)>,
}

/// Runs the whole bench and prints the report.
///
/// # Errors
/// When a program does not start, something is lost, or a row goes back.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let load = machine_load();
    let mut lines = Vec::new();
    for engine in &options.engines {
        let outcome = measure(options, *engine).await.with_context(|| engine.name())?;
        lines.push(line(&outcome));
        say(lines.last().map_or("", String::as_str));
    }
    let text = format!(
        "{} changes a second for {} s, {} in each transaction, in a register of {} rows x 12 columns; load of the machine before: \
         {load}.\n\n\
         | from, to | changes | changes/s | lag p50 ms | p99 ms | longest ms | watched | chunks | hub and agents, peak | processor time \
         per change, µs |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---|\n{}",
        options.rate,
        options.seconds,
        options.each,
        options.rows,
        lines.concat()
    );
    say("");
    say(&text);
    if let Some(file) = &options.write {
        crate::report::replace_part(file, "continuous", text.trim_end())?;
    }
    Ok(())
}

fn line(outcome: &Outcome) -> String {
    let cost = outcome.cost.iter().map(|(who, us)| format!("{who} {us}")).collect::<Vec<_>>().join(", ");
    format!(
        "| {} | {} | {:.0} | {:.0} | {:.0} | {:.0} | {} | {} | {} MiB | {cost} |\n",
        outcome.engine.name(),
        outcome.changes,
        outcome.changes as f64 / outcome.seconds,
        outcome.seen.percentile_ms(0.50),
        outcome.seen.percentile_ms(0.99),
        outcome.seen.percentile_ms(1.0),
        outcome.seen.lags.len(),
        outcome.chunks,
        outcome.peak_mib,
    )
}

async fn measure(options: &Options, engine: Engine) -> anyhow::Result<Outcome> {
    let dir = tempfile::Builder::new().prefix("guantong-bench-").tempdir()?;
    let (source, target) = (engine.raise().await?, engine.raise().await?);
    let mut from = source.connect().await?;
    fill(&mut from, engine, options.rows).await?;
    let place = |server: &Server| format!("kind = {:?}\nurl = {:?}", engine.kind(), server.database.url());
    let targets = format!("[targets.hall]\n{}\n", place(&target));
    let offices = Offices::raise(dir.path(), &place(&source), &targets).await.context("hub and agents")?;
    let subscription = offices.subscribe("hall", TABLE, "changes", "continuous").await?;
    let mut to = target.connect().await?;
    let first = plain(&mut from, engine, true).await?;
    until("the table to be followed", async || {
        // Before the first delivery there is no table.
        if !plain(&mut to, engine, false).await.is_ok_and(|rows| rows == first) {
            return Ok(false);
        }
        let seen = offices.standing(&subscription).await?;
        ensure!(seen["notice"].is_null(), "{}", seen["notice"]);
        Ok(seen["last_run"]["state"] == "running" && seen["last_run"]["mode"] == "apply")
    })
    .await?;
    say(&format!("{}: {} changes a second for {} s", engine.name(), options.rate, options.seconds));
    let told = Told::default();
    let mut writers = Vec::new();
    for nth in 0..WRITERS {
        writers.push(Writer::new(nth, source.connect().await?, engine, options.rows)?);
    }
    let lasting = Duration::from_secs_f64(options.seconds);
    let pace = Pace { rate: options.rate, each: options.each, lasting };
    let before = costs(&offices, &source, &target)?;
    let watching = watcher::watch(target.connect().await?, TABLE, &told);
    let writing = futures::future::try_join_all(writers.iter_mut().map(|writer| writer.write(pace, &told)));
    let (written, seen) = tokio::try_join!(writing, watching)?;
    let changes = written.iter().map(|(changes, _)| changes).sum();
    let seconds = written.iter().map(|(_, seconds)| *seconds).fold(0.0, f64::max);
    let cost = costs(&offices, &source, &target)?.into_iter().zip(before);
    let cost = cost.map(|((who, now), (_, before))| (who, now.us_per_call(before, changes))).collect();
    until("source and target to be equal", async || {
        Ok(plain(&mut from, engine, true).await? == plain(&mut to, engine, false).await?)
    })
    .await?;
    let stood = offices.standing(&subscription).await?;
    ensure!(
        stood["last_run"]["state"] == "running" && stood["notice"].is_null(),
        "the run broke off: {stood}"
    );
    let chunks = stood["last_run"]["figures"]["chunks"].as_u64().unwrap_or(0);
    let peak_mib = offices.peak_mib();
    offices.stop().await;
    Ok(Outcome { engine, changes, seconds, seen, chunks, peak_mib, cost })
}

fn costs(offices: &Offices, source: &Server, target: &Server) -> anyhow::Result<Vec<(&'static str, Cpu)>> {
    let mut all = offices.cpu()?;
    all.push(("source", cpu_family(source.pid()?)?));
    all.push(("target", cpu_family(target.pid()?)?));
    Ok(all)
}

/// Makes the register and fills it.
async fn fill(connection: &mut Connection, engine: Engine, rows: u64) -> anyhow::Result<()> {
    connection.run(persons::table(engine == Engine::Mariadb)).await?;
    for from in (0..rows).step_by(500) {
        let rows: Vec<String> = (from..(from + 500).min(rows)).map(|row| persons::values(row, 0)).collect();
        connection.run(format!("INSERT INTO hkrk VALUES {}", rows.join(", "))).await?;
    }
    if engine == Engine::Postgres {
        connection.run("CREATE PUBLICATION guantong FOR TABLE hkrk".to_owned()).await?;
    }
    Ok(())
}

/// All rows by their key, in what arrives as it is.
async fn plain(
    connection: &mut Connection,
    engine: Engine,
    source: bool,
) -> anyhow::Result<Vec<(String, String)>> {
    let columns = PLAIN.map(|(from, to)| if source { from } else { to });
    let table = if source { "hkrk" } else { TABLE };
    let text = if engine == Engine::Postgres { "::text" } else { "" };
    let [key, ..] = columns;
    let sql = format!("SELECT {key}{text}, concat_ws('|', {}) FROM {table}", columns.join(", "));
    let mut rows = connection.pairs(sql).await?;
    rows.sort();
    Ok(rows)
}
