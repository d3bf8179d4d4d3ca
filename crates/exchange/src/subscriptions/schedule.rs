//! When runs are due 调度.

use std::str::FromStr as _;

use chrono::{DateTime, FixedOffset};
use croner::Cron;
use kernel::clock::SHANGHAI_OFFSET_MS;
use kernel::{Error, Result};

use super::model::Schedule;

/// Working days looked through for one that fits, at most.
const MOST_TRIES: usize = 1_000;

fn wrong(why: &str) -> Error {
    Error::invalid(
        "subscription.cron",
        format!("定时规则无法识别（{why}）：请按“分 时 日 月 周”填写五段，例如每天凌晨两点写作 0 2 * * *。"),
        format!(
            "The schedule cannot be read ({why}): give five fields, minute hour day month weekday, for example 0 2 * * *."
        ),
    )
}

/// The first time after `after_ms` at which a run is due, Unix milliseconds; none when runs do not begin by the clock.
///
/// # Errors
/// `subscription.cron` when the rule cannot be read or never comes true.
pub(super) fn next(schedule: &Schedule, after_ms: i64) -> Result<Option<i64>> {
    let Schedule::Cron { cron, working_days } = schedule else { return Ok(None) };
    if cron.split_whitespace().count() != 5 {
        return Err(wrong("5"));
    }
    let cron = Cron::from_str(cron).map_err(|error| wrong(&error.to_string()))?;
    let mut at = local(after_ms).ok_or_else(|| wrong("time"))?;
    for _ in 0..MOST_TRIES {
        at = cron.find_next_occurrence(&at, false).map_err(|error| wrong(&error.to_string()))?;
        if !working_days || kernel::working_time::is_working_day(at.date_naive()) {
            return Ok(Some(at.timestamp_millis()));
        }
    }
    Err(wrong("working_days"))
}

fn local(ms: i64) -> Option<DateTime<FixedOffset>> {
    let offset = FixedOffset::east_opt(i32::try_from(SHANGHAI_OFFSET_MS / 1_000).ok()?)?;
    Some(DateTime::from_timestamp_millis(ms)?.with_timezone(&offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).expect("a time").timestamp_millis()
    }

    fn cron(cron: &str, working_days: bool) -> Schedule {
        Schedule::Cron { cron: cron.to_owned(), working_days }
    }

    /// The rule is read in local time; working days skip the week's end and holidays, and take make-up days in.
    #[test]
    fn next_is_in_local_time() {
        let night = cron("0 2 * * *", false);
        let friday = at("2026-11-27T03:00:00+08:00");
        assert_eq!(next(&night, friday).expect("due"), Some(at("2026-11-28T02:00:00+08:00")));
        let worked = cron("0 2 * * *", true);
        assert_eq!(next(&worked, friday).expect("due"), Some(at("2026-11-30T02:00:00+08:00")));
        assert_eq!(next(&Schedule::Continuous, friday).expect("none"), None);
    }

    /// What is no rule is named as such, with an example.
    #[test]
    fn wrong_rules_are_named() {
        for text in ["", "* * *", "61 2 * * *", "0 2 30 2 *", "每天两点"] {
            assert_eq!(next(&cron(text, false), 0).expect_err(text).code(), "subscription.cron");
        }
    }
}
