//! Standard text as values, and the normal form by which both ends of a delivery compare.
//!
//! Written by hand rather than with `chrono` because every value of every delivery passes here.

use std::borrow::Cow;

use super::TargetType;

/// The one way to write a value, so that what was delivered and what [`super::Target::rows`] gives compare as text;
/// `None` when the text is no value of this kind.
///
/// - text: as it is
/// - dates: `2024-01-05`, years 0001 to 9999
/// - date and time: `2024-01-05T08:30:00`, a fraction (at most six digits) without closing zeros, none when it is zero
/// - decimals: no leading zeros, no closing zeros of the fraction, no `-0`: `-12.5`, `0`, `0.07`
/// - whole numbers: no leading zeros, no `-0`; 64 bits
/// - booleans: `true`, `false`
pub fn normal(holds: TargetType, text: &str) -> Option<Cow<'_, str>> {
    match holds {
        TargetType::Text => Some(Cow::Borrowed(text)),
        TargetType::Date => days(text).map(|_| Cow::Borrowed(text)),
        TargetType::Timestamp => {
            micros(text)?;
            let cut = match text.find('.') {
                Some(_) => text.trim_end_matches('0').trim_end_matches('.'),
                None => text,
            };
            Some(if cut.as_bytes().get(10) == Some(&b' ') {
                Cow::Owned(cut.replacen(' ', "T", 1))
            } else {
                Cow::Borrowed(cut)
            })
        }
        TargetType::Decimal => Decimal::read(text).map(|number| number.text(text)),
        TargetType::Integer => {
            let value = integer(text)?;
            let plain = Decimal::read(text)?.text(text);
            // `-9223372036854775809` has the form of a number but not its size.
            (plain.parse() == Ok(value)).then_some(plain)
        }
        TargetType::Boolean => boolean(text).map(|_| Cow::Borrowed(text)),
    }
}

/// A whole number of 64 bits.
pub(super) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `true` or `false`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

/// Days since 1970-01-01 of a calendar date.
pub(super) fn days(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 { None } else { days_of(bytes) }
}

fn days_of(bytes: &[u8]) -> Option<i32> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = bytes else { return None };
    let (year, month, day) = (digits(&[*y0, *y1, *y2, *y3])?, digits(&[*m0, *m1])?, digits(&[*d0, *d1])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if year == 0 || day == 0 || day > last {
        return None;
    }
    // Years that begin in March, so that the leap day comes last; 400 of them always have 146097 days.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = (year % 400) * 365 + (year % 400) / 4 - (year % 400) / 100 + day_of_year;
    i32::try_from(i64::from(year / 400) * 146_097 + i64::from(day_of_era) - 719_468).ok()
}

/// Microseconds since 1970-01-01T00:00:00 of a date and time, both taken as local.
pub(super) fn micros(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let days = days_of(bytes.get(..10)?)?;
    let [b'T' | b' ', h0, h1, b':', m0, m1, b':', s0, s1, fraction @ ..] = bytes.get(10..)? else {
        return None;
    };
    let (hour, minute, second) = (digits(&[*h0, *h1])?, digits(&[*m0, *m1])?, digits(&[*s0, *s1])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let micros = match fraction {
        [] => 0,
        [b'.', rest @ ..] if (1..=6).contains(&rest.len()) => {
            digits(rest)? * 10_u32.pow(6 - rest.len() as u32)
        }
        _ => return None,
    };
    let seconds = i64::from(days) * 86_400 + i64::from(hour * 3600 + minute * 60 + second);
    Some(seconds * 1_000_000 + i64::from(micros))
}

/// Digits of the fraction of a second that are not closing zeros.
pub(super) fn fraction_digits(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len())
}

/// A plain decimal number, its parts without needless zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal<'t> {
    pub(super) negative: bool,
    pub(super) whole: &'t str,
    pub(super) fraction: &'t str,
}

impl<'t> Decimal<'t> {
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match rest.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (rest, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        Some(Self { negative: negative && !(whole.is_empty() && fraction.is_empty()), whole, fraction })
    }

