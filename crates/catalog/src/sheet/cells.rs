//! Single cells: what they may hold, and what is said when they do not.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};

use super::columns::{Column, Holds, coded};

/// What is wrong: stable code, Chinese and English sentence with the remedy.
pub(super) type Told = (&'static str, String, String);

/// What stands in for a cell that cannot be read, so that the other cells can be checked.
pub(super) fn usual(key: &str) -> Option<Value> {
    match key {
        "share_type" => Some(json!("conditional")),
        "classification" => Some(json!("department")),
        "element" => Some(json!("person.name")),
        _ => None,
    }
}

/// Faults that only follow from a faulty cell are not told again.
pub(super) fn silenced(faulty: &HashSet<&'static str>, key: &str) -> bool {
    faulty.contains(key)
        || (faulty.contains("share_type")
            && ["share_condition", "no_share_basis", "open_to_society"].contains(&key))
}

/// The value of a cell as the interface takes it.
pub(super) fn value(column: &Column, text: &str) -> Result<Value, Told> {
    match column.holds {
        Holds::Text
        | Holds::Office
        | Holds::CreditCode
        | Holds::System
        | Holds::Element
        | Holds::Resource => Ok(json!(text)),
        Holds::Words(words) => coded(words, text).map(|code| json!(code)).ok_or_else(|| {
            let offers = column.offers();
            (
                "sheet.word",
                format!("只能填：{}。请从下拉列表中选择。", offers.join("、")),
                format!("One of: {}. Choose from the list.", offers.join(", ")),
            )
        }),
        Holds::Flag => match text {
            "是" | "1" | "true" | "TRUE" | "Y" | "y" | "√" => Ok(json!(true)),
            "否" | "0" | "false" | "FALSE" | "N" | "n" => Ok(json!(false)),
            _ => Err(("sheet.flag", "只能填“是”或“否”。".to_owned(), "Only 是 (yes) or 否 (no).".to_owned())),
        },
        Holds::Number => {
            let most = if column.key == "grade" { 255 } else { 1_000_000 };
            match text.parse::<i64>() {
                Ok(number) if (0..=most).contains(&number) => Ok(json!(number)),
                _ => Err((
                    "sheet.number",
                    format!("须为0至{most}的整数。"),
                    format!("A whole number from 0 to {most}."),
                )),
            }
        }
        Holds::Codes => {
            let codes: Vec<&str> = text
                .split(['；', ';', '、', '，', ','])
                .map(str::trim)
                .filter(|code| !code.is_empty())
                .collect();
            Ok(json!(codes))
        }
    }
}

/// A cell that must be filled in.
pub(super) fn required() -> Told {
    ("field.required", "此项必填，请填写。".to_owned(), "This cell must be filled in.".to_owned())
}

/// Codes of the rules, as static texts; one that is not here keeps its meaning but loses its name.
pub(super) fn stable(code: &str) -> &'static str {
    const CODES: [&str; 14] = [
        "field.required",
        "field.too_long",
        "field.control_character",
        "catalog.resource.code_shape",
        "catalog.share.no_legal_basis",
        "catalog.share.no_condition",
        "catalog.share.invented_condition",
        "catalog.items.too_many",
        "catalog.item.name",
        "catalog.item.duplicate",
        "catalog.item.unknown_element",
        "catalog.item.length",
        "catalog.resource.grade",
        "catalog.resource.open_but_not_shared",
    ];
    CODES.into_iter().find(|known| *known == code).unwrap_or("sheet.rule")
}

/// Rows as people name them: `2,5-9`.
///
/// # Errors
/// The part that is no row.
pub(super) fn rows_named(text: &str) -> Result<BTreeSet<u32>, String> {
    let mut rows = BTreeSet::new();
    for part in text.split([',', '，', '、', ' ']).map(str::trim).filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        match (first.trim().parse::<u32>(), last.trim().parse::<u32>()) {
            (Ok(first), Ok(last)) if first <= last && last - first <= 10_000 => rows.extend(first..=last),
            _ => return Err(part.to_owned()),
        }
    }
    Ok(rows)
}
