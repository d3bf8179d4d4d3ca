//! The report: a table of the cells, and what follows from them.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::hub::{EvidencePerCall, Hub};
use super::{Options, Way};
use crate::stand::process;

/// The measured part of a document lies between these lines.
const BEGIN: &str = "<!-- measured: begin -->";
const END: &str = "<!-- measured: end -->";

/// One cell.
pub struct Measured {
    /// Engine.
    pub store: &'static str,
    /// Way.
    pub way: Way,
    /// Callers at once.
    pub callers: usize,
    /// Calls per second.
    pub rate: f64,
    /// Median, milliseconds.
    pub p50_ms: f64,
    /// 99th percentile, milliseconds.
    pub p99_ms: f64,
    /// Processor time per call, in words.
    pub cpu: String,
    /// What it left in the logs.
    pub evidence: Option<EvidencePerCall>,
}

impl Measured {
    /// For the terminal and for the table.
    pub fn line(&self) -> String {
        format!(
            "| {} | {} | {} | {:.0} | {:.2} | {:.2} | {} |",
            self.store,
            self.callers,
            self.way.label(),
            self.rate,
            self.p50_ms,
            self.p99_ms,
            self.cpu
        )
    }
}

/// Everything measured.
pub struct Report {
    cells: Vec<Measured>,
    head: String,
    load_before: String,
    load_after: String,
    peaks_mib: (u64, u64),
}

impl Report {
    /// An empty one.
    pub fn new(options: &Options, load_before: String) -> Self {
        let head = format!(
            "{} residents; each cell {} rounds of {} s after {} s of warm-up, the median round by rate is shown",
            options.residents, options.rounds, options.seconds, options.warm_up
        );
        Self { cells: Vec::new(), head, load_before, load_after: String::new(), peaks_mib: (0, 0) }
    }

    /// Adds a cell.
    pub fn add(&mut self, cell: Measured) {
        self.cells.push(cell);
    }

    /// Takes down what is known at the end.
    pub fn ended(&mut self, hub: &Hub) {
        self.load_after = process::machine_load();
        self.peaks_mib = hub.peaks_mib();
    }

    fn cell(&self, store: &str, callers: usize, way: Way) -> Option<&Measured> {
        self.cells.iter().find(|cell| cell.store == store && cell.callers == callers && cell.way == way)
    }

    /// The report as Markdown.
    pub fn text(&self) -> String {
        let now_ms = kernel::clock::Clock::now_ms(&kernel::clock::SystemClock);
        let day = chrono::DateTime::from_timestamp_millis(now_ms + kernel::clock::SHANGHAI_OFFSET_MS)
            .map(|time| time.format("%Y-%m-%d %H:%M").to_string())
            .unwrap_or_default();
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        let mut out = format!(
            "Measured {day} (Asia/Shanghai) with `cargo xtask bench path` on a machine with {cores} cores, shared by callers, \
             services, stores and proxy. {}. Load averages of the machine before and after: {} and {}.\n\n",
            self.head, self.load_before, self.load_after
        );
        out.push_str("| store | callers | way | calls/s | p50 ms | p99 ms | processor time per call, µs |\n");
        out.push_str("|---|---:|---|---:|---:|---:|---|\n");
        for cell in &self.cells {
            let _infallible = writeln!(out, "{}", cell.line());
        }
        out.push_str(
            "\n| store | callers | rate (c) / (b) | p50 (c) − (a), ms | evidence per call, bytes: hub | agent |\n\
             |---|---:|---:|---:|---:|---:|\n",
        );
        for path in self.cells.iter().filter(|cell| cell.way == Way::Path) {
            let (Some(bare), Some(proxied)) = (
                self.cell(path.store, path.callers, Way::Bare),
                self.cell(path.store, path.callers, Way::Proxied),
            ) else {
                continue;
            };
            let (hub, agent) = path.evidence.map_or((0, 0), |e| (e.hub_bytes, e.agent_bytes));
            let _infallible = writeln!(
                out,
                "| {} | {} | {:.2} | {:.2} | {hub} | {agent} |",
                path.store,
                path.callers,
                path.rate / proxied.rate.max(f64::MIN_POSITIVE),
                path.p50_ms - bare.p50_ms
            );
        }
        let (hub, agent) = self.peaks_mib;
        let _infallible =
            writeln!(out, "\nPeak resident memory over the whole run: hub {hub} MiB, agent {agent} MiB.");
        out
    }

    /// Replaces the measured part of a document.
    ///
    /// # Errors
    /// When the document does not hold both lines that mark it.
    pub fn write_into(&self, file: &Path) -> anyhow::Result<()> {
        let old = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let marks = old.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let (before, after) = marks.with_context(|| format!("{} has no measured part", file.display()))?;
        let new = format!("{before}{BEGIN}\n{}{END}{after}", self.text());
        std::fs::write(file, new)?;
        Ok(())
    }
}
