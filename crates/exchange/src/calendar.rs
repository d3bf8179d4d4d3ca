//! The official working-day calendar, as conditions of grants use it.

use chrono::{Datelike as _, NaiveDate, Weekday};
use kernel::error::{Error, Result};

/// Working days by the State Council's notices.
pub struct Calendar(standards::calendar::Calendar);

impl Calendar {
    /// The calendar of the years that are built in.
    ///
    /// # Errors
    /// Only when the built-in data is broken.
    pub fn built_in() -> Result<Self> {
        standards::calendar::Calendar::built_in()
            .map(Self)
            .map_err(|error| Error::internal("exchange.calendar", error.to_string()))
    }

    /// True on a working day. In a year for which no notice is loaded Monday to Friday count.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        self.0.is_working_day(date).unwrap_or(!matches!(date.weekday(), Weekday::Sat | Weekday::Sun))
    }
}
