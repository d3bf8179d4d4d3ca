//! Texts that are standard values already, told without building anything.
//!
//! A table of a million rows is mostly right. [`is_plain`] answers from the bytes alone for the writings that are frequent; when
//! it says no, nothing is known yet and [`crate::value::standardise`] decides.

use std::fmt::Write;

use crate::kind::ValueKind;
use crate::note::Parsed;
use crate::{credit_code, date, phone, resident_id, text, traditional};

/// Whether standardising the text would find it valid and leave it as it is. `false` says nothing.
pub fn is_plain(kind: &ValueKind, raw: &str) -> bool {
    match kind {
        ValueKind::ResidentId => {
            raw.len() == 18 && matches!(resident_id::parse(raw), Parsed::Valid(id) if id.as_str() == raw)
        }
        ValueKind::CreditCode => {
            raw.len() == 18 && matches!(credit_code::parse(raw), Parsed::Valid(code) if code.as_str() == raw)
        }
        ValueKind::Date => raw.len() == 10 && date::is_iso(raw.as_bytes()),
        ValueKind::DateTime => is_datetime(raw),
        ValueKind::Mobile | ValueKind::Phone => phone::is_plain_mobile(raw),
        ValueKind::PersonName => is_name(raw),
        ValueKind::Address => is_address(raw),
        ValueKind::Text => is_text(raw),
        ValueKind::Integer | ValueKind::Decimal => is_small_integer(raw),
        ValueKind::Boolean => matches!(raw, "true" | "false"),
        ValueKind::Region
        | ValueKind::Code { .. }
        | ValueKind::Landline
        | ValueKind::EnterpriseName
        | ValueKind::Money => false,
    }
}

/// Writes what [`crate::mask::mask`] makes of a value, for the writings that are frequent. Gives `false`, with nothing written, when
/// the value is not one of them.
pub fn mask_plain(kind: &ValueKind, value: &str, to: &mut impl Write) -> bool {
    let mut parts = |parts: [Option<&str>; 3]| match parts {
        [Some(a), Some(b), Some(c)] => [a, b, c].iter().all(|part| to.write_str(part).is_ok()),
        _ => false,
    };
    match kind {
        ValueKind::ResidentId if value.len() == 18 => {
            let digits = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'X');
            digits && parts([value.get(..3), Some("*************"), value.get(16..)])
        }
        ValueKind::Mobile | ValueKind::Phone if phone::is_plain_mobile(value) => {
            parts([value.get(..3), Some("****"), value.get(7..)])
        }
        ValueKind::PersonName if is_name(value) => {
            // Each of these characters has three bytes.
            let hidden = (value.len() / 3 - 1).clamp(1, 3);
            parts([value.get(..3), "***".get(..hidden), Some("")])
        }
        ValueKind::Date if date::is_iso(value.as_bytes()) => {
            parts([value.get(..4), Some("-**-**"), Some("")])
        }
        _ => false,
    }
}

/// `2024-01-05T08:30:00`
fn is_datetime(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    let two = |at: usize, below: u8| match (bytes.get(at), bytes.get(at + 1)) {
        (Some(tens @ b'0'..=b'9'), Some(ones @ b'0'..=b'9')) => (tens - b'0') * 10 + (ones - b'0') < below,
        _ => false,
    };
    bytes.len() == 19
        && bytes.get(..10).is_some_and(date::is_iso)
        && [(10, b'T'), (13, b':'), (16, b':')].iter().all(|(at, sign)| bytes.get(*at) == Some(sign))
        && two(11, 24)
        && two(14, 60)
        && two(17, 60)
}

/// Two to fifteen of the common Chinese characters, none of them traditional, and no word for "not known".
fn is_name(raw: &str) -> bool {
    (6..=45).contains(&raw.len())
        && raw.chars().all(|c| matches!(c, '\u{4E00}'..='\u{9FFF}'))
        && !traditional::contains(raw)
        && !text::is_missing(raw)
}

/// Chinese characters, digits and capital letters without a space.
fn is_address(raw: &str) -> bool {
    raw.len() > 18
        && raw.chars().all(|c| matches!(c, '\u{4E00}'..='\u{9FFF}' | '0'..='9' | 'A'..='Z' | '-'))
        && raw.chars().any(|c| matches!(c, '\u{4E00}'..='\u{9FFF}'))
}

