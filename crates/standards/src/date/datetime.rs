//! Date and time together.

use chrono::{FixedOffset, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::split;
use crate::note::{Note, Parsed};
use crate::text;

/// China Standard Time is eight hours ahead of UTC, without summer time since 1992.
const CHINA_SECONDS: i32 = 8 * 3600;

/// The standard form: `2024-01-05T08:30:00`, with milliseconds only when there are any.
pub fn standard(value: NaiveDateTime) -> String {
    let form = if value.nanosecond() == 0 { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.3f" };
    value.format(form).to_string()
}

/// Reads a date and time in China Standard Time.
///
/// Besides ISO 8601: `2024-01-05 8:30`, `20240105083000`, `2024年1月5日8时30分`, `2024/1/5 下午3:05`, an offset or `Z` (brought to China
/// Standard Time), Unix seconds or milliseconds, a date alone (midnight), spreadsheet serials with a fraction.
pub fn parse(raw: &str) -> Parsed<NaiveDateTime> {
    let folded = text::fold_width(text::trim(raw));
    let clean = folded.trim().trim_matches('\'');
    if clean.len() > 64 {
        return Parsed::invalid(FORM);
    }
    if let Some(value) = numeric(clean) {
        return Parsed::Repaired(value.0, vec![value.1]);
    }
    let Some((date, rest)) = split(clean) else {
        // Chinese numerals and serials of whole days carry no time.
        return match super::parse(clean) {
            Parsed::Invalid(notes) if notes.iter().any(|note| note.code == "date.form") => {
                Parsed::invalid(FORM)
            }
            Parsed::Invalid(notes) => Parsed::Invalid(notes),
            Parsed::Valid(date) => Parsed::Repaired(date.and_time(NaiveTime::MIN), vec![DATE_ONLY]),
            Parsed::Repaired(date, mut notes) => {
                notes.push(DATE_ONLY);
                Parsed::Repaired(date.and_time(NaiveTime::MIN), notes)
            }
        };
    };
    let Some(date) = date else {
        return Parsed::invalid(super::IMPOSSIBLE);
    };
    let rest = rest.trim_start_matches(['T', 't', ' ', ',']);
    if rest.is_empty() {
        return Parsed::Repaired(date.and_time(NaiveTime::MIN), vec![DATE_ONLY]);
    }
    let Some((time, offset)) = time(rest) else {
        return Parsed::invalid(TIME);
    };
    let mut value = date.and_time(time);
    let mut notes = Vec::new();
    if let Some(offset) = offset.filter(|offset| *offset != CHINA_SECONDS) {
        // Out of the range of years only at its very ends.
        let Some(moved) = value.checked_add_signed(TimeDelta::seconds(i64::from(CHINA_SECONDS - offset)))
        else {
            return Parsed::invalid(TIME);
        };
        value = moved;
        notes.push(Note::new("datetime.zone", "已换算为北京时间", "brought to China Standard Time"));
    }
    if notes.is_empty() && standard(value) != raw {
        notes.push(Note::new(
            "datetime.rewritten",
            "已改写为标准日期时间格式",
            "rewritten in the standard form of date and time",
        ));
    }
    Parsed::from_notes(value, notes)
}

/// Unix time and spreadsheet serials with a fraction.
fn numeric(clean: &str) -> Option<(NaiveDateTime, Note)> {
    const UNIX: Note = Note::new(
        "datetime.unix",
        "已由时间戳换算为北京时间",
        "read from a Unix time, in China Standard Time",
    );
    const SERIAL: Note = Note::new(
        "datetime.serial",
        "已由电子表格日期序号换算，请抽查",
        "read from a spreadsheet's day number; check a few by hand",
    );
    let china = FixedOffset::east_opt(CHINA_SECONDS)?;
    let digits = clean.bytes().all(|b| b.is_ascii_digit());
    match clean.len() {
        10 | 13 if digits => {
            let number: i64 = clean.parse().ok()?;
            let millis = if clean.len() == 10 { number.checked_mul(1000)? } else { number };
            let value = chrono::DateTime::from_timestamp_millis(millis)?.with_timezone(&china).naive_local();
            Some((value, UNIX))
        }
        7..=20 if !digits && clean.as_bytes().get(5) == Some(&b'.') => {
            let date = super::serial(clean.get(..5)?)?;
            let fraction: f64 =
                clean.get(5..).filter(|f| f.bytes().skip(1).all(|b| b.is_ascii_digit()))?.parse().ok()?;
            // Whole seconds: the fraction of a day is below one, so the product is below 86,400.
            let seconds = (fraction * 86_400.0).round() as u32;
            let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds.min(86_399), 0)?;
            Some((date.and_time(time), SERIAL))
        }
        _ => None,
    }
}

/// A time of day with its offset from UTC in seconds, if one is given.
pub(super) fn time(text: &str) -> Option<(NaiveTime, Option<i32>)> {
    let mut text = text.trim();
    let mut afternoon = None;
    for (word, is) in [
        ("上午", false),
        ("下午", true),
        ("晚上", true),
        ("中午", true),
        ("凌晨", false),
        ("AM", false),
        ("PM", true),
        ("am", false),
        ("pm", true),
    ] {
        if let Some(rest) = text.strip_prefix(word).or_else(|| text.strip_suffix(word)) {
            (text, afternoon) = (rest.trim(), Some(is));
            break;
        }
    }
    let (text, offset) = offset(text)?;
    let (mut hour, minute, second, nano) = clock(text)?;
    match afternoon {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    Some((NaiveTime::from_hms_nano_opt(hour, minute, second, nano)?, offset))
}

/// The text before an offset, and the offset in seconds.
fn offset(text: &str) -> Option<(&str, Option<i32>)> {
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return Some((rest.trim_end(), Some(0)));
    }
    let Some(at) = text.rfind(['+', '-']) else {
        return Some((text, None));
    };
    let digits: String = text.get(at + 1..)?.chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = match digits.len() {
        1 | 2 => (digits.parse().ok()?, 0),
        4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?),
        _ => return None,
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    let sign = if text.get(at..=at) == Some("-") { -1 } else { 1 };
    Some((text.get(..at)?.trim_end(), Some(sign * seconds)))
}

/// Hour, minute, second, nanosecond.
fn clock(text: &str) -> Option<(u32, u32, u32, u32)> {
    if matches!(text.len(), 4 | 6) && text.bytes().all(|b| b.is_ascii_digit()) {
        let part = |from: usize| text.get(from..from + 2).and_then(|p| p.parse().ok());
        return Some((part(0)?, part(2)?, if text.len() == 6 { part(4)? } else { 0 }, 0));
    }
    let plain = text.replace(['时', '点', '分'], ":").replace('秒', "");
    let mut parts = plain.trim_end_matches(':').split(':').map(str::trim);
    let small = |part: &str| (1..=2).contains(&part.len()).then(|| part.parse::<u32>().ok()).flatten();
    let hour = small(parts.next()?)?;
    let minute = match parts.next() {
        Some(part) => small(part)?,
        // 8时 alone is a time, 8 alone is not.
        None if plain.ends_with(':') => 0,
        None => return None,
    };
    let (second, nano) = match parts.next() {
        None => (0, 0),
        Some(part) => {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, "0"));
            let fraction = fraction.get(..fraction.len().min(9))?;
            if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            // Milliseconds are kept, finer parts are not.
            let nano: u32 = format!("{fraction:0<9}").parse().ok()?;
            (small(whole)?, nano / 1_000_000 * 1_000_000)
        }
    };
    parts.next().is_none().then_some((hour, minute, second, nano))
}

