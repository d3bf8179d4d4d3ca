//! Quotas in the call path: per second and per calendar day, per grant.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use kernel::clock::shanghai_day;
use kernel::ids::GrantId;
use parking_lot::{Mutex, RwLock};

/// Why a call was not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// The day's calls are used up.
    Day,
    /// The second's calls are used up.
    Second,
}

#[derive(Default)]
struct Counter {
    day: AtomicI64,
    used: AtomicU64,
    window: Mutex<(i64, u32)>,
}

/// Counters of every grant, in memory; today's use is read back from the evidence at the start, so that a
/// restart gives no fresh quota.
#[derive(Default)]
pub struct Quotas(RwLock<HashMap<GrantId, Arc<Counter>>>);

impl Quotas {
    fn counter(&self, grant: &GrantId) -> Arc<Counter> {
        if let Some(counter) = self.0.read().get(grant) {
            return counter.clone();
        }
        self.0.write().entry(grant.clone()).or_default().clone()
    }

    /// Counts one call, or says which quota it would exceed.
    ///
    /// # Errors
    /// The quota that is used up; then nothing was counted.
    pub fn take(&self, grant: &GrantId, per_day: u64, per_second: u32, now_ms: i64) -> Result<(), Exceeded> {
        let counter = self.counter(grant);
        let mut window = counter.window.lock();
        let second = now_ms.div_euclid(1000);
        if window.0 != second {
            *window = (second, 0);
        }
        if window.1 >= per_second {
            return Err(Exceeded::Second);
        }
        let today = shanghai_day(now_ms);
        if counter.day.swap(today, Ordering::Relaxed) != today {
            counter.used.store(0, Ordering::Relaxed);
        }
        if counter.used.load(Ordering::Relaxed) >= per_day {
            return Err(Exceeded::Day);
        }
        window.1 += 1;
        counter.used.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Gives one back: the call got no answer, so it does not count against the day.
    pub fn give_back(&self, grant: &GrantId) {
        let counter = self.counter(grant);
        let _window = counter.window.lock();
        let used = counter.used.load(Ordering::Relaxed);
        counter.used.store(used.saturating_sub(1), Ordering::Relaxed);
    }

    /// Calls counted today.
    pub fn used_today(&self, grant: &GrantId, now_ms: i64) -> u64 {
        let counters = self.0.read();
        let Some(counter) = counters.get(grant) else { return 0 };
        if counter.day.load(Ordering::Relaxed) == shanghai_day(now_ms) {
            counter.used.load(Ordering::Relaxed)
        } else {
            0
        }
    }

    /// Sets today's count from the evidence.
    pub fn restore(&self, grant: &GrantId, used: u64, now_ms: i64) {
        let counter = self.counter(grant);
        counter.day.store(shanghai_day(now_ms), Ordering::Relaxed);
        counter.used.store(used, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    /// A day's quota ends with the day, a second's with the second, and a call without an answer is given back.
    #[test]
    fn quotas_end_and_return() {
        let quotas = Quotas::default();
        let grant = GrantId("g".into());
        let noon = 20_000 * DAY;
        assert_eq!(quotas.take(&grant, 3, 2, noon), Ok(()));
        assert_eq!(quotas.take(&grant, 3, 2, noon), Ok(()));
        assert_eq!(quotas.take(&grant, 3, 2, noon), Err(Exceeded::Second));
        assert_eq!(quotas.take(&grant, 3, 2, noon + 1000), Ok(()));
        assert_eq!(quotas.take(&grant, 3, 2, noon + 2000), Err(Exceeded::Day));
        quotas.give_back(&grant);
        assert_eq!(quotas.take(&grant, 3, 2, noon + 3000), Ok(()));
        assert_eq!(quotas.take(&grant, 3, 2, noon + DAY), Ok(()));
        assert_eq!(quotas.used_today(&grant, noon + DAY), 1);
    }

    /// Many callers at once never exceed the day's quota together.
    #[test]
    fn callers_at_once_share_one_quota() {
        let quotas = Quotas::default();
        let grant = GrantId("g".into());
        let taken = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        if quotas.take(&grant, 500, u32::MAX, 5 * DAY).is_ok() {
                            taken.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(taken.load(Ordering::Relaxed), 500);
    }
}
