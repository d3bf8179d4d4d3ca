//! Comparing values of a watermark column where no database does it: in files, in answers of HTTP interfaces, and for
//! whoever has to remember the greatest.

use std::cmp::Ordering;

use arrow::{
    array::{Array as _, AsArray as _, BooleanArray, RecordBatch},
    compute::filter_record_batch,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use futures::{StreamExt as _, stream::BoxStream};

use crate::{error::SourceError, watch::After};

/// A value that has a place in an order.
#[derive(Debug, PartialEq, Eq)]
enum Mark<'t> {
    /// A number of any length: sign, digits before the point without leading zeros, digits after it without trailing ones.
    Number(bool, &'t str, &'t str),
    /// A date, or date and time, without a zone.
    Local(NaiveDateTime),
    /// An instant.
    Instant(NaiveDateTime),
}

impl<'t> Mark<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let text = text.trim();
        Self::number(text).or_else(|| Self::time(text))
    }

    fn number(text: &'t str) -> Option<Self> {
        let (negative, plain) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self::Number(negative && !zero, whole, fraction))
    }

    fn time(text: &str) -> Option<Self> {
        if let Ok(date) = text.parse::<NaiveDate>() {
            return date.and_hms_opt(0, 0, 0).map(Self::Local);
        }
        let joined = text.replacen(' ', "T", 1);
        if let Ok(local) = joined.parse::<NaiveDateTime>() {
            return Some(Self::Local(local));
        }
        if let Ok(local) = NaiveDateTime::parse_from_str(&joined, "%Y-%m-%dT%H:%M") {
            return Some(Self::Local(local));
        }
        DateTime::parse_from_rfc3339(&joined).ok().map(|instant| Self::Instant(instant.naive_utc()))
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(false, ..), Self::Number(true, ..)) => Some(Ordering::Greater),
            (Self::Number(true, ..), Self::Number(false, ..)) => Some(Ordering::Less),
            (Self::Number(negative, whole, fraction), Self::Number(_, other_whole, other_fraction)) => {
                let size = (whole.len().cmp(&other_whole.len()))
                    .then_with(|| whole.cmp(other_whole))
                    .then_with(|| fraction.cmp(other_fraction));
                Some(if *negative { size.reverse() } else { size })
            }
            (Self::Local(one), Self::Local(other)) | (Self::Instant(one), Self::Instant(other)) => {
                Some(one.cmp(other))
            }
            _ => None,
        }
    }
}

/// The order of two values of a watermark column: numbers by size, dates and times by time. `None` when either is
/// neither, or when they are of different kinds, as a local time and one with a zone.
pub fn compare(one: &str, other: &str) -> Option<Ordering> {
    Mark::read(one)?.order(&Mark::read(other)?)
}

/// A reading of texts whose watermark column is checked here.
pub(crate) struct Filter {
    at: usize,
    value: Option<String>,
    /// Whether the column was read for the comparison only.
    extra: bool,
    error: SourceError,
}

impl Filter {
    /// The filter, with the columns that have to be read for it. `all` are those of the table.
    pub(crate) fn new(
        source: &str,
        table: &str,
        after: &After<'_>,
        columns: &[String],
        all: &[String],
    ) -> Result<(Self, Vec<String>), SourceError> {
        let mut columns = if columns.is_empty() { all.to_vec() } else { columns.to_vec() };
        let found = columns.iter().position(|column| column == after.column);
        let at = found.unwrap_or(columns.len());
        if found.is_none() {
            columns.push(after.column.to_owned());
        }
        let error = SourceError::watermark_value(source, table, after.column, "text");
        if after.value.is_some_and(|value| Mark::read(value).is_none()) {
            return Err(error);
        }
        Ok((Self { at, value: after.value.map(str::to_owned), extra: found.is_none(), error }, columns))
    }

    /// The rows at or above the value, and those without one, in the order in which they come.
    pub(crate) fn apply(
        self,
        batches: BoxStream<'static, Result<RecordBatch, SourceError>>,
    ) -> BoxStream<'static, Result<RecordBatch, SourceError>> {
        batches
            .map(move |batch| self.keep(&batch?))
            .filter(|batch| {
                let some = batch.as_ref().map_or(true, |batch| batch.num_rows() > 0);
                futures::future::ready(some)
            })
            .boxed()
    }

    fn keep(&self, batch: &RecordBatch) -> Result<RecordBatch, SourceError> {
        let texts = batch.column(self.at).as_string::<i32>();
        let value = self.value.as_deref().and_then(Mark::read);
        let mut kept = Vec::with_capacity(texts.len());
        for text in texts {
            let Some(text) = text else {
                kept.push(true);
                continue;
            };
            // Without a value to compare with, what could not be compared the next time is still told now.
            let mark = Mark::read(text).ok_or_else(|| self.error.clone())?;
            let order = value.as_ref().map_or(Some(Ordering::Equal), |value| mark.order(value));
            kept.push(order.ok_or_else(|| self.error.clone())?.is_ge());
        }
        let filtered = filter_record_batch(batch, &BooleanArray::from(kept));
        let result = if self.extra {
            let places: Vec<usize> = (0..self.at).collect();
            filtered.and_then(|batch| batch.project(&places))
        } else {
            filtered
        };
        result.map_err(|error| self.error.clone().because(error))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers go by size however long, times by time however written, and nothing else is ordered.
    #[test]
    fn orders() {
        for (one, other, order) in [
            ("9", "10", Some(Ordering::Less)),
            ("-9", "-10", Some(Ordering::Greater)),
            ("007", "7.0", Some(Ordering::Equal)),
            ("-0", "0", Some(Ordering::Equal)),
            ("1.09", "1.1", Some(Ordering::Less)),
            ("99999999999999999999999", "100000000000000000000000", Some(Ordering::Less)),
            ("2024-01-05", "2024-01-05 00:00:00", Some(Ordering::Equal)),
            ("2024-01-05T08:30:00.25", "2024-01-05 08:30:00.3", Some(Ordering::Less)),
            ("2024-01-05T08:30", "2024-01-05 08:29:59", Some(Ordering::Greater)),
            ("2024-01-05T08:30:00+08:00", "2024-01-05T00:30:00Z", Some(Ordering::Equal)),
            ("2024-01-05T08:30:00", "2024-01-05T00:30:00Z", None),
            ("2024-01-05", "20240105", None),
            ("abc", "abd", None),
            ("", "1", None),
            ("1e3", "1", None),
        ] {
            assert_eq!(compare(one, other), order, "{one} {other}");
            assert_eq!(compare(other, one), order.map(Ordering::reverse), "{other} {one}");
        }
    }

    proptest! {
        /// Decimals are ordered as the numbers that they are.
        #[test]
        fn numbers_agree(one in -1_000_000_i64..1_000_000, other in -1_000_000_i64..1_000_000) {
            let text = |number: i64| {
                let sign = if number < 0 { "-" } else { "" };
                format!("{sign}{}.{:03}", number.abs() / 1000, number.abs() % 1000)
            };
            prop_assert_eq!(compare(&text(one), &text(other)), Some(one.cmp(&other)));
        }
    }
}