const FORM: Note = Note::new(
    "datetime.form",
    "无法识别日期时间，请使用如2024-01-05T08:30:00的格式",
    "not recognised as date and time; write it like 2024-01-05T08:30:00",
);
const TIME: Note = Note::new(
    "datetime.time",
    "时间部分不存在或无法识别，请核对",
    "the time of day does not exist or is not recognised",
);
const DATE_ONLY: Note =
    Note::new("datetime.date_only", "只有日期，时间按零点计", "only a date was given; midnight is taken");

#[cfg(test)]
mod tests {
    use super::*;

    /// Every form gives the same moment in China Standard Time.
    #[test]
    fn reads_every_form() {
        let read = |raw: &str| parse(raw).into_value().map(standard);
        for raw in [
            "2024-01-05T08:30:00",
            "2024-01-05 08:30:00",
            "2024-01-05 8:30",
            "2024/1/5 8:30:00",
            "20240105083000",
            "20240105 083000",
            "2024年1月5日8时30分",
            "2024年1月5日 8时30分0秒",
            "2024-01-05T00:30:00Z",
            "2024-01-05T08:30:00+08:00",
            "2024-01-05 上午8:30",
            "1704414600",
            "1704414600000",
            "45296.354166667",
        ] {
            assert_eq!(read(raw).as_deref(), Some("2024-01-05T08:30:00"), "{raw}");
        }
        assert_eq!(read("2024/1/5 下午3:05").as_deref(), Some("2024-01-05T15:05:00"));
        assert_eq!(read("2024-01-05 08:30:00.123456").as_deref(), Some("2024-01-05T08:30:00.123"));
        assert_eq!(read("2024-01-05").as_deref(), Some("2024-01-05T00:00:00"));
        for raw in ["2024-01-05 25:00", "2024-02-30 08:30", "是", "8:30", "2024-01-05 8"] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }
}
