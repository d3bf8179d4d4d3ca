//! Amounts of money 金额, exact.
//!
//! The standard form is the plain decimal number of yuan (`500000`, `1234.5`); another currency stands before it (`USD 100000`).

mod capitals;

use std::fmt;

use rust_decimal::Decimal;

use crate::note::{Note, Parsed};
use crate::text;

/// An amount in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: &'static str,
}

impl Money {
    /// The amount in whole units of the currency, without trailing zeros.
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// ISO 4217 code, `CNY` for yuan.
    pub const fn currency(&self) -> &'static str {
        self.currency
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.currency {
            "CNY" => write!(f, "{}", self.amount),
            other => write!(f, "{other} {}", self.amount),
        }
    }
}

/// Words for currencies, longer ones first where one contains another.
const CURRENCIES: &[(&str, &str)] = &[
    ("人民币", "CNY"),
    ("RMB", "CNY"),
    ("CNY", "CNY"),
    ("HK$", "HKD"),
    ("US$", "USD"),
    ("¥", "CNY"),
    ("￥", "CNY"),
    ("美元", "USD"),
    ("美金", "USD"),
    ("USD", "USD"),
    ("港元", "HKD"),
    ("港币", "HKD"),
    ("HKD", "HKD"),
    ("欧元", "EUR"),
    ("EUR", "EUR"),
    ("€", "EUR"),
    ("日元", "JPY"),
    ("JPY", "JPY"),
    ("英镑", "GBP"),
    ("GBP", "GBP"),
    ("£", "GBP"),
    ("韩元", "KRW"),
    ("KRW", "KRW"),
    ("新台币", "TWD"),
    ("台币", "TWD"),
    ("TWD", "TWD"),
    ("澳门元", "MOP"),
    ("MOP", "MOP"),
    ("加元", "CAD"),
    ("CAD", "CAD"),
    ("澳元", "AUD"),
    ("AUD", "AUD"),
    ("新加坡元", "SGD"),
    ("SGD", "SGD"),
    ("瑞士法郎", "CHF"),
    ("CHF", "CHF"),
    ("卢布", "RUB"),
    ("RUB", "RUB"),
    ("$", "USD"),
];

/// Reads an amount.
///
/// Valid: a plain decimal number of yuan. Repaired: thousands separators, `￥`, 元, 万元, 亿元, other currencies, Chinese capitals
/// (`人民币伍拾万元整`), brackets for a negative amount. Invalid: more than one number, letters, more than 28 digits.
pub fn parse(raw: &str) -> Parsed<Money> {
    let folded = text::fold_width(text::trim(raw));
    let clean = text::without_spaces(&folded).trim_matches('\'').to_uppercase();
    if clean.is_empty() || clean.chars().count() > 80 {
        return Parsed::invalid(FORM);
    }
    let (currency, rest) = currency(&clean);
    let Some(rest) = rest else {
        return Parsed::invalid(TWO_CURRENCIES);
    };
    let Some(amount) = number(&rest).or_else(|| capitals::parse(&rest)) else {
        return Parsed::invalid(FORM);
    };
    let money = Money { amount: amount.normalize(), currency };
    let mut notes = Vec::new();
    let standard = money.to_string();
    if standard != raw {
        // 500000.00 and 500000 are the same writing of one number.
        let same_number = currency == "CNY" && raw.parse::<Decimal>().is_ok();
        notes.push(if rest.contains(['万', '亿', '千', '百']) {
            UNIT
        } else if same_number {
            TRAILING
        } else {
            REWRITTEN
        });
    }
    if currency != "CNY" {
        notes.push(FOREIGN);
    }
    if amount.is_sign_negative() && !amount.is_zero() {
        notes.push(NEGATIVE);
    }
    Parsed::from_notes(money, notes)
}

/// The currency (yuan when none is named) and the text without its words; `None` for the text when two are named.
fn currency(clean: &str) -> (&'static str, Option<String>) {
    let mut rest = clean.to_owned();
    if rest.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',') {
        return ("CNY", Some(rest));
    }
    let mut found = None;
    for (word, code) in CURRENCIES {
        if !rest.contains(word) {
            continue;
        }
        if found.is_some_and(|other| other != *code) {
            return ("CNY", None);
        }
        found = Some(*code);
        rest = rest.replacen(word, "", 1);
    }
    (found.unwrap_or("CNY"), Some(rest))
}

