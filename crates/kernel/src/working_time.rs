//! Legal clocks in working days 工作日, as Decree 809 counts them: the day something arrives does not count, and a
//! clock ends with the end of its last working day in China.

use chrono::{DateTime, Datelike as _, Days, FixedOffset, NaiveDate, Utc, Weekday};
use standards::calendar::Calendar;

/// China has one time zone and no summer time.
const ZONE_SECONDS: i32 = 8 * 3600;
const DAY_MS: i64 = 86_400_000;

/// True on a working day by the State Council's notices. In a year for which no notice is loaded Monday to
/// Friday count.
pub fn is_working_day(date: NaiveDate) -> bool {
    Calendar::builtin().is_working_day(date).unwrap_or(!matches!(date.weekday(), Weekday::Sat | Weekday::Sun))
}

/// Day in China of a time in Unix milliseconds.
pub fn day_of(ms: i64) -> NaiveDate {
    let utc = DateTime::<Utc>::from_timestamp_millis(ms).unwrap_or_default();
    match FixedOffset::east_opt(ZONE_SECONDS) {
        Some(zone) => utc.with_timezone(&zone).date_naive(),
        None => utc.date_naive(),
    }
}

/// Last millisecond of a day in China.
pub fn end_of_day_ms(day: NaiveDate) -> i64 {
    let days = i64::from(day.num_days_from_ce()) - i64::from(NaiveDate::default().num_days_from_ce());
    (days + 1) * DAY_MS - i64::from(ZONE_SECONDS) * 1000 - 1
}

/// When a clock of so many working days that starts at `from_ms` runs out: the end of the last of them. With none it
/// runs out at the end of the starting day.
pub fn due_ms(from_ms: i64, working_days: u32) -> i64 {
    let mut day = day_of(from_ms);
    let mut left = working_days;
    while left > 0 {
        let Some(next) = day.checked_add_days(Days::new(1)) else { break };
        day = next;
        if is_working_day(day) {
            left -= 1;
        }
    }
    end_of_day_ms(day)
}

/// Working days after the day of `from_ms` up to and with the day of `to_ms`; negative when `to_ms` lies before.
pub fn working_days_between(from_ms: i64, to_ms: i64) -> i64 {
    let (from, to) = (day_of(from_ms), day_of(to_ms));
    let count = |after: NaiveDate, until: NaiveDate| {
        let days = after.iter_days().skip(1).take_while(|day| *day <= until);
        i64::try_from(days.filter(|day| is_working_day(*day)).count()).unwrap_or(i64::MAX)
    };
    if from <= to { count(from, to) } else { -count(to, from) }
}

#[cfg(test)]
mod tests {
    use super::{day_of, due_ms, end_of_day_ms, working_days_between};
    use chrono::NaiveDate;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Ten in the evening of Monday, 30 September 2024, in China.
    fn before_the_holiday() -> i64 {
        end_of_day_ms(day("2024-09-30")) - 2 * 3_600_000 + 1
    }

    /// A clock that starts before the National Day holiday counts neither the holiday nor the starting day, but counts
    /// the Saturday that was made a working day.
    #[test]
    fn holidays_do_not_count_and_make_up_days_do() {
        assert_eq!(due_ms(before_the_holiday(), 1), end_of_day_ms(day("2024-10-08")));
        // 12 October 2024 was a Saturday on which offices worked.
        assert_eq!(due_ms(before_the_holiday(), 5), end_of_day_ms(day("2024-10-12")));
    }

    /// What is counted forward is counted back the same.
    #[test]
    fn counting_agrees_with_the_clock() {
        let start = before_the_holiday();
        for days in 0..40 {
            let due = due_ms(start, days);
            assert_eq!(working_days_between(start, due), i64::from(days));
        }
    }

    /// A day begins at midnight in China, eight hours before Greenwich.
    #[test]
    fn days_are_those_of_china() {
        let end = end_of_day_ms(day("2026-03-01"));
        assert_eq!(day_of(end), day("2026-03-01"));
        assert_eq!(day_of(end + 1), day("2026-03-02"));
    }
}
