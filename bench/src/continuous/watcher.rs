//! Somebody at the target who looks all the time.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use super::engine::Connection;
use super::writer::{HOT, PROBES, Sample, Told, WRITERS};
use crate::batch::persons;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(5);
/// Changes asked about in one look, at most.
const AT_ONCE: usize = 400;
/// A change that is not seen after this time is lost.
const LOST: Duration = Duration::from_secs(120);

/// What was seen.
#[derive(Default)]
pub struct Seen {
    /// From commit to visible, one for each watched change, in rising order.
    pub lags: Vec<Duration>,
    /// Values of rows that were looked at.
    pub looks: u64,
}

impl Seen {
    /// The lag that this share of the changes did not exceed, milliseconds.
    pub fn percentile_ms(&self, share: f64) -> f64 {
        let at = ((self.lags.len() as f64 * share).ceil() as usize).clamp(1, self.lags.len().max(1)) - 1;
        self.lags.get(at).map_or(0.0, |lag| lag.as_secs_f64() * 1_000.0)
    }
}

/// Looks until the writers are over and everything it told was seen.
///
/// # Errors
/// When a row goes back to an earlier change, or a change is not seen at all.
pub async fn watch(mut target: Connection, table: &str, told: &Told) -> anyhow::Result<Seen> {
    let mut seen = Seen::default();
    let mut last: HashMap<u64, u64> = HashMap::new();
    let keys: HashMap<String, u64> = (0..PROBES + HOT).map(|row| (persons::key(row), row)).collect();
    loop {
        let over = told.over.load(Ordering::Acquire) == WRITERS;
        let waiting: Vec<Sample> = told.waiting.lock().iter().take(AT_ONCE).copied().collect();
        if over && waiting.is_empty() {
            seen.lags.sort();
            return Ok(seen);
        }
        if let Some(late) = waiting.iter().find(|sample| sample.committed.elapsed() > LOST) {
            bail!("change {:?} of row {} was not seen within {LOST:?}", late.holds, late.row);
        }
        let rows = waiting.iter().map(|sample| sample.row).chain(PROBES..PROBES + HOT);
        let list: Vec<String> = rows.map(|row| format!("'{}'", persons::key(row))).collect();
        let sql = format!(
            "SELECT resident_id, household_number FROM {table} WHERE resident_id IN ({})",
            list.join(", ")
        );
        let mut there: HashMap<u64, u64> = HashMap::new();
        for (key, holds) in target.pairs(sql).await? {
            let row = *keys.get(&key).context("a row that was not asked for")?;
            let holds: u64 = holds.parse().context("a row holds no number of a change")?;
            let before = last.insert(row, holds).unwrap_or(0);
            ensure!(before <= holds, "row {row} went back from change {before} to {holds}");
            there.insert(row, holds);
            seen.looks += 1;
        }
        let now = Instant::now();
        let visible = |sample: &Sample| match (sample.holds, there.get(&sample.row)) {
            (None, None) => true,
            (Some(wanted), Some(holds)) => *holds >= wanted,
            _ => false,
        };
        let arrived: Vec<Sample> = waiting.into_iter().filter(visible).collect();
        if !arrived.is_empty() {
            told.waiting.lock().retain(|sample| !arrived.iter().any(|one| one.row == sample.row));
            seen.lags.extend(arrived.iter().map(|sample| now.duration_since(sample.committed)));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
