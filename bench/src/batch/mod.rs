//! A table of persons from one database into another: by hand, by two programs of others, and by a subscription with every
//! check, standardising, masking and evidence on.

pub mod offices;
pub mod persons;
mod rivals;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, bail};
use testbed::{MariadbOptions, PostgresOptions};

use crate::say;
use crate::stand::process::machine_load;
use offices::Offices;

/// How much and against whom.
pub struct Options {
    /// Rows.
    rows: u64,
    /// Whether programs of others are measured, too; they come from PyPI.
    rivals: bool,
    /// Whether MariaDB and CSV are measured, too.
    others: bool,
    /// File whose measured part is replaced.
    write: Option<PathBuf>,
}

impl Options {
    /// Reads `--name value` pairs.
    ///
    /// # Errors
    /// For an unknown name or a value that is no number.
    pub fn parse(args: &[String]) -> anyhow::Result<Self> {
        let mut options = Self { rows: 1_000_000, rivals: true, others: true, write: None };
        for pair in args.chunks(2) {
            let [name, value] = pair else { bail!("{} has no value", pair.concat()) };
            match name.as_str() {
                "--rows" => options.rows = value.parse()?,
                "--rivals" => options.rivals = value.parse()?,
                "--others" => options.others = value.parse()?,
                "--write" => options.write = Some(value.into()),
                _ => bail!("unknown option {name}"),
            }
        }
        Ok(options)
    }
}

/// One line of the table.
pub(crate) struct Line {
    way: String,
    seconds: f64,
    /// Peak memory of hub and agents, MiB.
    memory: Option<u64>,
}

/// Runs the whole bench and prints the report.
///
/// # Errors
/// When a program does not start, or a way does not deliver every row.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let load = machine_load();
    let dir = tempfile::Builder::new().prefix("guantong-bench-").tempdir()?;
    let settings = [("wal_level", "logical"), ("max_wal_size", "4GB"), ("shared_buffers", "512MB")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let server =
        testbed::postgres(PostgresOptions { durable: true, settings, ..PostgresOptions::default() }).await?;
    let (from, to) = (server.create_database().await?, server.create_database().await?);
    say(&format!("writing {} persons", options.rows));
    persons::fill(from.url(), options.rows).await?;
    let mut lines = Vec::new();

    // The hand-written pipe twice: before and after everything else, so that a change of the machine's mood shows.
    let by_hand = rivals::pipe(from.url(), to.url(), "by_hand", options.rows).await?;
    lines.push(told(
        Line { way: "(a) binary COPY pipe by hand".to_owned(), seconds: by_hand, memory: None },
        options,
    ));

    let mariadb =
        if options.others { Some(testbed::mariadb(MariadbOptions::default()).await?) } else { None };
    let hall = match &mariadb {
        Some(server) => Some(server.create_database().await?.url().to_owned()),
        None => None,
    };
    let files = dir.path().join("files");
    std::fs::create_dir_all(&files)?;
    let mut targets = format!(
        "[targets.hall]\nkind = \"postgres\"\nurl = {:?}\n[targets.files]\nkind = \"files\"\ndir = {files:?}\n",
        to.url()
    );
    if let Some(maria) = hall {
        targets.push_str(&format!("[targets.maria]\nkind = \"mysql\"\nurl = {maria:?}\n"));
    }
    let source = format!("kind = \"postgres\"\nurl = {:?}", from.url());
    let offices = Offices::raise(dir.path(), &source, &targets).await.context("hub and agents")?;
    rivals::settle(to.url()).await?;
    let ours = offices.deliver("hall", "delivered", options.rows).await?;
    let memory = Some(offices.peak_mib());
    lines.push(told(
        Line { way: "subscription, whole table, new".to_owned(), seconds: ours, memory },
        options,
    ));
    let again = rivals::pipe(from.url(), to.url(), "by_hand_again", options.rows).await?;
    lines.push(told(Line { way: "(a) once more".to_owned(), seconds: again, memory: None }, options));

    persons::change(from.url()).await?;
    let merged = rivals::merge(from.url(), to.url(), "by_hand", options.rows).await?;
    lines.push(told(
        Line {
            way: "(d) staging table and merge by hand, every row changed".to_owned(),
            seconds: merged,
            memory: None,
        },
        options,
    ));
    rivals::settle(to.url()).await?;
    let upserted = offices.again("delivered", options.rows).await?;
    lines.push(told(
        Line {
            way: "subscription, whole table, every row changed".to_owned(),
            seconds: upserted,
            memory: Some(offices.peak_mib()),
        },
        options,
    ));
    rivals::settle(to.url()).await?;
    let still = offices.again("delivered", options.rows).await?;
    lines.push(told(
        Line {
            way: "subscription, whole table, nothing changed".to_owned(),
            seconds: still,
            memory: Some(offices.peak_mib()),
        },
        options,
    ));
    if options.others {
        for (target, table, way) in [
            ("maria", "delivered_there", "subscription into MariaDB, new"),
            ("files", "delivered.csv", "subscription into CSV"),
        ] {
            rivals::settle(from.url()).await?;
            let seconds = offices.deliver(target, table, options.rows).await?;
            lines
                .push(told(Line { way: way.to_owned(), seconds, memory: Some(offices.peak_mib()) }, options));
        }
    }
    offices.stop().await;
    if options.rivals {
        let tools = rivals::Tools::install(dir.path()).await?;
        let seconds = tools.sling(from.url(), to.url(), options.rows).await?;
        lines.push(told(Line { way: "(b) sling, full refresh".to_owned(), seconds, memory: None }, options));
        let seconds = tools.dlt(from.url(), to.url(), options.rows).await?;
        lines.push(told(
            Line { way: "(c) dlt, ConnectorX backend".to_owned(), seconds, memory: None },
            options,
        ));
    }
    let text = report(options, &lines, by_hand.min(again), &load);
    say("");
    say(&text);
    if let Some(file) = &options.write {
        crate::report::replace_part(file, &format!("batch {}", options.rows), &text)?;
    }
    Ok(())
}

fn told(line: Line, options: &Options) -> Line {
    say(&format!(
        "{:<60} {:>8.1} s  {:>8.0} rows/s",
        line.way,
        line.seconds,
        options.rows as f64 / line.seconds
    ));
    line
}

fn report(options: &Options, lines: &[Line], by_hand: f64, load: &str) -> String {
    let mut text = format!(
        "{} rows x 12 columns; load of the machine before: {load}. Ratio: rows a second against the better of the two runs of (a).\n\n\
         | way | s | rows/s | of (a) | hub and agents, peak |\n|---|---|---|---|---|\n",
        options.rows
    );
    for line in lines {
        let memory = line.memory.map(|mib| format!("{mib} MiB")).unwrap_or_default();
        text.push_str(&format!(
            "| {} | {:.1} | {:.0} | {:.2} | {memory} |\n",
            line.way,
            line.seconds,
            options.rows as f64 / line.seconds,
            by_hand / line.seconds
        ));
    }
    text
}

/// Seconds that something took.
async fn timed<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<f64> {
    let began = Instant::now();
    work.await?;
    Ok(began.elapsed().as_secs_f64())
}
