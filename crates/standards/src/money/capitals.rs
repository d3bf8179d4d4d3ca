//! Amounts in Chinese numerals, plain and in the capitals of cheques 大写金额: 人民币伍拾万元整, 一百二十万元, 叁角伍分.

use rust_decimal::Decimal;

use crate::date::chinese_digit;

/// The amount in yuan; `None` when the text is not such an amount.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    let text = text.trim_end_matches(['整', '正']);
    let (whole, fraction) = match text.find(['元', '圆', '圓']) {
        Some(at) => {
            let unit = text.get(at..)?.chars().next()?;
            (text.get(..at)?, text.get(at + unit.len_utf8()..)?)
        }
        // Without 元 the text is all fraction (叁角) or all whole (伍拾万).
        None if text.contains(['角', '分']) => ("", text),
        None => (text, ""),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { integer(whole)? };
    Decimal::from(whole).checked_add(Decimal::new(cents(fraction)?, 2))
}

/// Whole numbers up to 万亿.
fn integer(text: &str) -> Option<i64> {
    let mut total = 0_i64;
    let mut section = 0_i64;
    let mut digit: Option<i64> = None;
    for c in text.chars() {
        let small = match c {
            '十' | '拾' => Some(10),
            '百' | '佰' => Some(100),
            '千' | '仟' => Some(1_000),
            _ => None,
        };
        if let Some(unit) = small {
            // 十五 is fifteen: a ten without a digit counts once; 百 and 千 need one.
            let count = match digit.take() {
                Some(count) => count,
                None if unit == 10 && section == 0 => 1,
                None => return None,
            };
            section = section.checked_add(count.checked_mul(unit)?)?;
        } else if matches!(c, '万' | '萬' | '亿' | '億') {
            section = section.checked_add(digit.take().unwrap_or_default())?;
            let unit = if matches!(c, '万' | '萬') { 10_000 } else { 100_000_000 };
            if section == 0 && total == 0 {
                return None;
            }
            if unit == 100_000_000 {
                // 万亿: what was counted in 万 so far is raised as well.
                total = total.checked_add(section)?.checked_mul(unit)?;
            } else {
                total = total.checked_add(section.checked_mul(unit)?)?;
            }
            section = 0;
        } else {
            let value = i64::from(chinese_digit(c).filter(|_| !c.is_ascii())?);
            if digit.is_some_and(|before| before != 0) {
                return None;
            }
            digit = Some(value);
        }
    }
    total.checked_add(section)?.checked_add(digit.unwrap_or_default())
}

/// 角 and 分 in hundredths.
fn cents(text: &str) -> Option<i64> {
    let mut sum = 0_i64;
    let mut digit = None;
    for c in text.chars() {
        match c {
            '角' | '毛' => sum += digit.take()? * 10,
            '分' => sum += digit.take()?,
            _ => {
                digit = Some(i64::from(chinese_digit(c)?)).filter(|_| digit.is_none_or(|before| before == 0))
            }
        }
    }
    // 零 may stand alone at the end, another numeral without its unit may not.
    (digit.unwrap_or_default() == 0 && sum < 100).then_some(sum)
}
