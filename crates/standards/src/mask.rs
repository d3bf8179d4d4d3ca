//! Masking 脱敏: what may be seen of a value by who may not see it all.
//!
//! | kind | seen | example |
//! |---|---|---|
//! | identity number | first 3, last 2 of 18 or 15 characters | `330*************18` |
//! | credit code | first 4, last 4 of 18 | `9133**********012X` |
//! | mobile | first 3, last 4 of 11 | `139****2233` |
//! | landline | area code, last 2 | `0571-******21` |
//! | personal name | first character | `张**` |
//! | enterprise name | first 2 and last 2 of at least 8 characters, otherwise the first | `杭州****公司` |
//! | region | the city | `3301**` |
//! | address | down to the county, when it can be told | `浙江省杭州市西湖区****` |
//! | date, date and time | the year | `1985-**-**` |
//! | anything else | nothing | `****` |
//!
//! A text that is not of the shape of its kind is hidden whole: a telephone number in the column of names must not show its first digits.

use chrono::Datelike;

use crate::kind::ValueKind;
use crate::{date, enterprise_name, person_name, phone, region, text};

/// What stands for a value of which nothing may be seen; the same for all, so that not even the length is told.
const HIDDEN: &str = "****";

/// Masks a value by the rule of its kind. An empty text stays empty.
pub fn mask(kind: &ValueKind, value: &str) -> String {
    let value = text::trim(value);
    if value.is_empty() {
        return String::new();
    }
    let shown = match kind {
        ValueKind::ResidentId => identity(value),
        ValueKind::CreditCode => ends(value, &[18], 4, 4, |c| c.is_ascii_alphanumeric()),
        ValueKind::Mobile => mobile(value),
        ValueKind::Landline => landline(value),
        ValueKind::Phone => mobile(value).or_else(|| landline(value)),
        ValueKind::PersonName => name(value),
        ValueKind::EnterpriseName => enterprise(value),
        ValueKind::Region => region_code(value),
        ValueKind::Address => address(value),
        ValueKind::Date => date::parse(value).into_value().map(|date| format!("{:04}-**-**", date.year())),
        ValueKind::DateTime => {
            date::parse_datetime(value).into_value().map(|at| format!("{:04}-**-**T**:**:**", at.year()))
        }
        ValueKind::Code { .. }
        | ValueKind::Money
        | ValueKind::Integer
        | ValueKind::Decimal
        | ValueKind::Text
        | ValueKind::Boolean => None,
    };
    shown.unwrap_or_else(|| HIDDEN.to_owned())
}

/// Whether a text is of the form that [`mask`] gives to values of this kind, and so shows no more of a value than the rule
/// allows. For whoever passes on what somebody else has masked.
pub fn is_masked(kind: &ValueKind, shown: &str) -> bool {
    if shown == HIDDEN {
        return true;
    }
    let characters: Vec<char> = shown.chars().collect();
    let stars = |part: &[char]| part.iter().all(|c| *c == '*');
    let digits = |part: &[char]| part.iter().all(char::is_ascii_digit);
    match kind {
        ValueKind::ResidentId => {
            let seen = |c: char| c.is_ascii_digit() || matches!(c, 'X' | 'x');
            matches_ends(&characters, &[15, 18], 3, 2, seen)
        }
        ValueKind::CreditCode => matches_ends(&characters, &[18], 4, 4, |c| c.is_ascii_alphanumeric()),
        ValueKind::Mobile => matches_ends(&characters, &[11], 3, 4, |c| c.is_ascii_digit()),
        ValueKind::Landline => is_masked_landline(shown),
        ValueKind::Phone => is_masked(&ValueKind::Mobile, shown) || is_masked_landline(shown),
        ValueKind::PersonName => match characters[..] {
            [first, ref rest @ ..] => first.is_alphabetic() && (1..=3).contains(&rest.len()) && stars(rest),
            [] => false,
        },
        ValueKind::EnterpriseName => match characters[..] {
            [_, ref rest @ ..] if rest.len() == 4 => stars(rest),
            [_, _, ref rest @ .., _, _] if rest.len() == 4 => stars(rest),
            _ => false,
        },
        ValueKind::Region => {
            matches!(characters[..], [ref city @ .., '*', '*'] if city.len() == 4 && digits(city))
        }
        ValueKind::Address => shown.strip_suffix(HIDDEN).is_some_and(|county| {
            let code = region::parse(county).into_value();
            code.and_then(|code| region::full_name(code.county_code())).is_some_and(|full| full == county)
        }),
        ValueKind::Date => is_masked_date(&characters, "-**-**"),
        ValueKind::DateTime => is_masked_date(&characters, "-**-**T**:**:**"),
        ValueKind::Code { .. }
        | ValueKind::Money
        | ValueKind::Integer
        | ValueKind::Decimal
        | ValueKind::Text
        | ValueKind::Boolean => false,
    }
}

