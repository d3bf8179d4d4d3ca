//! A department's own programs: several at once, together a steady flow of small transactions.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::time::MissedTickBehavior;

use super::engine::{Connection, Engine};
use crate::batch::persons;

/// Rows whose changes are watched one by one; each is left alone until its last change was seen.
pub const PROBES: u64 = 1_000;
/// Rows that every fourth change meets, so that many changes of one row follow each other.
pub const HOT: u64 = 48;

/// A change that was committed and not seen at the target yet.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Number of the row.
    pub row: u64,
    /// Number of the change, which the row holds afterwards; `None` when the row is gone.
    pub holds: Option<u64>,
    /// When the server answered the commit.
    pub committed: Instant,
}

/// What the writer tells the watcher.
#[derive(Default)]
pub struct Told {
    /// Changes that are waited for.
    pub waiting: Mutex<Vec<Sample>>,
    /// Writers that have ended.
    pub over: std::sync::atomic::AtomicU64,
}

/// How much is written.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Changes a second.
    pub rate: u64,
    /// Changes in one transaction.
    pub each: u64,
    /// For how long.
    pub lasting: Duration,
}

/// Writers at the same time; each has rows of its own. It divides the watched rows and those of every fourth change.
pub const WRITERS: u64 = 4;

/// A writer.
pub struct Writer {
    /// Its rows are those whose number leaves this when it is divided by [`WRITERS`].
    nth: u64,
    connection: Connection,
    engine: Engine,
    /// Whether a row is there, by its number.
    there: Vec<bool>,
    changes: u64,
    dice: u64,
    probe: u64,
}

impl Writer {
    /// The writer of that number for a register with that many rows, all of them there.
    pub fn new(nth: u64, connection: Connection, engine: Engine, rows: u64) -> anyhow::Result<Self> {
        let there = vec![true; usize::try_from(rows)?];
        Ok(Self { nth, connection, engine, there, changes: 0, dice: 2_026 + nth, probe: 0 })
    }

    /// One of the own rows among so many that begin at `from`.
    fn own(&mut self, from: u64, count: u64) -> u64 {
        from + self.below(count / WRITERS) * WRITERS + self.nth
    }

    fn below(&mut self, most: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % most.max(1)
    }

    /// Writes its part of the pace evenly until the time is over; changes that were made, and seconds that it took.
    ///
    /// # Errors
    /// With what the source said.
    pub async fn write(&mut self, pace: Pace, told: &Told) -> anyhow::Result<(u64, f64)> {
        let begun = Instant::now();
        let each = pace.each * WRITERS;
        let mut tick = tokio::time::interval(Duration::from_secs_f64(each as f64 / pace.rate as f64));
        // What could not be written in time is made up for.
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        while begun.elapsed() < pace.lasting {
            tick.tick().await;
            let (sql, sample) = self.transaction(pace.each, told);
            self.connection.run(sql).await?;
            if let Some((row, holds)) = sample {
                told.waiting.lock().push(Sample { row, holds, committed: Instant::now() });
            }
        }
        told.over.fetch_add(1, std::sync::atomic::Ordering::Release);
        Ok((self.changes, begun.elapsed().as_secs_f64()))
    }

    /// A transaction of so many changes, no row twice, and which of them is watched.
    fn transaction(&mut self, each: u64, told: &Told) -> (String, Option<(u64, Option<u64>)>) {
        let begin = if self.engine == Engine::Mariadb { "START TRANSACTION;" } else { "BEGIN;" };
        let mut sql = begin.to_owned();
        let mut sample = None;
        let mut met = HashSet::new();
        let rows = self.there.len() as u64;
        while (met.len() as u64) < each {
            let row = match met.len() % 4 {
                0 if met.is_empty() => self.free_probe(told),
                3 => Some(self.own(PROBES, HOT)),
                _ => None,
            };
            let row = row.unwrap_or_else(|| self.own(PROBES + HOT, rows - PROBES - HOT));
            if !met.insert(row) {
                continue;
            }
            let holds = self.change(&mut sql, row);
            if row < PROBES {
                sample = Some((row, holds));
            }
        }
        sql.push_str("COMMIT");
        (sql, sample)
    }

    /// The next watched row, unless its last change was not seen yet.
    fn free_probe(&mut self, told: &Told) -> Option<u64> {
        self.probe = (self.probe + 1) % (PROBES / WRITERS);
        let probe = self.probe * WRITERS + self.nth;
        let waits = told.waiting.lock().iter().any(|sample| sample.row == probe);
        (!waits).then_some(probe)
    }

    /// A change of a row: it comes back when it was gone, else it goes one time in ten, else it is updated.
    fn change(&mut self, sql: &mut String, row: u64) -> Option<u64> {
        self.changes += 1;
        let (number, key) = (self.changes, persons::key(row));
        let goes = self.below(10) == 0;
        let there = usize::try_from(row).ok().and_then(|row| self.there.get_mut(row))?;
        if !*there {
            *there = true;
            let _infallible = write!(sql, "INSERT INTO hkrk VALUES {};", persons::values(row, number));
        } else if goes {
            *there = false;
            let _infallible = write!(sql, "DELETE FROM hkrk WHERE gmsfhm = '{key}';");
            return None;
        } else {
            let _infallible = write!(sql, "UPDATE hkrk SET hh = '{number}' WHERE gmsfhm = '{key}';");
        }
        Some(number)
    }
}
