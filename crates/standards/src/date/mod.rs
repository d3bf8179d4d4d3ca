//! Dates and times 日期、日期时间 in the forms that offices use; out comes ISO 8601 (GB/T 7408.1).
//!
//! A time without an offset is China Standard Time, and one with an offset is brought to it.

mod chinese;
mod datetime;

use chrono::{Datelike, Days, NaiveDate};

use crate::note::{Note, Parsed};
use crate::text;

pub(crate) use chinese::digit as chinese_digit;
pub use datetime::{parse as parse_datetime, standard as standard_datetime};

/// Earliest year taken as a date.
const FIRST_YEAR: i32 = 1000;

/// Whether the text is one of the zero dates that databases and spreadsheets write for "no date".
pub fn is_placeholder(raw: &str) -> bool {
    let raw = text::trim(raw);
    if !raw.starts_with(['0', '1', '9']) {
        return false;
    }
    let head = raw.split(['T', ' ']).next().unwrap_or_default();
    let digits: String = head.chars().filter(char::is_ascii_digit).take(9).collect();
    let only = head.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | '年' | '月' | '日'));
    // 1900-01-00 is serial 0 of a spreadsheet; 9999-12-31 means "no end" in many systems and is a value, so it is not here.
    only && (matches!(digits.as_str(), "00000000" | "19000100" | "000000") || (head == "0"))
}

/// Reads a date.
///
/// Valid: `2024-01-05`. Repaired: `20240105`, `2024-1-5`, `2024/01/05`, `2024.1.5`, `2024年1月5日`, `二〇二四年一月五日`, a time after the
/// date, spreadsheet serials of five digits. Invalid: dates that do not exist, texts that leave the year open, `202401`.
pub fn parse(raw: &str) -> Parsed<NaiveDate> {
    if let Some(date) = iso(raw.as_bytes()) {
        return Parsed::Valid(date);
    }
    let folded = text::fold_width(text::trim(raw));
    let clean = folded.trim().trim_matches('\'');
    if clean.len() > 64 {
        return Parsed::invalid(FORM);
    }
    let (date, note) = if let Some((date, rest)) = leading(clean) {
        let note = match rest {
            Rest::Nothing => REWRITTEN,
            Rest::Midnight => MIDNIGHT,
            Rest::Time => TIME_DROPPED,
        };
        (date, note)
    } else if clean.len() == 5 && clean.bytes().all(|b| b.is_ascii_digit())
        || clean.len() == 7 && clean.ends_with(".0")
    {
        (serial(clean.trim_end_matches(".0")), SERIAL)
    } else if let Some(date) = chinese::parse(clean) {
        (date, CHINESE)
    } else {
        return Parsed::invalid(if partial(clean) { PARTIAL } else { FORM });
    };
    match date {
        Some(date) => Parsed::Repaired(date, vec![note]),
        None => Parsed::invalid(IMPOSSIBLE),
    }
}

/// Whether the bytes are a date in the standard form.
pub(crate) fn is_iso(bytes: &[u8]) -> bool {
    iso(bytes).is_some()
}

/// Exactly `YYYY-MM-DD`, the hot path.
fn iso(bytes: &[u8]) -> Option<NaiveDate> {
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |from: usize, to: usize| crate::compact::number(bytes.get(from..to)?);
    valid(number(0, 4)?, number(5, 7)?, number(8, 10)?)
}

fn valid(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|date| date.year() >= FIRST_YEAR)
}

/// What stands behind the date.
pub(crate) enum Rest {
    Nothing,
    Midnight,
    Time,
}

/// A date at the beginning of the text, and what follows it. The inner `None` is a date that does not exist.
fn leading(clean: &str) -> Option<(Option<NaiveDate>, Rest)> {
    let (date, rest) = split(clean)?;
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    let rest = if rest.is_empty() {
        Rest::Nothing
    } else {
        match datetime::time(rest)? {
            (time, _) if time == chrono::NaiveTime::MIN => Rest::Midnight,
            _ => Rest::Time,
        }
    };
    Some((date, rest))
}

/// The date at the beginning and the text behind it.
pub(crate) fn split(clean: &str) -> Option<(Option<NaiveDate>, &str)> {
    let digits = clean.bytes().take_while(u8::is_ascii_digit).count();
    let number = |text: &str| text.parse::<u32>().ok();
    if digits == 8 || digits == 14 {
        let (year, month, day) =
            (number(clean.get(..4)?)?, number(clean.get(4..6)?)?, number(clean.get(6..8)?)?);
        return Some((valid(year, month, day), clean.get(8..)?));
    }
    if digits != 4 {
        return None;
    }
    let year = number(clean.get(..4)?)?;
    let (month, rest) = part(clean.get(4..)?, &['-', '/', '.', '年', '_', ' '])?;
    let (day, rest) = part(rest, &['-', '/', '.', '月', '_', ' '])?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(['日', '号']).unwrap_or(rest);
    Some((valid(year, month, day), rest))
}

