//! Calendar months in China.

use chrono::{Datelike as _, NaiveDate};
use kernel::working_time::{day_of, end_of_day_ms};

/// A calendar month, counted from year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(pub i32);

impl Month {
    /// Month in which a time lies.
    pub fn of(ms: i64) -> Self {
        let day = day_of(ms);
        Self(day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0))
    }

    /// From `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let day: NaiveDate = format!("{text}-01").parse().ok()?;
        Some(Self(day.year() * 12 + i32::try_from(day.month0()).ok()?))
    }

    /// First millisecond.
    pub fn start_ms(self) -> i64 {
        let month = u32::try_from(self.0.rem_euclid(12)).unwrap_or(0) + 1;
        let first = NaiveDate::from_ymd_opt(self.0.div_euclid(12), month, 1).unwrap_or_default();
        first.pred_opt().map_or(0, end_of_day_ms) + 1
    }

    /// Months from this one back to an earlier one.
    pub fn since(self, earlier: Self) -> i64 {
        i64::from(self.0 - earlier.0)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Month;

    /// A month begins at midnight in China, eight hours before Greenwich, and its text can be read back.
    #[test]
    fn months_are_those_of_china() {
        let november = Month::parse("2026-11").unwrap();
        assert_eq!(november.to_string(), "2026-11");
        assert_eq!(Month::of(november.start_ms()), november);
        assert_eq!(Month::of(november.start_ms() - 1), Month(november.0 - 1));
        assert_eq!(Month::parse("2026-01").unwrap().since(Month::parse("2025-11").unwrap()), 2);
        assert!(Month::parse("2026-13").is_none());
    }
}
