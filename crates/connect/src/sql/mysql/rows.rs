//! The values of rows in the binary log of MySQL and MariaDB, as canonical text.
//!
//! Read here and not by the driver's own reader, because the log tells neither signs nor character sets, which the
//! schema does, and because texts are wanted, not values.

use std::fmt::Write as _;

use super::layout::Kind;

/// A type code of the log with its two bytes of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coded {
    pub(super) ty: u8,
    pub(super) meta: [u8; 2],
}

/// Reads bytes from the front.
pub(super) struct Front<'b>(pub(super) &'b [u8]);

impl<'b> Front<'b> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A whole number, the lowest byte first.
    fn little(&mut self, bytes: usize) -> Option<u64> {
        Some(self.take(bytes)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A whole number, the highest byte first.
    fn big(&mut self, bytes: usize) -> Option<u64> {
        Some(self.take(bytes)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Bytes after their length.
    fn counted(&mut self, width: usize) -> Option<&'b [u8]> {
        let length = self.little(width)?;
        self.take(usize::try_from(length).ok()?)
    }
}

/// Reads a value and gives its text when the column is watched (`kind`); `None` when the bytes or the kind do not fit.
pub(super) fn value(coded: Coded, kind: Option<&Kind>, from: &mut Front<'_>) -> Option<Option<String>> {
    let raw = Raw::read(coded, from)?;
    match kind {
        None => Some(None),
        Some(kind) => text(raw, kind).map(Some),
    }
}

/// A value as it lies in the log.
enum Raw<'b> {
    /// A whole number of so many bytes.
    Int(u64, usize),
    Single(f32),
    Double(f64),
    Decimal(String),
    Year(u64),
    Date(u64),
    /// Seconds since 1970 and microseconds.
    Timestamp(u64, u64),
    /// Year, month, day, hour, minute, second, microsecond.
    Datetime([u64; 7]),
    /// Whether negative; hours, minutes, seconds, microseconds.
    Time(bool, [u64; 4]),
    Bytes(&'b [u8]),
    Enum(u64),
    Set(u64),
}

impl<'b> Raw<'b> {
    fn read(coded: Coded, from: &mut Front<'b>) -> Option<Self> {
        let [first, second] = coded.meta;
        // Six digits at most; what claims more is of no known width.
        let fraction = usize::from(first.min(7)).div_ceil(2);
        Some(match coded.ty {
            1 => Self::Int(from.little(1)?, 1),
            2 => Self::Int(from.little(2)?, 2),
            9 => Self::Int(from.little(3)?, 3),
            3 => Self::Int(from.little(4)?, 4),
            8 => Self::Int(from.little(8)?, 8),
            4 => Self::Single(f32::from_le_bytes(from.take(4)?.try_into().ok()?)),
            5 => Self::Double(f64::from_le_bytes(from.take(8)?.try_into().ok()?)),
            246 => Self::Decimal(decimal(first.into(), second.into(), from)?),
            13 => Self::Year(from.little(1)?),
            10 | 14 => Self::Date(from.little(3)?),
            7 => Self::Timestamp(from.little(4)?, 0),
            17 => {
                let seconds = from.big(4)?;
                Self::Timestamp(seconds, micros(from.big(fraction)?, fraction)?)
            }
            12 => {
                let packed = from.little(8)?;
                let (date, time) = (packed / 1_000_000, packed % 1_000_000);
                let (date, time) = (
                    [date / 10_000, date / 100 % 100, date % 100],
                    [time / 10_000, time / 100 % 100, time % 100],
                );
                Self::Datetime([date[0], date[1], date[2], time[0], time[1], time[2], 0])
            }
            18 => {
                let packed = from.big(5)?.checked_sub(0x80_0000_0000)?;
                let (date, time) = (packed >> 17, packed & 0x1_ffff);
                let (month, day) = (date >> 5, date & 31);
                let micros = micros(from.big(fraction)?, fraction)?;
                Self::Datetime([month / 13, month % 13, day, time >> 12, time >> 6 & 63, time & 63, micros])
            }
            11 => {
                let packed = from.little(3)?;
                Self::Time(false, [packed / 10_000, packed / 100 % 100, packed % 100, 0])
            }
            19 => {
                let shift = 8 * fraction;
                let packed = from.big(3 + fraction)? as i64 - (0x80_0000_i64 << shift);
                let size = packed.unsigned_abs();
                let (whole, part) = (size >> shift, size & ((1 << shift) - 1));
                let parts = [whole >> 12 & 0x3ff, whole >> 6 & 63, whole & 63, micros(part, fraction)?];
                Self::Time(packed < 0, parts)
            }
            15 | 253 => {
                Self::Bytes(from.counted(if u16::from_le_bytes([first, second]) < 256 { 1 } else { 2 })?)
            }
            254 => match first {
                247 => Self::Enum(from.little(second.into())?),
                248 => Self::Set(from.little(second.into())?),
                _ => {
                    // The two high bits of a long length are hidden, inverted, in the byte of the type.
                    let length = usize::from(second) | usize::from((first & 0x30) ^ 0x30) << 4;
                    Self::Bytes(from.counted(if length < 256 { 1 } else { 2 })?)
                }
            },
            // With spatial values and JSON, which are only passed over.
            245 | 249..=252 | 255 => Self::Bytes(from.counted(usize::from(first).min(4))?),
            16 => Self::Bytes(from.take(usize::from(second) + usize::from(first > 0))?),
            _ => return None,
        })
    }
}

/// Fractions of a second are stored in as many bytes as they need.
fn micros(stored: u64, bytes: usize) -> Option<u64> {
    [stored, stored * 10_000, stored * 100, stored].get(bytes).copied()
}

/// Decimals lie in groups of nine digits, the first and the last shorter; negative ones inverted.
fn decimal(precision: usize, scale: usize, from: &mut Front<'_>) -> Option<String> {
    const WIDTH: [usize; 10] = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
    let whole = precision.checked_sub(scale)?;
    let size = |digits: usize| digits / 9 * 4 + WIDTH[digits % 9];
    let mut bytes = from.take(size(whole) + size(scale))?.to_vec();
    let first = bytes.first_mut()?;
    let negative = *first & 0x80 == 0;
    *first ^= 0x80;
    if negative {
        bytes.iter_mut().for_each(|byte| *byte = !*byte);
    }
    let mut bytes = Front(&bytes);
    let mut digits = String::new();
    let mut group = |count: usize, out: &mut String| -> Option<()> {
        if count > 0 {
            let number = bytes.big(WIDTH[count])?;
            write!(out, "{number:0count$}").ok()?;
        }
        Some(())
    };
    group(whole % 9, &mut digits)?;
    for _ in 0..whole / 9 {
        group(9, &mut digits)?;
    }
    let mut text = if negative { "-".to_owned() } else { String::new() };
    let plain = digits.trim_start_matches('0');
    text.push_str(if plain.is_empty() { "0" } else { plain });
    if scale > 0 {
        text.push('.');
        for _ in 0..scale / 9 {
            group(9, &mut text)?;
        }
        group(scale % 9, &mut text)?;
    }
    Some(text)
}

fn text(raw: Raw<'_>, kind: &Kind) -> Option<String> {
    let mut out = String::new();
    match (raw, kind) {
        (Raw::Int(number, _), Kind::Int { unsigned: true }) => write!(out, "{number}").ok()?,
        (Raw::Int(number, bytes), Kind::Int { unsigned: false }) => {
            let shift = 64 - 8 * bytes;
            write!(out, "{}", ((number << shift) as i64) >> shift).ok()?;
        }
        (Raw::Double(number), Kind::Double) => crate::text::write_float(number, &mut out).ok()?,
        (Raw::Single(number), Kind::Single) => single(number, &mut out)?,
        (Raw::Decimal(text), Kind::Decimal) => out = text,
        (Raw::Year(0), Kind::Year) => out.push_str("0000"),
        (Raw::Year(year), Kind::Year) => write!(out, "{}", year + 1900).ok()?,
        (Raw::Date(packed), Kind::Date) => {
            write!(out, "{:04}-{:02}-{:02}", packed >> 9, packed >> 5 & 15, packed & 31).ok()?;
        }
        (Raw::Timestamp(0, 0), Kind::Timestamp) => out.push_str("0000-00-00T00:00:00Z"),
        (Raw::Timestamp(seconds, micros), Kind::Timestamp) => {
            let moment = chrono::DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)?;
            write!(out, "{}", moment.format("%Y-%m-%dT%H:%M:%S")).ok()?;
            fraction(micros, &mut out);
            out.push('Z');
        }
        (Raw::Datetime([year, month, day, hour, minute, second, micros]), Kind::Datetime) => {
            write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}").ok()?;
            fraction(micros, &mut out);
        }
        (Raw::Time(negative, [hours, minutes, seconds, micros]), Kind::Time { digits }) => {
            let sign = if negative { "-" } else { "" };
            write!(out, "{sign}{hours:02}:{minutes:02}:{seconds:02}").ok()?;
            if *digits > 0 {
                let part = format!("{micros:06}");
                write!(out, ".{}", part.get(..*digits)?).ok()?;
            }
        }
        (Raw::Bytes(bytes), Kind::Text(charset)) => out = charset.text(bytes)?,
        (Raw::Bytes(bytes), Kind::Bytes { width }) => {
            out.push_str("\\x");
            bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}")).ok()?;
            // The log leaves the zeros out that fill a fixed width.
            (bytes.len()..*width).for_each(|_| out.push_str("00"));
        }
        (Raw::Enum(0), Kind::Enum(_)) => {}
        (Raw::Enum(number), Kind::Enum(words)) => {
            out.push_str(words.get(usize::try_from(number).ok()?.checked_sub(1)?)?);
        }
        (Raw::Set(bits), Kind::Set(words)) => {
            let chosen = words.iter().enumerate().filter(|(at, _)| *at < 64 && bits >> at & 1 == 1);
            out = chosen.map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(",");
        }
        _ => return None,
    }
    Some(out)
}