    /// The normal form; the text itself when it is that already.
    fn text(&self, text: &'t str) -> Cow<'t, str> {
        let whole = if self.whole.is_empty() { "0" } else { self.whole };
        let length = usize::from(self.negative)
            + whole.len()
            + if self.fraction.is_empty() { 0 } else { self.fraction.len() + 1 };
        // Zeros can only be taken away, so equal length means equal text.
        if length == text.len() {
            return Cow::Borrowed(text);
        }
        let (sign, point) =
            (if self.negative { "-" } else { "" }, if self.fraction.is_empty() { "" } else { "." });
        Cow::Owned(format!("{sign}{whole}{point}{}", self.fraction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(holds: TargetType, text: &str) -> Option<String> {
        normal(holds, text).map(Cow::into_owned)
    }

    /// Numbers that are equal have one text; what is no number has none.
    #[test]
    fn numbers_have_one_form() {
        for (raw, form) in [
            ("12.50", Some("12.5")),
            ("-012.500", Some("-12.5")),
            ("0.00", Some("0")),
            ("-0", Some("0")),
            ("000", Some("0")),
            ("100", Some("100")),
            ("0.070", Some("0.07")),
            ("5.0", Some("5")),
            ("1.", None),
            (".5", None),
            ("1e3", None),
            ("", None),
            ("-", None),
            ("１", None),
            ("NaN", None),
        ] {
            assert_eq!(of(TargetType::Decimal, raw).as_deref(), form, "{raw}");
        }
        assert_eq!(of(TargetType::Integer, "-007").as_deref(), Some("-7"));
        assert_eq!(of(TargetType::Integer, "-9223372036854775808").as_deref(), Some("-9223372036854775808"));
        assert_eq!(of(TargetType::Integer, "9223372036854775808"), None);
        assert_eq!(of(TargetType::Integer, "1.0"), None);
    }

    /// Days and microseconds are those of the calendar library, for every day of eight hundred years.
    #[test]
    fn days_are_those_of_the_calendar() {
        let epoch = chrono::NaiveDate::default();
        let mut day = chrono::NaiveDate::from_ymd_opt(1600, 1, 1).unwrap();
        while day < chrono::NaiveDate::from_ymd_opt(2400, 1, 1).unwrap() {
            let expected = day.signed_duration_since(epoch).num_days() as i32;
            assert_eq!(days(&day.to_string()), Some(expected), "{day}");
            day = day.succ_opt().unwrap();
        }
        assert_eq!(days("0001-01-01"), Some(-719_162));
        assert_eq!(days("9999-12-31"), Some(2_932_896));
        for text in
            ["0000-01-01", "2023-02-29", "2024-13-01", "2024-00-10", "2024-1-05", "2024-01-00", "1900-02-29"]
        {
            assert_eq!(days(text), None, "{text}");
        }
        assert_eq!(micros("1970-01-01T00:00:01.5"), Some(1_500_000));
        assert_eq!(micros("1969-12-31 23:59:59"), Some(-1_000_000));
        for text in [
            "2024-01-05",
            "2024-01-05T24:00:00",
            "2024-01-05T08:30",
            "2024-01-05T08:30:00Z",
            "2024-01-05T08:30:00.",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
        assert_eq!(
            of(TargetType::Timestamp, "2024-01-05 08:30:00.250").as_deref(),
            Some("2024-01-05T08:30:00.25")
        );
        assert_eq!(
            of(TargetType::Timestamp, "2024-01-05T08:30:00.000").as_deref(),
            Some("2024-01-05T08:30:00")
        );
        assert_eq!(of(TargetType::Timestamp, "2024-01-05T08:30:00").as_deref(), Some("2024-01-05T08:30:00"));
    }

    /// Only the two words are booleans.
    #[test]
    fn booleans_are_two_words() {
        assert_eq!(
            (boolean("true"), boolean("false"), boolean("1"), boolean("True")),
            (Some(true), Some(false), None, None)
        );
    }
}
