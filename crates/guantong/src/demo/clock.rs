//! The demo's clock: it can be wound back before anything is recorded, and runs on from there while the county's past is
//! lived through. When it has caught up it is the machine's own clock, and stays so.

use std::sync::atomic::{AtomicI64, Ordering};

use kernel::clock::{Clock, SystemClock};

/// A clock that may lie behind the machine's.
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
}
