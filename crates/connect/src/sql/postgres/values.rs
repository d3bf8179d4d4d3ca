//! The canonical text of values in the binary form of PostgreSQL.
//!
//! Writing them here takes the work off the department's server, where a cast to text in the statement would cost more
//! than the whole reading. Every form equals what a look-up gives: `tests/it/postgres_bulk.rs` compares them.

use super::super::schema::{Class, Column};

/// What the bytes of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Text.
    Text,
    /// Text with trailing blanks that do not count.
    Padded,
    /// Whole number of 2, 4 or 8 bytes.
    Int,
    /// Floating-point number of 4 or 8 bytes.
    Float,
    /// Boolean.
    Bool,
    /// Bytes.
    Bytes,
    /// Days since 2000-01-01.
    Date,
    /// Microseconds since 2000-01-01, local.
    Stamp,
    /// Microseconds since 2000-01-01, UTC.
    Instant,
    /// Decimal number in groups of four digits.
    Numeric,
    /// UUID.
    Uuid,
}

impl Form {
    /// The form in which a column comes when it is selected by [`Form::select`].
    pub(super) fn of(column: &Column) -> Self {
        match column.class {
            Class::Padded => Self::Padded,
            Class::Int => Self::Int,
            Class::Float => Self::Float,
            Class::Bool => Self::Bool,
            Class::Bytes => Self::Bytes,
            Class::Date => Self::Date,
            Class::Stamp => Self::Stamp,
            Class::Instant => Self::Instant,
            Class::Decimal => Self::Numeric,
            Class::Uuid => Self::Uuid,
            Class::Text | Class::Unsigned | Class::Any | Class::Other => Self::Text,
        }
    }

    /// The expression that selects a column so that it comes in its form.
    pub(super) fn select(column: &Column) -> String {
        match column.class {
            Class::Other => column.select.clone(),
            _ => column.quoted.clone(),
        }
    }

    /// Writes the canonical text; `None` when the bytes are not of this form.
    pub(super) fn write(self, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Text => out.extend_from_slice(bytes),
            Self::Padded => {
                let end = bytes.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
                out.extend_from_slice(bytes.get(..end)?);
            }
            Self::Int => integer(
                match bytes.len() {
                    2 => i16::from_be_bytes(bytes.try_into().ok()?).into(),
                    4 => i32::from_be_bytes(bytes.try_into().ok()?).into(),
                    _ => i64::from_be_bytes(bytes.try_into().ok()?),
                },
                out,
            ),
            Self::Float => {
                let mut text = String::new();
                match bytes.len() {
                    4 => crate::text::write_float(f32::from_be_bytes(bytes.try_into().ok()?), &mut text),
                    _ => crate::text::write_float(f64::from_be_bytes(bytes.try_into().ok()?), &mut text),
                }
                .ok()?;
                out.extend_from_slice(text.as_bytes());
            }
            Self::Bool => out.extend_from_slice(if *bytes.first()? == 0 { b"false" } else { b"true" }),
            Self::Bytes => {
                out.extend_from_slice(b"\\x");
                hex(bytes, out);
            }
            Self::Date => date(i32::from_be_bytes(bytes.try_into().ok()?), out),
            Self::Stamp => stamp(i64::from_be_bytes(bytes.try_into().ok()?), b"", out),
            Self::Instant => stamp(i64::from_be_bytes(bytes.try_into().ok()?), b"Z", out),
            Self::Numeric => numeric(bytes, out)?,
            Self::Uuid => {
                let (a, b, c, d, e) = (
                    bytes.get(..4)?,
                    bytes.get(4..6)?,
                    bytes.get(6..8)?,
                    bytes.get(8..10)?,
                    bytes.get(10..16)?,
                );
                hex(a, out);
                for part in [b, c, d, e] {
                    out.push(b'-');
                    hex(part, out);
                }
            }
        }
        Some(())
    }
}

impl Form {
    /// The canonical text of what the server writes as text in a session of ours.
    pub(super) fn text(self, declared: &str, text: &str) -> String {
        let float = |number: f64, single: bool| {
            let mut out = String::new();
            let written = match single {
                true => crate::text::write_float(number as f32, &mut out),
                false => crate::text::write_float(number, &mut out),
            };
            written.map(|()| out).ok()
        };
        match self {
            Self::Padded => text.trim_end_matches(' ').to_owned(),
            Self::Bool => if text == "t" { "true" } else { "false" }.to_owned(),
            Self::Float => {
                // Read in its own width, because reading wide and then narrowing may round twice.
                let single = declared == "real";
                let number =
                    if single { text.parse::<f32>().ok().map(f64::from) } else { text.parse::<f64>().ok() };
                number.and_then(|number| float(number, single)).unwrap_or_else(|| text.to_owned())
            }
            Self::Stamp => text.replace(' ', "T"),
            Self::Instant => text.replace(' ', "T").replace("+00", "Z"),
            // The cast to text in a statement always writes the length of the prefix, the change log does not.
            Self::Text if declared == "inet" && !text.contains('/') => {
                format!("{text}/{}", if text.contains(':') { 128 } else { 32 })
            }
            _ => text.to_owned(),
        }
    }
}

fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

fn integer(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    digits(number.unsigned_abs(), 1, out);
}

