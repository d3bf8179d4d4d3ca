//! The agent's own count of calls 配额: a hub that does not count is counted here.

use parking_lot::Mutex;
use plan::GrantSpec;

use crate::clock::shanghai_day;
use crate::fault::Fault;

/// Counts the calls of one grant.
#[derive(Debug)]
pub struct Quota(Mutex<Counts>);

#[derive(Debug)]
struct Counts {
    day: i64,
    in_day: u64,
    /// Milli-calls that may be taken at once; filled at the granted rate.
    burst: u64,
    filled_ms: i64,
}

/// Calls are bunched on their way here, so up to this many seconds' worth may come at once; over time the rate holds.
const BURST_SECONDS: u64 = 3;

impl Quota {
    /// A counter that has already counted `in_day` calls of the day of `now_ms`, as the record tells after a restart.
    pub fn resumed(now_ms: i64, in_day: u64) -> Self {
        Self(Mutex::new(Counts { day: shanghai_day(now_ms), in_day, burst: 0, filled_ms: i64::MIN }))
    }

    /// Calls counted on the day of `now_ms`.
    pub fn taken(&self, now_ms: i64) -> u64 {
        let counts = self.0.lock();
        if counts.day == shanghai_day(now_ms) { counts.in_day } else { 0 }
    }

    /// Counts one call.
    ///
    /// # Errors
    /// `quota.day` or `quota.second` when the grant's quota is used up; then nothing is counted.
    pub fn take(&self, grant: &GrantSpec, now_ms: i64) -> Result<(), Fault> {
        let day = shanghai_day(now_ms);
        let mut counts = self.0.lock();
        if counts.day != day {
            (counts.day, counts.in_day) = (day, 0);
        }
        let rate = u64::from(grant.quota_per_second);
        // `rate` calls a second are `rate` milli-calls a millisecond. A clock that was set back gives nothing.
        let passed = u64::try_from(now_ms.saturating_sub(counts.filled_ms)).unwrap_or(0);
        counts.burst =
            counts.burst.saturating_add(passed.saturating_mul(rate)).min(rate * 1_000 * BURST_SECONDS);
        counts.filled_ms = now_ms;
        if counts.in_day >= grant.quota_per_day {
            let most = grant.quota_per_day;
            return Err(Fault::new(
                "quota.day",
                format!("该授权今日的 {most} 次调用已用完；请明日再试，或申请提高配额"),
                format!(
                    "The {most} calls of this grant for today are used up; try tomorrow, or ask for a higher quota"
                ),
            ));
        }
        if counts.burst < 1_000 {
            let most = rate;
            return Err(Fault::new(
                "quota.second",
                format!("该授权每秒最多 {most} 次调用；请稍后重试"),
                format!("This grant allows {most} calls a second; try again in a moment"),
            ));
        }
        counts.in_day += 1;
        counts.burst -= 1_000;
        Ok(())
    }

    /// Gives a call back that got no answer, so that a source that is down does not use up the day.
    pub fn give_back(&self, now_ms: i64) {
        let mut counts = self.0.lock();
        if counts.day == shanghai_day(now_ms) {
            counts.in_day = counts.in_day.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use plan::{RowFilter, Shape};

    use super::*;

    fn grant(per_day: u64, per_second: u32) -> GrantSpec {
        GrantSpec {
            grant: String::new(),
            version: 1,
            consumer: String::new(),
            consumer_name: String::new(),
            clients: Vec::new(),
            resource: String::new(),
            items: Vec::new(),
            row_filter: RowFilter::default(),
            purposes: Vec::new(),
            shapes: vec![Shape::Query],
            valid_from_ms: 0,
            valid_until_ms: 1,
            quota_per_day: per_day,
            quota_per_second: per_second,
        }
    }

    /// Calls that were bunched on the way pass, but not more than the rate over time; a clock that jumps back gives nothing.
    #[test]
    fn the_rate_holds_over_time() {
        let (quota, grant) = (Quota::resumed(0, 0), grant(u64::MAX, 10));
        let taken =
            |now_ms: i64, tries: usize| (0..tries).filter(|_| quota.take(&grant, now_ms).is_ok()).count();
        assert_eq!(taken(0, 100), 30);
        assert_eq!(quota.take(&grant, 0).unwrap_err().code, "quota.second");
        assert_eq!(taken(500, 100), 5);
        assert_eq!(taken(-10_000, 100), 0);
        let later: usize = (0..20).map(|second| taken(second * 1_000, 50)).sum();
        assert!((200..=220).contains(&later), "{later}");
    }

    /// The day's quota turns at midnight in Shanghai; a call that got no answer is not counted.
    #[test]
    fn the_day_is_counted_exactly() {
        let (quota, grant) = (Quota::resumed(0, 0), grant(2, 100));
        assert!(quota.take(&grant, 0).is_ok() && quota.take(&grant, 1).is_ok());
        assert_eq!(quota.take(&grant, 2).unwrap_err().code, "quota.day");
        quota.give_back(3);
        assert!(quota.take(&grant, 4).is_ok());
        assert_eq!(quota.taken(5), 2);
        let midnight = 16 * 3_600_000;
        assert!(quota.take(&grant, midnight - 1).is_err());
        assert!(quota.take(&grant, midnight).is_ok());
    }
}
