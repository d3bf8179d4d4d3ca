//! Plain numbers 整数、小数 and yes-or-no values 是否.

use rust_decimal::Decimal;

use crate::note::{Note, Parsed};
use crate::text;

/// Units that are dropped from the end of a number, with a note; larger units are multiplied in.
const UNITS: &[&str] = &[
    "平方米",
    "平米",
    "公顷",
    "㎡",
    "M2",
    "M²",
    "人次",
    "人",
    "户",
    "周岁",
    "岁",
    "个",
    "名",
    "亩",
    "元",
    "年",
    "个月",
    "月",
    "天",
    "次",
    "件",
    "台",
    "辆",
    "套",
    "家",
    "分",
    "%",
];

/// Reads a decimal number: thousands separators, width and a unit at the end are repaired.
pub fn parse_decimal(raw: &str) -> Parsed<Decimal> {
    let folded = text::fold_width(text::trim(raw));
    let clean = text::without_spaces(&folded).trim_matches('\'').to_uppercase();
    if clean.is_empty() || clean.len() > 64 {
        return Parsed::invalid(FORM);
    }
    let mut notes = Vec::new();
    let mut body = clean.as_str();
    if let Some(shorter) =
        UNITS.iter().filter_map(|unit| body.strip_suffix(unit)).min_by_key(|rest| rest.len())
    {
        notes.push(UNIT);
        body = shorter;
    }
    let mut factor = Decimal::ONE;
    for (unit, times) in [('万', 10_000_i64), ('亿', 100_000_000)] {
        if let Some(shorter) = body.strip_suffix(unit) {
            (body, factor) = (shorter, Decimal::from(times));
            notes.push(SCALED);
            break;
        }
    }
    let Some(value) = plain(body).and_then(|value| value.checked_mul(factor)) else {
        return Parsed::invalid(FORM);
    };
    let value = value.normalize();
    if notes.is_empty() && value.to_string() != raw {
        notes.push(REWRITTEN);
    }
    Parsed::from_notes(value, notes)
}

/// Reads a whole number; `5.0` is five, `5.5` is invalid.
pub fn parse_integer(raw: &str) -> Parsed<i64> {
    match parse_decimal(raw) {
        Parsed::Invalid(_) => Parsed::invalid(INTEGER),
        number => match number.value().filter(|n| n.is_integer()).and_then(|n| i64::try_from(*n).ok()) {
            Some(whole) => number.map(|_| whole),
            None => Parsed::invalid(INTEGER),
        },
    }
}

/// Reads yes or no.
pub fn parse_boolean(raw: &str) -> Parsed<bool> {
    let folded = text::fold_width(text::trim(raw));
    let clean = folded.trim();
    let value = match clean {
        "true" | "1" | "是" | "有" | "√" | "✓" | "✔" | "对" | "是的" | "已" | "1.0" | "on" => {
            true
        }
        "false" | "0" | "否" | "无" | "没有" | "×" | "✗" | "不是" | "非" | "未" | "0.0" | "off" | "不" => {
            false
        }
        other if ["true", "y", "yes", "t"].iter().any(|word| other.eq_ignore_ascii_case(word)) => true,
        other if ["false", "n", "no", "f"].iter().any(|word| other.eq_ignore_ascii_case(word)) => false,
        _ => {
            return Parsed::invalid(Note::new(
                "boolean.form",
                "无法识别是否，请填写“是”或“否”",
                "neither yes nor no; write 是 or 否",
            ));
        }
    };
    if matches!(raw, "true" | "false") {
        Parsed::Valid(value)
    } else {
        Parsed::Repaired(
            value,
            vec![Note::new("boolean.rewritten", "已统一为true或false", "rewritten as true or false")],
        )
    }
}

fn plain(body: &str) -> Option<Decimal> {
    let digits = body.strip_prefix(['+', '-']).unwrap_or(body);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1
        || (groups.iter().skip(1).all(|g| g.len() == 3)
            && groups.first().is_some_and(|g| (1..=3).contains(&g.len())));
    let numeric = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !grouped || !numeric(fraction) || !groups.iter().all(|g| numeric(g)) || whole.is_empty() {
        return None;
    }
    let sign = if body.starts_with('-') { "-" } else { "" };
    [sign, &groups.concat(), if fraction.is_empty() { "" } else { "." }, fraction].concat().parse().ok()
}

const FORM: Note = Note::new("number.form", "不是数字，请核对", "not a number; check the source");
const INTEGER: Note = Note::new("integer.form", "不是整数，请核对", "not a whole number; check the source");
const UNIT: Note = Note::new(
    "number.unit_dropped",
    "已去除数字后的单位，请确认该列单位一致",
    "the unit behind the number was dropped; make sure the column has one unit",
);
const SCALED: Note = Note::new("number.scaled", "已由万、亿换算", "multiplied out from 万 or 亿");
const REWRITTEN: Note = Note::new("number.rewritten", "已统一数字写法", "rewritten as a plain number");

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of real tables are read, with the unit told.
    #[test]
    fn reads_numbers() {
        let read = |raw: &str| parse_decimal(raw).into_value().map(|n| n.to_string());
        for (raw, value) in [
            ("1320m2", "1320"),
            ("60000", "60000"),
            ("99995㎡", "99995"),
            ("1,234.50", "1234.5"),
            ("3万人", "30000"),
            ("－5", "-5"),
            ("85%", "85"),
        ] {
            assert_eq!(read(raw).as_deref(), Some(value), "{raw}");
        }
        for raw in ["", "是", "1,23", "1-2", "1e5", "m2", "1.2.3"] {
            assert_eq!(read(raw), None, "{raw}");
        }
        assert_eq!(parse_integer("5.0").into_value(), Some(5));
        assert_eq!(parse_integer("5.5").into_value(), None);
        assert_eq!(parse_integer("99999999999999999999").into_value(), None);
    }

    /// Yes and no are read in every writing, and 是 may be mixed with 0.
    #[test]
    fn reads_booleans() {
        assert!(
            ["是", "1", "Y", "有", "√", "TRUE"]
                .iter()
                .all(|raw| parse_boolean(raw).into_value() == Some(true))
        );
        assert!(
            ["否", "0", "n", "无", "×", "False"]
                .iter()
                .all(|raw| parse_boolean(raw).into_value() == Some(false))
        );
        assert_eq!(parse_boolean("2").into_value(), None);
    }
}
