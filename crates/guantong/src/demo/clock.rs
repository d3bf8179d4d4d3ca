//! The demo's clock: it can be wound back before anything is recorded, and runs on from there while the county's past is
//! lived through. When it has caught up it is the machine's own clock, until somebody who wants to see the law's clocks
//! run out writes a number of days into the file `days-ahead`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kernel::clock::{Clock, SystemClock};
use tokio_util::sync::CancellationToken;

/// File in the demo's folder that says how many days the hub's clock runs ahead, as a decimal number.
pub const AHEAD_FILE: &str = "days-ahead";

/// Furthest that the clock can be put ahead: a year.
const MAX_DAYS: f64 = 366.0;
const DAY_MS: f64 = 86_400_000.0;
/// How soon a change of the file takes effect.
const LOOK: Duration = Duration::from_millis(250);

/// A clock that may lie behind the machine's, or run ahead of it.
#[derive(Debug, Default)]
pub struct WindingClock {
    behind_ms: AtomicI64,
}

impl Clock for WindingClock {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() - self.behind_ms.load(Ordering::SeqCst)
    }
}

impl WindingClock {
    /// Winds the clock back to an instant.
    pub fn wind_back(&self, to_ms: i64) {
        self.behind_ms.store((SystemClock.now_ms() - to_ms).max(0), Ordering::SeqCst);
    }

    /// Moves the clock on to an instant. It never goes back, and never beyond the present.
    pub fn move_to(&self, to_ms: i64) {
        let behind = (SystemClock.now_ms() - to_ms).max(0);
        self.behind_ms.fetch_min(behind, Ordering::SeqCst);
    }

    /// Catches up with the machine's clock.
    pub fn catch_up(&self) {
        self.behind_ms.store(0, Ordering::SeqCst);
    }

    /// Puts the clock ahead of the machine's; it is never put back, since what was recorded stays recorded.
    /// Answers whether it moved.
    pub fn put_ahead(&self, days: f64) -> bool {
        if !days.is_finite() || days <= 0.0 {
            return false;
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most a year of milliseconds")]
        let ahead_ms = (days.min(MAX_DAYS) * DAY_MS) as i64;
        self.behind_ms.fetch_min(-ahead_ms, Ordering::SeqCst) > -ahead_ms
    }
}

/// Follows the file until told to stop. What is not a number is passed over.
pub async fn follow(clock: Arc<WindingClock>, dir: &Path, stop: CancellationToken) {
    let file = dir.join(AHEAD_FILE);
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = look.tick() => {}
        }
        let Ok(text) = tokio::fs::read_to_string(&file).await else { continue };
        if let Ok(days) = text.trim().parse::<f64>()
            && clock.put_ahead(days)
        {
            tracing::warn!(days, "demo.clock_ahead");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Time moves forward only, up to the present and not beyond.
    #[test]
    fn goes_on_to_the_present() {
        let clock = WindingClock::default();
        let present = SystemClock.now_ms();
        clock.wind_back(present - 1_000_000);
        let past = clock.now_ms();
        assert!((present - 1_000_000..present - 900_000).contains(&past));
        clock.move_to(present - 2_000_000);
        assert!(clock.now_ms() >= past);
        clock.move_to(present + 5_000_000);
        assert!(clock.now_ms() - SystemClock.now_ms() <= 0);
    }

    /// The clock can be put ahead by days and is not put back by a smaller number or by nonsense.
    #[test]
    fn can_be_put_ahead() {
        let clock = WindingClock::default();
        assert!(clock.put_ahead(3.5));
        let ahead = clock.now_ms() - SystemClock.now_ms();
        assert!((302_399_000..=302_400_000).contains(&ahead), "{ahead}");
        for none in [1.0, 0.0, -2.0, f64::NAN, f64::INFINITY] {
            assert!(!clock.put_ahead(none), "{none}");
        }
    }
}
