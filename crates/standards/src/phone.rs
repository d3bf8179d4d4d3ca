//! Telephone numbers 联系电话: mobile 手机号码 and landline 固定电话.
//!
//! Standard forms: `13812345678` for a mobile, `0571-87654321` or `0571-87654321-12` for a landline, `87654321` where the area code is not
//! known, `4001234567` for service numbers.

use std::fmt;

use crate::note::{Note, Parsed};
use crate::text;

/// A telephone number in standard form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Phone {
    /// Eleven digits.
    Mobile(String),
    /// Area code, number and extension.
    Landline {
        /// With its zero, for example `0571`; empty when not given, and for 400 and 800 numbers.
        area: String,
        /// Seven or eight digits, or ten for 400 and 800 numbers.
        number: String,
        /// Extension, or empty.
        extension: String,
    },
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mobile(digits) => f.write_str(digits),
            Self::Landline { area, number, extension } => {
                let dash = |part: &str| if part.is_empty() { "" } else { "-" };
                write!(f, "{area}{}{number}{}{extension}", dash(area), dash(extension))
            }
        }
    }
}

/// Reads a mobile number; a landline number is invalid here.
pub fn parse_mobile(raw: &str) -> Parsed<Phone> {
    read(raw, true, false)
}

/// Reads a landline number; a mobile number is invalid here.
pub fn parse_landline(raw: &str) -> Parsed<Phone> {
    read(raw, false, true)
}

/// Reads a number of either kind. Of several numbers in a cell the first that can be read counts, with a note.
pub fn parse(raw: &str) -> Parsed<Phone> {
    read(raw, true, true)
}

/// Whether a text holds eleven digits in a row that are a mobile number, for finding numbers where they do not belong.
pub fn contains_mobile(raw: &str) -> bool {
    let folded = text::fold_width(raw);
    folded.split(|c: char| !c.is_ascii_digit()).any(is_mobile)
}

