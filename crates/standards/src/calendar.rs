//! Working days 工作日: Monday to Friday, less the official holidays, plus the make-up days 调休上班.
//!
//! The State Council lays the days down each autumn for the next year. 2019 to 2026 are built in; other years are loaded. A year that
//! is not known is an error, because a deadline counted by guess is worse than none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The official days of the years that are known.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    years: BTreeSet<i32>,
    /// Days that are not what their weekday says: `true` for a make-up working day.
    days: BTreeMap<NaiveDate, bool>,
}

/// A year whose holidays are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the official holidays of {year} are not loaded; load that year's table")]
pub struct UnknownYear {
    /// The year that is missing.
    pub year: i32,
}

impl UnknownYear {
    /// The sentence in Chinese.
    pub fn zh(&self) -> String {
        format!("{}年的法定节假日安排未载入，请先载入该年节假日表", self.year)
    }
}

/// Why a table of holidays could not be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// A line is not `date,rest` or `date,work`.
    #[error("line {line}: expected `2027-01-01,rest` or `2027-01-02,work`")]
    Line {
        /// Line number, from 1.
        line: usize,
    },
    /// A day stands twice with different kinds.
    #[error("line {line}: this day stands above with the other kind")]
    Twice {
        /// Line number, from 1.
        line: usize,
    },
}

static BUILTIN: LazyLock<Calendar> = LazyLock::new(|| {
    let mut calendar = Calendar::default();
    // The built-in table is checked by a test; were it broken, every year would be unknown, which callers see.
    match calendar.load_csv(include_str!("../data/holidays.csv")) {
        Ok(_) => calendar,
        Err(_) => Calendar::default(),
    }
});

impl Calendar {
    /// The built-in years 2019 to 2026.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Adds years from CSV lines `date,rest|work,occasion`; each year that occurs replaces what was known about it. Lines beginning
    /// with `#` and a heading are skipped. Answers the years.
    ///
    /// # Errors
    /// The first line that cannot be read; nothing is changed then.
    pub fn load_csv(&mut self, csv: &str) -> Result<BTreeSet<i32>, LoadError> {
        let mut days = BTreeMap::new();
        for (line, text) in (1..).zip(csv.lines()) {
            let text = text.trim_start_matches('\u{FEFF}').trim();
            if text.is_empty() || text.starts_with('#') || (line == 1 && text.starts_with("date")) {
                continue;
            }
            let mut cells = text.split(',').map(str::trim);
            let day = cells
                .next()
                .and_then(|cell| cell.parse::<NaiveDate>().ok())
                .ok_or(LoadError::Line { line })?;
            let work = match cells.next() {
                Some("rest") => false,
                Some("work") => true,
                _ => return Err(LoadError::Line { line }),
            };
            if days.insert(day, work).is_some_and(|before| before != work) {
                return Err(LoadError::Twice { line });
            }
        }
        let years: BTreeSet<i32> = days.keys().map(Datelike::year).collect();
        self.days.retain(|day, _| !years.contains(&day.year()));
        self.days.extend(days);
        self.years.extend(&years);
        Ok(years)
    }

    /// The years that are known.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.years.iter().copied()
    }

    /// Whether offices work on this day.
    ///
    /// # Errors
    /// The year is not known.
    pub fn is_working_day(&self, day: NaiveDate) -> Result<bool, UnknownYear> {
        if !self.years.contains(&day.year()) {
            return Err(UnknownYear { year: day.year() });
        }
        let weekday = !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        Ok(self.days.get(&day).copied().unwrap_or(weekday))
    }

    /// The day that is `count` working days after `start` (before it when negative). The day of the start is not counted, as in deadlines;
    /// with a count of 0 it is answered as it is.
    ///
    /// # Errors
    /// The count runs into a year that is not known.
    pub fn add_working_days(&self, start: NaiveDate, count: i32) -> Result<NaiveDate, UnknownYear> {
        let mut day = start;
        let mut left = count.unsigned_abs();
        while left > 0 {
            day = step(day, count > 0)?;
            if self.is_working_day(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// How many working days lie after `from`, up to and with `to`; negative when `to` is earlier. The inverse of [`Self::add_working_days`].
    ///
    /// # Errors
    /// A day in between, or `from` itself, is in a year that is not known.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i32, UnknownYear> {
        self.is_working_day(from)?;
        let mut day = from;
        let mut count = 0;
        while day != to {
            day = step(day, to > from)?;
            if self.is_working_day(day)? {
                count += if to > from { 1 } else { -1 };
            }
        }
        Ok(count)
    }
}

fn step(day: NaiveDate, forward: bool) -> Result<NaiveDate, UnknownYear> {
    let one = Days::new(1);
    let next = if forward { day.checked_add_days(one) } else { day.checked_sub_days(one) };
    next.ok_or(UnknownYear { year: day.year() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// The built-in years are those that are promised, and known days are what the notices say.
    #[test]
    fn knows_the_official_days() {
        let calendar = Calendar::builtin();
        assert_eq!(calendar.years().collect::<Vec<_>>(), (2019..=2026).collect::<Vec<_>>());
        for (date, works) in [
            ("2020-01-31", false),
            ("2021-02-07", true),
            ("2023-10-06", false),
            ("2023-10-07", true),
            ("2024-02-18", true),
            ("2024-02-19", true),
            ("2025-10-08", false),
            ("2025-10-11", true),
            ("2026-02-14", true),
            ("2026-02-15", false),
            ("2026-07-04", false),
            ("2026-07-06", true),
        ] {
            assert_eq!(calendar.is_working_day(day(date)), Ok(works), "{date}");
        }
    }

    /// A deadline over the National Day holiday skips it, and counts the make-up day.
    #[test]
    fn counts_deadlines() {
        let calendar = Calendar::builtin();
        assert_eq!(calendar.add_working_days(day("2025-09-30"), 1), Ok(day("2025-10-09")));
        assert_eq!(calendar.add_working_days(day("2025-10-10"), 1), Ok(day("2025-10-11")));
        assert_eq!(calendar.add_working_days(day("2025-10-09"), -1), Ok(day("2025-09-30")));
        assert_eq!(calendar.working_days_between(day("2025-09-30"), day("2025-10-09")), Ok(1));
        assert_eq!(calendar.working_days_between(day("2025-10-09"), day("2025-09-30")), Ok(-1));
        assert_eq!(calendar.add_working_days(day("2025-10-04"), 0), Ok(day("2025-10-04")));
    }

    /// An unknown year is an error, and loading it mends that.
    #[test]
    fn unknown_years_are_errors() {
        let mut calendar = Calendar::builtin().clone();
        assert_eq!(calendar.add_working_days(day("2026-12-31"), 1), Err(UnknownYear { year: 2027 }));
        assert_eq!(
            calendar.load_csv("2027-01-01,rest\n2027-01-02,maybe").err(),
            Some(LoadError::Line { line: 2 })
        );
        assert_eq!(calendar.is_working_day(day("2027-01-04")), Err(UnknownYear { year: 2027 }));
        calendar.load_csv("date,kind\n2027-01-01,rest\n2027-01-02,work\n").expect("a table");
        assert_eq!(calendar.add_working_days(day("2026-12-31"), 1), Ok(day("2027-01-02")));
    }
}
