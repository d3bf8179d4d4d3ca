//! Legends in comments (1未婚 2有配偶 3丧偶): what a department's codes mean, and their codes in the standard.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use standards::codes::{self, CodeSet};
use standards::kind::ValueKind;

use super::answer::CodeProposal;
use super::facts::CodeCount;

/// Labels that mean a label of a standard set, beside the aliases that the set itself has.
const SAYINGS: [(&str, &str); 10] = [
    ("结婚", "已婚"),
    ("已结婚", "已婚"),
    ("离异未再婚", "离婚"),
    ("丧偶未再婚", "丧偶"),
    ("未结婚", "未婚"),
    ("男士", "男"),
    ("女士", "女"),
    ("男性公民", "男"),
    ("女性公民", "女"),
    ("本户户主", "户主"),
];

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static PAIR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"([0-9A-Za-z]{1,4})\s*[-:：.、=＝—]?\s*([\p{Han}]{1,12})").unwrap());

/// A comment in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comment {
    /// What it says of the column.
    pub head: String,
    /// What it says of its codes.
    pub codes: BTreeMap<String, String>,
}

/// Parts a comment into what it says of the column and the legend of its codes, which has at least two codes.
pub fn part(comment: &str) -> Comment {
    let codes: BTreeMap<String, String> = PAIR
        .captures_iter(comment)
        .filter_map(|found| Some((found.get(1)?.as_str().to_owned(), found.get(2)?.as_str().to_owned())))
        .collect();
    let begins = PAIR.find(comment).map(|found| found.start());
    let (head, codes) = match begins {
        Some(at) if codes.len() >= 2 => (comment.get(..at).unwrap_or_default(), codes),
        _ => (comment, BTreeMap::new()),
    };
    // What stands in brackets or after a colon explains; it does not name.
    let end = head.find(['(', '（', '：', ':', ',', '，', ';', '；', '。', '[', '【']).filter(|at| *at > 0);
    let head = head.get(..end.unwrap_or(head.len())).unwrap_or_default();
    Comment {
        head: head.trim_matches(|c: char| c.is_whitespace() || "：:（([【、-".contains(c)).to_owned(),
        codes,
    }
}

/// Codes with their meaning in the standard set of the kind; with their labels when there is no set but a legend.
pub fn map_codes(
    kind: &ValueKind,
    counts: &[CodeCount],
    legend: &BTreeMap<String, String>,
) -> Vec<CodeProposal> {
    let set = match kind {
        ValueKind::Code { set } => codes::builtin(set),
        ValueKind::Text => None,
        _ => return Vec::new(),
    };
    if set.is_none() && legend.is_empty() {
        return Vec::new();
    }
    let mut values: Vec<(String, u64)> = counts.iter().map(|one| (one.value.clone(), one.rows)).collect();
    for code in legend.keys() {
        if !values.iter().any(|(value, _)| value == code) {
            values.push((code.clone(), 0));
        }
    }
    values
        .into_iter()
        .map(|(value, rows)| {
            let told = legend.get(&value);
            match set {
                Some(set) => in_set(set, value, rows, told),
                None => CodeProposal { standard: told.cloned(), label: told.cloned(), value, rows },
            }
        })
        .collect()
}

/// The legend goes before the value's own look: 1 may be a code of the standard and mean something else here.
fn in_set(set: &CodeSet, value: String, rows: u64, told: Option<&String>) -> CodeProposal {
    let standard = match told {
        Some(label) => read(set, label),
        None => read(set, &value),
    };
    let label = standard.as_deref().and_then(|code| set.get(code)).map(|code| code.zh.clone());
    CodeProposal { value, rows, standard, label: label.or_else(|| told.cloned()) }
}

fn read(set: &CodeSet, text: &str) -> Option<String> {
    let said = SAYINGS.iter().find(|(said, _)| *said == text).map(|(_, means)| *means);
    set.parse(said.unwrap_or(text)).into_value()
}

/// Share of the rows with a code whose meaning in the standard is known, 0 to 1; `None` when no code is known to occur.
pub fn mapped_share(codes: &[CodeProposal]) -> Option<f64> {
    let rows: u64 = codes.iter().map(|code| code.rows).sum();
    let mapped: u64 = codes.iter().filter(|code| code.standard.is_some()).map(|code| code.rows).sum();
    (rows > 0).then(|| mapped as f64 / rows as f64)
}

#[cfg(test)]
mod tests {
    use standards::kind::CodeSetId;

    use super::*;

    /// A legend is told from a comment with figures in it, and the head stays.
    #[test]
    fn comments_are_parted() {
        let parted = part("婚姻状况：1未婚 2有配偶 3丧偶 4离婚");
        assert_eq!(parted.head, "婚姻状况");
        assert_eq!(parted.codes.len(), 4);
        assert_eq!(part("IA结婚 IB离婚").head, "");
        assert_eq!(part("身份证号（18位）"), Comment { head: "身份证号".into(), codes: BTreeMap::new() });
        assert!(part("第1剂").codes.is_empty());
        assert_eq!(part("性别(0-女;1-男)").codes.len(), 2);
    }

    /// The legend decides: a department that writes 0 for women and 1 for men is read as it says.
    #[test]
    fn legends_go_before_looks() {
        let count = |value: &str| CodeCount { value: value.to_owned(), rows: 10 };
        let kind = ValueKind::Code { set: CodeSetId::Sex };
        let map = map_codes(&kind, &[count("0"), count("1"), count("7")], &part("0女1男").codes);
        let standard: Vec<_> = map.iter().map(|one| one.standard.as_deref()).collect();
        assert_eq!(standard, [Some("2"), Some("1"), None]);
        assert_eq!(mapped_share(&map).map(|share| (share * 100.0).round()), Some(67.0));
    }
}