/// The same without a hyphen at the ends; short words may stand for "not known".
fn is_text(raw: &str) -> bool {
    let plain = |c: char| matches!(c, '\u{4E00}'..='\u{9FFF}' | '0'..='9' | 'A'..='Z' | 'a'..='z');
    !raw.is_empty() && raw.chars().all(plain) && (raw.len() > 18 || !text::is_missing(raw))
}

/// Up to fifteen digits, without a sign or a zero in front.
fn is_small_integer(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    bytes == b"0"
        || ((1..=15).contains(&bytes.len())
            && bytes.first() != Some(&b'0')
            && bytes.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kind::CodeSetId;
    use crate::value::{Status, standardise};

    const KINDS: [ValueKind; 16] = [
        ValueKind::ResidentId,
        ValueKind::CreditCode,
        ValueKind::Region,
        ValueKind::Code { set: CodeSetId::Sex },
        ValueKind::Date,
        ValueKind::DateTime,
        ValueKind::Mobile,
        ValueKind::Landline,
        ValueKind::Phone,
        ValueKind::PersonName,
        ValueKind::EnterpriseName,
        ValueKind::Money,
        ValueKind::Integer,
        ValueKind::Decimal,
        ValueKind::Address,
        ValueKind::Text,
    ];

    fn agrees(kind: &ValueKind, raw: &str) -> Result<(), TestCaseError> {
        let mut masked = String::new();
        if mask_plain(kind, raw, &mut masked) {
            prop_assert_eq!(&masked, &crate::mask::mask(kind, raw), "{:?} {}", kind, raw);
        } else {
            prop_assert!(masked.is_empty());
        }
        if is_plain(kind, raw) {
            let outcome = standardise(kind, raw);
            prop_assert_eq!(outcome.status, Status::Valid, "{:?} {}", kind, raw);
            prop_assert_eq!(outcome.value.as_deref(), Some(raw), "{:?} {}", kind, raw);
        }
        Ok(())
    }

    proptest! {
        /// Whatever is called plain would have come out valid and unchanged: texts near to real values of every kind.
        #[test]
        fn plain_is_valid_and_unchanged(
            raw in prop_oneof![
                "[0-9]{17}[0-9X]", "[0-9A-Z]{18}", "1[0-9]{10}", "[12][0-9]{3}-[01][0-9]-[0-3][0-9]",
                "[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]",
                "[张王李無不详未填暂无空知值写數据来來岁国·]{1,6}", "[浙江杭州市西湖区 0-9A-Z-]{1,24}",
                "-?[0-9]{1,18}(\\.[0-9]{1,3})?", "\\PC{0,12}",
                Just("true".to_owned()), Just("NULL".to_owned()), Just("na".to_owned()), Just("none".to_owned()),
            ],
        ) {
            for kind in &KINDS {
                agrees(kind, &raw)?;
            }
            agrees(&ValueKind::Boolean, &raw)?;
        }

        /// Mobile numbers, also those that look like placeholders.
        #[test]
        fn mobiles(prefix in 130_u32..200, tail in prop_oneof![Just(0_u32), Just(138_000), Just(1_380_000), 0_u32..100_000_000]) {
            agrees(&ValueKind::Mobile, &format!("{prefix}{tail:08}"))?;
        }
    }

    /// The frequent writings are told at once; otherwise the short cut would be worth nothing.
    #[test]
    fn tells_frequent_writings() {
        for (kind, raw) in [
            (ValueKind::ResidentId, "330106198503070018"),
            (ValueKind::Date, "2024-01-05"),
            (ValueKind::DateTime, "2024-01-05T08:30:00"),
            (ValueKind::Mobile, "13957112233"),
            (ValueKind::PersonName, "欧阳娜娜"),
            (ValueKind::Address, "云澜县城关镇和平路12号3幢2单元401室"),
            (ValueKind::Text, "低保"),
            (ValueKind::Integer, "42"),
        ] {
            assert!(
                standardise(&kind, raw).status != Status::Valid || is_plain(&kind, raw),
                "{kind:?} {raw}"
            );
        }
    }
}
