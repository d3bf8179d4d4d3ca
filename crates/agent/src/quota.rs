//! The agent's own count of calls 配额: a hub that does not count is counted here.

use parking_lot::Mutex;
use plan::GrantSpec;

use crate::clock::shanghai_day;
use crate::fault::Fault;

/// Counts the calls of one grant.
#[derive(Debug, Default)]
pub struct Quota(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    day: i64,
    in_day: u64,
    second: i64,
    in_second: u32,
}

impl Quota {
    /// A counter that has already counted `in_day` calls of the day of `now_ms`, as the record tells after a restart.
    pub fn resumed(now_ms: i64, in_day: u64) -> Self {
        Self(Mutex::new(Counts { day: shanghai_day(now_ms), in_day, second: 0, in_second: 0 }))
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
        let (day, second) = (shanghai_day(now_ms), now_ms.div_euclid(1_000));
        let mut counts = self.0.lock();
        if counts.day != day {
            (counts.day, counts.in_day) = (day, 0);
        }
        if counts.second != second {
            (counts.second, counts.in_second) = (second, 0);
        }
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
        if counts.in_second >= grant.quota_per_second {
            let most = grant.quota_per_second;
            return Err(Fault::new(
                "quota.second",
                format!("该授权每秒最多 {most} 次调用；请稍后重试"),
                format!("This grant allows {most} calls a second; try again in a moment"),
            ));
        }
        counts.in_day += 1;
        counts.in_second += 1;
        Ok(())
    }
}