fn matches_ends(
    shown: &[char],
    lengths: &[usize],
    first: usize,
    last: usize,
    fits: impl Fn(char) -> bool,
) -> bool {
    let seen = |place: usize| place < first || place + last >= shown.len();
    let right = |(place, c): (usize, &char)| if seen(place) { fits(*c) } else { *c == '*' };
    lengths.contains(&shown.len()) && shown.iter().enumerate().all(right)
}

fn is_masked_landline(shown: &str) -> bool {
    let (area, number) = shown.split_once('-').unwrap_or(("", shown));
    let last = number.trim_start_matches('*');
    let two = last.len() == 2 && last.bytes().all(|c| c.is_ascii_digit()) && number.len() > 2;
    two && area.len() <= 4 && area.bytes().all(|c| c.is_ascii_digit())
}

fn is_masked_date(shown: &[char], hidden: &str) -> bool {
    let (year, rest) = shown.split_at(shown.len().min(4));
    year.len() == 4 && year.iter().all(char::is_ascii_digit) && rest.iter().copied().eq(hidden.chars())
}

/// First and last characters of a text that has one of these lengths and only these characters.
fn ends(
    value: &str,
    lengths: &[usize],
    first: usize,
    last: usize,
    fits: impl Fn(char) -> bool,
) -> Option<String> {
    let count = value.chars().count();
    if !lengths.contains(&count) || !value.chars().all(fits) {
        return None;
    }
    let seen = |place: usize| place < first || place + last >= count;
    Some(value.chars().enumerate().map(|(place, c)| if seen(place) { c } else { '*' }).collect())
}

fn identity(value: &str) -> Option<String> {
    ends(value, &[15, 18], 3, 2, |c| c.is_ascii_digit() || matches!(c, 'X' | 'x'))
}

fn mobile(value: &str) -> Option<String> {
    let number = phone::parse_mobile(value).into_value()?.to_string();
    ends(&number, &[11], 3, 4, |c| c.is_ascii_digit())
}

fn landline(value: &str) -> Option<String> {
    let phone::Phone::Landline { area, number, .. } = phone::parse_landline(value).into_value()? else {
        return None;
    };
    let hidden = number.len().checked_sub(2)?;
    let dash = if area.is_empty() { "" } else { "-" };
    Some(format!("{area}{dash}{}{}", "*".repeat(hidden), number.get(hidden..)?))
}

fn name(value: &str) -> Option<String> {
    // Only what can be read as a name has a first character that may be seen; a lost character (王?) does no harm.
    let readable = value.replace(['?', '？', '□', '■', '*'], "某");
    let name = person_name::parse(&readable).into_value()?;
    let mut characters = name.chars();
    let first = characters.next().filter(|c| c.is_alphabetic())?;
    Some(format!("{first}{}", "*".repeat(characters.count().clamp(1, 3))))
}

fn enterprise(value: &str) -> Option<String> {
    if phone::contains_mobile(value) {
        return None;
    }
    let name = enterprise_name::parse(value).into_value()?;
    let characters: Vec<char> = name.as_str().chars().collect();
    // A run of digits is more likely a number in the wrong column than part of a name.
    if characters.iter().filter(|c| c.is_numeric()).count() > 4 {
        return None;
    }
    match characters[..] {
        [a, b, .., y, z] if characters.len() >= 8 => Some(format!("{a}{b}****{y}{z}")),
        [a, ..] => Some(format!("{a}****")),
        [] => None,
    }
}

fn region_code(value: &str) -> Option<String> {
    let code = region::parse(value).into_value()?;
    Some(format!("{:04}**", code.county_code() / 100))
}

fn address(value: &str) -> Option<String> {
    let code = region::parse(value).into_value().filter(|_| value.chars().any(text::is_han))?;
    Some(format!("{}****", region::full_name(code.county_code())?))
}
