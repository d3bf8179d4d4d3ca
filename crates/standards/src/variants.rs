//! The texts under which departments store a standard value in a key column.

use chrono::Datelike;

use crate::kind::{CodeSetId, ValueKind};
use crate::{codes, date, person_name, phone, region, resident_id};

/// No index is asked more often than this for one value.
const MOST: usize = 8;

/// The variants of a standard value: the value itself first, no text twice, at most eight.
pub fn key_variants(kind: &ValueKind, standard: &str) -> Vec<String> {
    let mut all = vec![standard.to_owned()];
    more(kind, standard, &mut all);
    let mut seen: Vec<String> = Vec::with_capacity(MOST);
    for text in all {
        if seen.len() < MOST && !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}

fn more(kind: &ValueKind, standard: &str, all: &mut Vec<String>) {
    match kind {
        ValueKind::ResidentId => {
            if standard.ends_with('X') {
                all.push(standard.to_ascii_lowercase());
            }
            all.extend(resident_id::parse(standard).into_value().and_then(|id| id.fifteen()));
        }
        ValueKind::CreditCode => all.push(standard.to_ascii_lowercase()),
        ValueKind::Region => regions(standard, all),
        ValueKind::Code { set } => code(set, standard, all),
        ValueKind::Date => dates(standard, all),
        ValueKind::DateTime => {
            all.push(standard.replace('T', " "));
            all.push(standard.chars().filter(char::is_ascii_digit).take(14).collect());
            all.push(standard.replace('T', " ").replace('-', "/"));
        }
        ValueKind::Mobile | ValueKind::Landline | ValueKind::Phone => phones(standard, all),
        ValueKind::PersonName => names(standard, all),
        ValueKind::EnterpriseName => {
            all.push(standard.replace('（', "(").replace('）', ")"));
            all.push(standard.replace('（', "【").replace('）', "】"));
        }
        ValueKind::Money | ValueKind::Decimal => {
            if !standard.contains('.') {
                all.push(format!("{standard}.00"));
                all.push(format!("{standard}.0"));
            } else if standard.bytes().rev().position(|b| b == b'.') == Some(1) {
                all.push(format!("{standard}0"));
            }
        }
        ValueKind::Integer => all.push(format!("{standard}.0")),
        ValueKind::Boolean => {
            let words: &[&str] = if standard == "true" {
                &["1", "是", "Y", "有", "T", "yes"]
            } else {
                &["0", "否", "N", "无", "F", "no"]
            };
            all.extend(words.iter().map(|word| (*word).to_owned()));
        }
        ValueKind::Address | ValueKind::Text => {}
    }
}

fn regions(standard: &str, all: &mut Vec<String>) {
    if !standard.bytes().all(|b| b.is_ascii_digit()) || standard.len() > 12 {
        return;
    }
    all.push(format!("{standard:0<12}"));
    if standard.len() <= 9 {
        all.push(format!("{standard:0<9}"));
    }
    if let Some(code) = region::parse(standard).into_value().filter(|_| standard.len() == 6) {
        match code.level() {
            region::Level::Province => all.extend(standard.get(..2).map(str::to_owned)),
            region::Level::City => all.extend(standard.get(..4).map(str::to_owned)),
            _ => {}
        }
        all.extend(region::full_name(code.county_code()));
    }
}

fn code(set: &CodeSetId, standard: &str, all: &mut Vec<String>) {
    let bare = standard.trim_start_matches('0');
    if !bare.is_empty() {
        all.push(bare.to_owned());
    }
    if let Some(entry) = codes::builtin(set).and_then(|set| set.get(standard)) {
        all.push(entry.zh.clone());
        match set {
            CodeSetId::Sex => all.extend(entry.zh.strip_suffix('性').map(str::to_owned)),
            CodeSetId::EthnicGroup => {
                all.extend(entry.zh.strip_suffix('族').filter(|short| !short.is_empty()).map(str::to_owned))
            }
            _ => {}
        }
    }
    if set == &CodeSetId::Sex {
        all.push(format!("0{standard}"));
        all.extend(match standard {
            "1" => Some("M".to_owned()),
            "2" => Some("F".to_owned()),
            _ => None,
        });
    }
}

fn dates(standard: &str, all: &mut Vec<String>) {
    let Some(day) = date::parse(standard).into_value() else { return };
    let (y, m, d) = (day.year(), day.month(), day.day());
    all.push(format!("{y:04}{m:02}{d:02}"));
    all.push(format!("{y:04}/{m:02}/{d:02}"));
    all.push(format!("{y:04}-{m:02}-{d:02} 00:00:00"));
    all.push(format!("{y}/{m}/{d}"));
    all.push(format!("{y}-{m}-{d}"));
    all.push(format!("{y}年{m}月{d}日"));
    all.push(format!("{y:04}.{m:02}.{d:02}"));
}

fn phones(standard: &str, all: &mut Vec<String>) {
    match phone::parse(standard).into_value() {
        Some(phone::Phone::Mobile(digits)) => {
            all.push(format!("+86{digits}"));
            all.push(format!("86{digits}"));
            all.push(format!("0{digits}"));
            if let (Some(a), Some(b), Some(c)) = (digits.get(..3), digits.get(3..7), digits.get(7..)) {
                all.push(format!("{a}-{b}-{c}"));
                all.push(format!("{a} {b} {c}"));
            }
        }
        Some(phone::Phone::Landline { area, number, extension })
            if extension.is_empty() && !area.is_empty() =>
        {
            all.push(format!("{area}{number}"));
            all.push(format!("({area}){number}"));
            all.push(format!("（{area}）{number}"));
            all.push(format!("{area} {number}"));
            all.push(number);
        }
        _ => {}
    }
}

fn names(standard: &str, all: &mut Vec<String>) {
    if standard.contains(person_name::SEPARATOR) {
        let others = ["•", "・", ".", "∙", "●", "．", ""];
        all.extend(others.iter().map(|sign| standard.replace(person_name::SEPARATOR, sign)));
    } else {
        let mut characters = standard.chars();
        // Forms line up two-character names with three-character ones by a space.
        if let (Some(a), Some(b), None) = (characters.next(), characters.next(), characters.next()) {
            all.push(format!("{a}　{b}"));
            all.push(format!("{a} {b}"));
            all.push(format!("{a}  {b}"));
        }
    }
}