/// A fraction of a second, when there is one, without the zeros that end it.
fn fraction(micros: u64, out: &mut String) {
    if micros > 0 {
        let digits = format!("{micros:06}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}

/// A `float` as the server writes it: six digits, without a fraction of zeros, with an exponent when it is far from one.
fn single(number: f32, out: &mut String) -> Option<()> {
    if number == 0.0 {
        out.push_str(if number.is_sign_negative() { "-0" } else { "0" });
        return Some(());
    }
    let scientific = format!("{:.5e}", f64::from(number));
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let digits = digits.trim_end_matches('0');
    let count = i32::try_from(digits.len()).ok()?;
    out.push_str(sign);
    match exponent {
        -15..=-1 => {
            out.push_str("0.");
            (1..-exponent).for_each(|_| out.push('0'));
            out.push_str(digits);
        }
        0..=14 if count <= exponent + 1 => {
            out.push_str(digits);
            (count..=exponent).for_each(|_| out.push('0'));
        }
        0..=14 => {
            let (whole, part) = digits.split_at(usize::try_from(exponent).ok()? + 1);
            write!(out, "{whole}.{part}").ok()?;
        }
        _ => {
            let (whole, part) = digits.split_at(1);
            out.push_str(whole);
            if !part.is_empty() {
                write!(out, ".{part}").ok()?;
            }
            write!(out, "e{exponent}").ok()?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(ty: u8, meta: [u8; 2], kind: &Kind, bytes: &[u8]) -> Option<String> {
        value(Coded { ty, meta }, Some(kind), &mut Front(bytes)).flatten()
    }

    /// Decimals of both signs with short groups, numbers with and without sign, fractions of a second, long lengths.
    #[test]
    fn known_forms() {
        let decimal = |bytes: &[u8]| read(246, [14, 4], &Kind::Decimal, bytes);
        // The example of the server's own documentation: 1234567890.1234 as decimal(14,4).
        assert_eq!(decimal(b"\x81\x0d\xfb\x38\xd2\x04\xd2").as_deref(), Some("1234567890.1234"));
        assert_eq!(decimal(b"\x7e\xf2\x04\xc7\x2d\xfb\x2d").as_deref(), Some("-1234567890.1234"));
        assert_eq!(decimal(b"\x80\x00\x00\x00\x00\x00\x05").as_deref(), Some("0.0005"));
        assert_eq!(read(1, [0, 0], &Kind::Int { unsigned: false }, b"\xff").as_deref(), Some("-1"));
        assert_eq!(read(1, [0, 0], &Kind::Int { unsigned: true }, b"\xff").as_deref(), Some("255"));
        assert_eq!(read(9, [0, 0], &Kind::Int { unsigned: false }, b"\xff\xff\xff").as_deref(), Some("-1"));
        let time = |bytes: &[u8]| read(19, [2, 0], &Kind::Time { digits: 2 }, bytes);
        assert_eq!(time(b"\x80\x10\x83\x19").as_deref(), Some("01:02:03.25"));
        assert_eq!(time(b"\x7f\xef\x7c\xe7").as_deref(), Some("-01:02:03.25"));
        assert_eq!(read(3, [0, 0], &Kind::Date, b"\0\0\0\0"), None);
        let floats = [
            (0.1, "0.1"),
            (16_777_216.0, "16777200"),
            (1.5e20, "1.5e20"),
            (-1e-20, "-1e-20"),
            (123.456, "123.456"),
        ];
        for (number, text) in floats {
            let mut out = String::new();
            single(number, &mut out).unwrap();
            assert_eq!(out, text);
        }
    }

    proptest! {
        /// No bytes make the reader panic, whatever type they claim to be of.
        #[test]
        fn nothing_panics(ty in any::<u8>(), meta in any::<[u8; 2]>(), bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            for kind in [Kind::Int { unsigned: true }, Kind::Int { unsigned: false }, Kind::Decimal, Kind::Date, Kind::Datetime,
                         Kind::Timestamp, Kind::Time { digits: 6 }, Kind::Year, Kind::Single, Kind::Double,
                         Kind::Bytes { width: 3 }, Kind::Enum(vec!["a".to_owned()]), Kind::Set(vec!["a".to_owned()])] {
                let _ = read(ty, meta, &kind, &bytes);
            }
        }
    }
}