/// A separator and one or two digits.
fn part<'t>(text: &'t str, separators: &[char]) -> Option<(u32, &'t str)> {
    let text = text.trim_start().strip_prefix(separators).or_else(|| text.strip_prefix(' '))?.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return None;
    }
    Some((text.get(..digits)?.parse().ok()?, text.get(digits..)?))
}

/// Spreadsheet serial (1900 system): day 1 is 1900-01-01, and day 60 a leap day that never was. Five digits reach from 1927 to 2173;
/// only up to 2099 is believed.
fn serial(digits: &str) -> Option<NaiveDate> {
    let days: u64 = digits.parse().ok()?;
    if !(10_000..=73_050).contains(&days) {
        return None;
    }
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))
}

/// A year or a month alone: a date nobody may complete by guessing.
fn partial(clean: &str) -> bool {
    let digits = clean.bytes().filter(u8::is_ascii_digit).count();
    (4..=6).contains(&digits)
        && clean.starts_with(['1', '2'])
        && clean.chars().all(|c| c.is_ascii_digit() || "-/.年月".contains(c))
}

const REWRITTEN: Note =
    Note::new("date.rewritten", "已改写为标准日期格式", "rewritten in the standard form of dates");
const CHINESE: Note = Note::new("date.chinese", "已由中文日期换算", "read from a date in Chinese numerals");
const MIDNIGHT: Note = Note::new("date.midnight", "已去除零点时间", "midnight removed");
const TIME_DROPPED: Note =
    Note::new("date.time_dropped", "日期后的时间未保留", "the time after the date was dropped");
const SERIAL: Note = Note::new(
    "date.serial",
    "已由电子表格日期序号换算，请抽查",
    "read from a spreadsheet's day number; check a few by hand",
);
const IMPOSSIBLE: Note =
    Note::new("date.impossible", "日期不存在，请核对", "the date does not exist; check the source");
const PARTIAL: Note =
    Note::new("date.partial", "日期不完整，缺月或日，请补全", "the date lacks its month or day; complete it");
const FORM: Note = Note::new(
    "date.form",
    "无法识别日期，请使用如2024-01-05的格式",
    "not recognised as a date; write it like 2024-01-05",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Option<String> {
        parse(raw).into_value().map(|date| date.to_string())
    }

    /// Every form that offices use gives the same day.
    #[test]
    fn reads_every_form() {
        for raw in [
            "2024-01-05",
            "20240105",
            "2024-1-5",
            "2024/01/05",
            "2024/1/5",
            "2024.1.5",
            "2024年1月5日",
            "２０２４年１月５日",
            "2024年01月05号",
            "二〇二四年一月五日",
            "二零二四年一月五日",
            "2024-01-05 00:00:00",
            "2024-01-05T00:00:00.000",
            "2024-01-05 08:30",
            "45296",
            " 2024-01-05 ",
            "20240105000000",
            "2024 年 1 月 5 日",
            "45296.0",
            "2024-01-05T00:00:00+08:00",
            "2024-01-05 00:00:00.0",
        ] {
            assert_eq!(read(raw).as_deref(), Some("2024-01-05"), "{raw}");
        }
        assert_eq!(read("44760").as_deref(), Some("2022-07-18"));
        assert_eq!(read("二〇〇〇年十二月三十一日").as_deref(), Some("2000-12-31"));
    }

    /// What is no date is not made into one.
    #[test]
    fn refuses() {
        let code = |raw: &str| parse(raw).notes().first().map(|note| note.code);
        assert_eq!(code("2023-02-29"), Some("date.impossible"));
        assert_eq!(code("20231301"), Some("date.impossible"));
        assert_eq!(code("202401"), Some("date.partial"));
        assert_eq!(code("2024年1月"), Some("date.partial"));
        assert_eq!(code("99999"), Some("date.impossible"));
        assert_eq!(code("是"), Some("date.form"));
        assert_eq!(code("13812345678"), Some("date.form"));
        assert_eq!(code("0105-01-05"), Some("date.impossible"));
        for raw in ["0000-00-00", "1900-01-00", "0000-00-00 00:00:00", "00000000", "0000/00/00", "0"] {
            assert!(is_placeholder(raw), "{raw}");
        }
        assert!(!is_placeholder("1900-01-01") && !is_placeholder("00012345678"));
    }
}