/// Digits with separators, then units: `1,234.50万元`.
fn number(rest: &str) -> Option<Decimal> {
    let (negative, rest) = match rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        // (500.00) is how accountants write minus; (万元) is a unit in brackets.
        Some(inner) if inner.starts_with(|c: char| c.is_ascii_digit()) => (true, inner),
        _ => (false, rest),
    };
    let split =
        rest.find(|c: char| !matches!(c, '0'..='9' | '.' | ',' | '+' | '-' | '\'')).unwrap_or(rest.len());
    let (digits, unit) = rest.split_at(split);
    let body = digits.trim_start_matches(['+', '-']);
    if body.contains(['+', '-']) || digits.len() - body.len() > 1 || !separators_fit(body) {
        return None;
    }
    let plain: String = digits.chars().filter(|c| !matches!(c, ',' | '\'')).collect();
    let value: Decimal = plain.parse().ok()?;
    let unit = unit
        .trim_matches(['(', ')'])
        .trim_end_matches('整')
        .trim_end_matches('正')
        .trim_end_matches(['元', '圆']);
    let factor = factor(unit)?;
    let value = value.checked_mul(factor)?;
    Some(if negative { -value } else { value })
}

fn factor(unit: &str) -> Option<Decimal> {
    Some(Decimal::from(match unit {
        "" => 1_i64,
        "百" => 100,
        "千" => 1_000,
        "万" => 10_000,
        "十万" => 100_000,
        "百万" => 1_000_000,
        "千万" => 10_000_000,
        "亿" | "万万" => 100_000_000,
        "十亿" => 1_000_000_000,
        "百亿" => 10_000_000_000,
        "千亿" => 100_000_000_000,
        "万亿" => 1_000_000_000_000,
        _ => return None,
    }))
}

/// Commas only between groups of three (1,234,567) or of four (123,4567), none behind the point: `1,5` is not guessed at.
fn separators_fit(body: &str) -> bool {
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    if fraction.contains([',', '\'', '.']) || body.is_empty() {
        return false;
    }
    let mut groups = whole.split([',', '\'']);
    let first = groups.next().unwrap_or_default();
    let widths: Vec<usize> = groups.map(str::len).collect();
    match widths.first() {
        None => true,
        Some(&width) => {
            (width == 3 || width == 4)
                && widths.iter().all(|w| *w == width)
                && (1..=width).contains(&first.len())
        }
    }
}

const FORM: Note = Note::new(
    "money.form",
    "无法识别金额，请填写数字（元），如500000.00",
    "not recognised as an amount; write a number of yuan like 500000.00",
);
const TWO_CURRENCIES: Note = Note::new(
    "money.currencies",
    "金额中有多个币种，请核对",
    "the amount names more than one currency; check the source",
);
const UNIT: Note = Note::new("money.unit", "已由万元、亿元等换算为元", "brought to yuan from a larger unit");
const TRAILING: Note = Note::new("money.trailing", "已去除多余的零", "superfluous zeros removed");
const REWRITTEN: Note = Note::new(
    "money.rewritten",
    "已去除千分位、货币符号或单位，或由大写换算",
    "separators, signs or units removed, or read from Chinese capitals",
);
const FOREIGN: Note =
    Note::new("money.foreign", "外币金额，未折算人民币", "a foreign currency, not converted to yuan");
const NEGATIVE: Note = Note::new("money.negative", "金额为负，请留意", "the amount is negative");

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Option<String> {
        parse(raw).into_value().map(|money| money.to_string())
    }

    /// Half a million is half a million, however it is written.
    #[test]
    fn reads_every_form() {
        for raw in [
            "500000",
            "500000.00",
            "500,000",
            "500,000.00元",
            "￥500,000",
            "¥500000.0",
            "50万",
            "50万元",
            "50.0000万元",
            "50 万 元",
            "人民币50万元",
            "50万人民币",
            "５０万元",
            "人民币伍拾万元整",
            "伍拾万圆整",
            "五十万元",
            "0.005亿元",
            "50万元人民币",
            "RMB500000",
            "50(万元)",
            "50万元整",
            "50,0000",
        ] {
            assert_eq!(read(raw).as_deref(), Some("500000"), "{raw}");
        }
        assert_eq!(read("10万美元").as_deref(), Some("USD 100000"));
        assert_eq!(read("USD 100,000").as_deref(), Some("USD 100000"));
        assert_eq!(read("(500.50)").as_deref(), Some("-500.5"));
        assert_eq!(read("1.1亿").as_deref(), Some("110000000"));
        assert_eq!(read("壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分").as_deref(), Some("1234567.89"));
        assert!(matches!(parse("1234.5"), Parsed::Valid(_)));
    }

    /// What is not one amount is refused.
    #[test]
    fn refuses() {
        for raw in [
            "是",
            "1320m2",
            "50-100万元",
            "1,5",
            "1.2.3",
            "50万美元人民币",
            "元",
            "万元",
            "12345678901234567890123456789012",
            "--5",
            "99995㎡",
        ] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }
}