/// A number with at least `width` digits.
fn digits(mut number: u64, width: usize, out: &mut Vec<u8>) {
    let mut buffer = [b'0'; 20];
    let mut at = buffer.len();
    while number > 0 || buffer.len() - at < width {
        at -= 1;
        buffer[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&buffer[at..]);
}

const DAY: i64 = 86_400_000_000;
/// Days from 0000-03-01 to 2000-01-01, in the calendar that PostgreSQL reckons with for all times.
const TO_2000: i64 = 730_425;

/// The calendar date so many days after 2000-01-01; whether it lies before the common era.
fn calendar(days: i64, out: &mut Vec<u8>) -> bool {
    // Years from March to February, so that the leap day is the last; 400 of them have 146097 days.
    let shifted = days + TO_2000;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    // There is no year 0: the one before 1 is 1 BC.
    digits(if year > 0 { year } else { 1 - year }.unsigned_abs(), 4, out);
    out.push(b'-');
    digits(month.unsigned_abs(), 2, out);
    out.push(b'-');
    digits(day.unsigned_abs(), 2, out);
    year <= 0
}

fn date(days: i32, out: &mut Vec<u8>) {
    match days {
        i32::MAX => out.extend_from_slice(b"infinity"),
        i32::MIN => out.extend_from_slice(b"-infinity"),
        _ => {
            if calendar(days.into(), out) {
                out.extend_from_slice(b" BC");
            }
        }
    }
}

fn stamp(micros: i64, zone: &[u8], out: &mut Vec<u8>) {
    match micros {
        i64::MAX => return out.extend_from_slice(b"infinity"),
        i64::MIN => return out.extend_from_slice(b"-infinity"),
        _ => {}
    }
    let before = calendar(micros.div_euclid(DAY), out);
    let within = micros.rem_euclid(DAY).unsigned_abs();
    let (seconds, fraction) = (within / 1_000_000, within % 1_000_000);
    for (mark, part) in [(b'T', seconds / 3600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
        out.push(mark);
        digits(part, 2, out);
    }
    if fraction > 0 {
        out.push(b'.');
        digits(fraction, 6, out);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
    out.extend_from_slice(zone);
    if before {
        out.extend_from_slice(b"TBC");
    }
}

fn numeric(bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let word = |at: usize| Some(u16::from_be_bytes(bytes.get(at * 2..at * 2 + 2)?.try_into().ok()?));
    let (count, weight, sign, scale) = (word(0)?, word(1)? as i16, word(2)?, word(3)?);
    match sign {
        0xc000 => {
            out.extend_from_slice(b"NaN");
            return Some(());
        }
        0xd000 | 0xf000 => {
            out.extend_from_slice(if sign == 0xd000 { b"Infinity" } else { b"-Infinity" });
            return Some(());
        }
        0x4000 => out.push(b'-'),
        _ => {}
    }
    // Group 0 stands right before the point when the weight is 0; groups that are not sent are zeros.
    let group = |place: i32| {
        let at = i32::from(weight) - place;
        if (0..i32::from(count)).contains(&at) { word(4 + at.unsigned_abs() as usize) } else { Some(0) }
    };
    if weight < 0 {
        out.push(b'0');
    }
    for (at, place) in (0..=i32::from(weight)).rev().enumerate() {
        digits(group(place)?.into(), if at == 0 { 1 } else { 4 }, out);
    }
    if scale > 0 {
        out.push(b'.');
        let end = out.len() + usize::from(scale);
        let mut place = -1;
        while out.len() < end {
            digits(group(place)?.into(), 4, out);
            place -= 1;
        }
        out.truncate(end);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(form: Form, bytes: &[u8]) -> Option<String> {
        let mut out = Vec::new();
        form.write(bytes, &mut out)?;
        String::from_utf8(out).ok()
    }

    /// The edges that have a name in PostgreSQL, and the turn of the era.
    #[test]
    fn edges() {
        let micros = |micros: i64| text(Form::Stamp, &micros.to_be_bytes()).unwrap();
        assert_eq!(micros(0), "2000-01-01T00:00:00");
        assert_eq!(micros(-1), "1999-12-31T23:59:59.999999");
        assert_eq!(micros(i64::MAX), "infinity");
        assert_eq!(text(Form::Instant, &250_000_i64.to_be_bytes()).unwrap(), "2000-01-01T00:00:00.25Z");
        let days = |days: i32| text(Form::Date, &days.to_be_bytes()).unwrap();
        assert_eq!(days(59), "2000-02-29");
        assert_eq!(days(-730_119), "0001-01-01");
        assert_eq!(days(-730_120), "0001-12-31 BC");
        assert_eq!(text(Form::Int, &i64::MIN.to_be_bytes()).unwrap(), "-9223372036854775808");
        assert_eq!(text(Form::Padded, b"a   ").unwrap(), "a");
        assert_eq!(text(Form::Padded, b"   ").unwrap(), "");
    }

    proptest! {
        /// Dates and times of the common era are those of the calendar library.
        #[test]
        fn calendar_agrees(micros in -63_082_281_600_000_000_i64..200_000_000_000_000_000) {
            let moment = chrono::DateTime::from_timestamp_micros(micros + 946_684_800_000_000).unwrap().naive_utc();
            let mut expected = moment.format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
            expected = expected.trim_end_matches('0').trim_end_matches('.').to_owned();
            // The library writes a plus before years of more than four digits.
            prop_assert_eq!(text(Form::Stamp, &micros.to_be_bytes()).unwrap(), expected.trim_start_matches('+'));
        }

        /// No bytes make any form panic.
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            for form in [Form::Text, Form::Padded, Form::Int, Form::Float, Form::Bool, Form::Bytes, Form::Date,
                         Form::Stamp, Form::Instant, Form::Numeric, Form::Uuid] {
                let _ = text(form, &bytes);
            }
        }
    }
}
