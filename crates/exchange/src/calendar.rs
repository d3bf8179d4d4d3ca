//! The official working-day calendar, as conditions of grants use it.

use chrono::{Datelike as _, NaiveDate, Weekday};
use standards::calendar::Calendar;

/// True on a working day by the State Council's notices. In a year for which no notice is loaded Monday to
/// Friday count.
pub fn is_working_day(date: NaiveDate) -> bool {
    Calendar::builtin().is_working_day(date).unwrap_or(!matches!(date.weekday(), Weekday::Sat | Weekday::Sun))
}