fn read(raw: &str, mobile: bool, landline: bool) -> Parsed<Phone> {
    if mobile && is_mobile(raw) {
        return finish(Phone::Mobile(raw.to_owned()), Vec::new());
    }
    let folded = text::fold_width(text::trim(raw));
    if folded.len() > 200 {
        return Parsed::invalid(form(mobile, landline));
    }
    let mut parts: Vec<&str> = folded
        .split([',', ';', '、', '/', '|', '或', '，', '；', '\n', '&'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    // "0571-87654321 13812345678": a space parts two numbers when both sides are long enough to be numbers.
    if let [only] = parts[..] {
        let by_space: Vec<&str> = only.split_whitespace().collect();
        if by_space.len() > 1
            && by_space.iter().all(|part| part.bytes().filter(u8::is_ascii_digit).count() >= 7)
        {
            parts = by_space;
        }
    }
    for (place, part) in parts.iter().enumerate() {
        let number = mobile_in(part).filter(|_| mobile).or_else(|| landline_in(part).filter(|_| landline));
        let Some(number) = number else { continue };
        let mut notes = Vec::new();
        if parts.len() > 1 {
            notes.push(if place == 0 { SEVERAL } else { NOT_FIRST });
        } else if number.to_string() != raw {
            notes.push(REWRITTEN);
        }
        return finish(number, notes);
    }
    Parsed::invalid(form(mobile, landline))
}

fn finish(number: Phone, mut notes: Vec<Note>) -> Parsed<Phone> {
    let digits = match &number {
        Phone::Mobile(digits) => digits,
        Phone::Landline { area, number: digits, .. } => {
            if area.is_empty() && digits.len() < 10 {
                notes.push(NO_AREA);
            }
            digits
        }
    };
    if is_placeholder(digits) {
        notes.push(PLACEHOLDER);
    }
    Parsed::from_notes(number, notes)
}

/// Whether the text is a mobile number in the standard form about which there is nothing to remark.
pub(crate) fn is_plain_mobile(raw: &str) -> bool {
    is_mobile(raw) && !is_placeholder(raw)
}

fn is_placeholder(digits: &str) -> bool {
    let tail = digits.as_bytes().get(3..).unwrap_or_default();
    tail.iter().all(|d| *d == b'0') || matches!(digits, "13800138000" | "12345678" | "88888888")
}

fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11
        && bytes[0] == b'1'
        && (b'3'..=b'9').contains(&bytes[1])
        && bytes.iter().all(u8::is_ascii_digit)
}

/// The digits and signs of a number, without words and brackets around it; `None` when letters or too many other signs are left.
fn bare(part: &str) -> Option<String> {
    let mut out = String::with_capacity(part.len());
    for c in part.trim_matches('\'').trim_end_matches(".0").chars() {
        match c {
            '0'..='9' | '-' => out.push(c),
            '+' if out.is_empty() => out.push('+'),
            '—' | '–' | '_' | '－' | '*' | '转' | '#' => out.push('-'),
            '(' | ')' | '（' | '）' => out.push('-'),
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    let out = out.trim_matches('-');
    let out = ["+86", "0086"].iter().find_map(|prefix| out.strip_prefix(prefix)).unwrap_or(out);
    Some(out.trim_start_matches('-').to_owned())
}

fn without_words(part: &str) -> &str {
    let part = part.trim_start_matches(|c: char| !c.is_ascii_digit() && !matches!(c, '+' | '('));
    part.trim_end_matches(|c: char| !c.is_ascii_digit())
}

fn mobile_in(part: &str) -> Option<Phone> {
    let digits: String = bare(without_words(part))?.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.len() {
        13 => digits.strip_prefix("86")?,
        12 => digits.strip_prefix('0')?,
        _ => &digits,
    };
    is_mobile(digits).then(|| Phone::Mobile(digits.to_owned()))
}

fn landline_in(part: &str) -> Option<Phone> {
    let lowered = part.to_lowercase().replace("ext.", "-").replace("ext", "-").replace("分机", "-");
    let bare = bare(without_words(&lowered))?;
    let mut groups = bare.split('-').filter(|group| !group.is_empty()).peekable();
    let joined: String;
    let first = *groups.peek()?;
    if first.starts_with("400") || first.starts_with("800") {
        joined = groups.collect();
        return (joined.len() == 10).then(|| Phone::Landline {
            area: String::new(),
            number: joined,
            extension: String::new(),
        });
    }
    let (area, rest) = match split_area(first) {
        Some((area, rest)) => (area, rest),
        None => ("", first),
    };
    groups.next();
    let number = if rest.is_empty() { groups.next()? } else { rest };
    // 8765-4321 was one number.
    let number = if number.len() <= 4 { [number, groups.next()?].concat() } else { number.to_owned() };
    let extension = groups.next().unwrap_or_default();
    let plain = matches!(number.len(), 7 | 8) && number.starts_with(['2', '3', '4', '5', '6', '7', '8']);
    let fits =
        plain && extension.len() <= 6 && groups.next().is_none() && (area.len() != 3 || number.len() == 8);
    fits.then(|| Phone::Landline { area: area.to_owned(), number, extension: extension.to_owned() })
}

/// Area code at the beginning: 010 and 02x have three digits, all others four.
fn split_area(group: &str) -> Option<(&str, &str)> {
    let bytes = group.as_bytes();
    if bytes.first() != Some(&b'0') {
        return None;
    }
    let width = match bytes.get(1)? {
        b'1' | b'2' => 3,
        b'3'..=b'9' => 4,
        _ => return None,
    };
    (bytes.get(1) != Some(&b'1') || bytes.get(2) == Some(&b'0'))
        .then(|| group.split_at_checked(width))
        .flatten()
}

fn form(mobile: bool, landline: bool) -> Note {
    match (mobile, landline) {
        (true, false) => Note::new(
            "mobile.form",
            "不是11位手机号码，请核对",
            "not a mobile number of 11 digits; check the source",
        ),
        (false, true) => Note::new(
            "landline.form",
            "不是固定电话号码，请写成区号-号码，如0571-87654321",
            "not a landline number; write area code, hyphen, number",
        ),
        _ => Note::new("phone.form", "不是电话号码，请核对", "not a telephone number; check the source"),
    }
}

const REWRITTEN: Note = Note::new(
    "phone.rewritten",
    "已去除国家码、空格、分隔符或文字",
    "country code, spaces, separators or words removed",
);
const SEVERAL: Note = Note::new(
    "phone.several",
    "单元格内有多个号码，已取第一个",
    "the cell holds several numbers; the first was taken",
);
const NOT_FIRST: Note = Note::new(
    "phone.not_first",
    "单元格内有多个号码，已取第一个有效的",
    "the cell holds several numbers; the first readable one was taken",
);
const NO_AREA: Note = Note::new("landline.no_area_code", "缺少区号", "the area code is missing");
const PLACEHOLDER: Note =
    Note::new("phone.placeholder", "疑似占位号码，请核实", "looks like a placeholder; verify the number");

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Option<String> {
        parse(raw).into_value().map(|phone| phone.to_string())
    }

    /// Numbers of both kinds are found in every writing.
    #[test]
    fn reads_every_form() {
        for raw in [
            "13957112233",
            "+86 139 5711 2233",
            "+8613957112233",
            "0086-139-5711-2233",
            "８６１３９５７１１２２３３",
            "013957112233",
            "139-5711-2233",
            "13957112233/0571-87654321",
            "13957112233 0571-87654321",
            "13957112233、13957112234",
            "手机：13957112233",
            "13957112233（张三）",
            "13957112233.0",
        ] {
            assert_eq!(read(raw).as_deref(), Some("13957112233"), "{raw}");
        }
        for raw in [
            "0571-87654321",
            "057187654321",
            "(0571)87654321",
            "（0571） 8765 4321",
            "0571—87654321",
            "0571-8765-4321",
            "电话:0571-87654321",
        ] {
            assert_eq!(read(raw).as_deref(), Some("0571-87654321"), "{raw}");
        }
        for raw in ["0571-87654321-12", "0571-87654321转12", "0571-87654321 ext12"] {
            assert_eq!(read(raw).as_deref(), Some("0571-87654321-12"), "{raw}");
        }
        assert_eq!(read("010-62345678").as_deref(), Some("010-62345678"));
        assert_eq!(read("400-123-4567").as_deref(), Some("4001234567"));
        assert_eq!(read("87654321").as_deref(), Some("87654321"));
        assert_eq!(parse("13957112233/0571-87654321").notes()[0].code, "phone.several");
    }

    /// What is no number of the wanted kind is refused.
    #[test]
    fn refuses() {
        for raw in ["1395711223", "23957112233", "张三", "是", "110", "330106198503070018", "0571"] {
            assert_eq!(read(raw), None, "{raw}");
        }
        assert!(parse_mobile("0571-87654321").value().is_none());
        assert!(parse_landline("13957112233").value().is_none());
        assert!(contains_mobile("联系人13957112233") && !contains_mobile("139571122334"));
    }
}
