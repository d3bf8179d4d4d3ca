//! Gathering the profile of one column, value by value, in bounded memory.

use std::collections::HashMap;

use standards::value::{ValueKind, mask};

use super::{CodeCount, ColumnProfile, distinct::Distinct, kinds, shape};
use crate::hash::hash64;

/// Values kept for recognising the kind.
const RECOGNISED: usize = 2_000;
/// A column with more different values than this is no list of codes.
const CODES: usize = 40;
/// A code is longer than this only if it is no code.
const CODE_CHARS: usize = 16;
/// Rows that a code must have at least, so that it says nothing about one person.
const CODE_ROWS: u64 = 3;

/// Gathers the profile of one column.
#[derive(Debug)]
pub(crate) struct ColumnProfiler {
    name: String,
    values: u64,
    nulls: u64,
    min: u64,
    max: u64,
    distinct: Distinct,
    shapes: shape::Shapes,
    kept: Vec<String>,
    stride: u64,
    codes: Option<HashMap<Box<str>, u64>>,
}

impl ColumnProfiler {
    /// Starts on a column.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            values: 0,
            nulls: 0,
            min: u64::MAX,
            max: 0,
            distinct: Distinct::default(),
            shapes: shape::Shapes::default(),
            kept: Vec::new(),
            stride: 1,
            codes: Some(HashMap::new()),
        }
    }

    /// Takes one value; `None` and empty text are "no value".
    pub(crate) fn add(&mut self, value: Option<&str>) {
        let Some(text) = value.filter(|text| !text.is_empty()) else {
            self.nulls += 1;
            return;
        };
        self.values += 1;
        let chars = text.chars().count() as u64;
        self.min = self.min.min(chars);
        self.max = self.max.max(chars);
        self.distinct.add(hash64(text.as_bytes()));
        self.shapes.add(text);
        self.keep(text);
        self.count_code(text, chars);
    }

    /// Keeps values spread evenly over all rows: when the store is full, every second is dropped and only
    /// every second of those to come is taken.
    fn keep(&mut self, text: &str) {
        if !self.values.is_multiple_of(self.stride) {
            return;
        }
        if self.kept.len() == RECOGNISED {
            let mut odd = false;
            self.kept.retain(|_| {
                odd = !odd;
                odd
            });
            self.stride *= 2;
            if !self.values.is_multiple_of(self.stride) {
                return;
            }
        }
        self.kept.push(text.to_owned());
    }

    fn count_code(&mut self, text: &str, chars: u64) {
        let Some(codes) = &mut self.codes else { return };
        if let Some(rows) = codes.get_mut(text) {
            *rows += 1;
        } else if codes.len() < CODES && chars <= CODE_CHARS as u64 {
            codes.insert(text.into(), 1);
        } else {
            self.codes = None;
        }
    }

    /// The profile.
    pub(crate) fn finish(self) -> ColumnProfile {
        let kinds = kinds::recognise(&self.kept);
        let best = kinds.first().filter(|found| found.share >= 0.5).map(|found| &found.kind);
        ColumnProfile {
            distinct: self.distinct.count(),
            min_length: if self.values == 0 { 0 } else { self.min },
            max_length: self.max,
            patterns: self.shapes.top(5, self.values),
            examples: examples(&self.kept, best),
            codes: codes(self.codes, self.values, best),
            name: self.name,
            nulls: self.nulls,
            kinds,
        }
    }
}

/// Whether a list of few values of this kind may still name somebody.
fn identifies(kind: &ValueKind, counts: &HashMap<Box<str>, u64>) -> bool {
    match kind {
        ValueKind::ResidentId
        | ValueKind::CreditCode
        | ValueKind::Mobile
        | ValueKind::Landline
        | ValueKind::Phone
        | ValueKind::Money => true,
        // Short words for a state can be read as the name of an enterprise, but few such names are that short.
        ValueKind::EnterpriseName => {
            let long = counts.keys().filter(|value| value.chars().count() >= 6).count();
            long * 2 > counts.len()
        }
        // Such as the few officers who approved all cases.
        ValueKind::PersonName => kinds::begin_like_names(counts.keys().map(|value| &**value)),
        _ => false,
    }
}

/// Three different values as they may be shown. A kind with a masking rule of its own is masked by it;
/// numbers and texts, whose rule may be to show them, are shown as their shape.
fn examples(values: &[String], best: Option<&ValueKind>) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    for value in values {
        let text = match best {
            None
            | Some(ValueKind::Text | ValueKind::Address | ValueKind::Integer | ValueKind::Decimal)
            | Some(ValueKind::Money) => shape::shape_of(value),
            Some(kind) => mask(kind, value),
        };
        if !shown.contains(&text) {
            shown.push(text);
            if shown.len() == 3 {
                break;
            }
        }
    }
    shown
}

fn codes(counts: Option<HashMap<Box<str>, u64>>, values: u64, best: Option<&ValueKind>) -> Vec<CodeCount> {
    let Some(counts) = counts else { return Vec::new() };
    if values < 20 * counts.len() as u64 || best.is_some_and(|kind| identifies(kind, &counts)) {
        return Vec::new();
    }
    let mut codes: Vec<CodeCount> = counts
        .into_iter()
        .filter(|(_, rows)| *rows >= CODE_ROWS)
        .map(|(value, rows)| CodeCount { value: value.into(), rows })
        .collect();
    codes.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.value.cmp(&b.value)));
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts, lengths and nulls are over all values; empty text counts as no value.
    #[test]
    fn counts() {
        let mut column = ColumnProfiler::new("c");
        for value in [Some("ab"), None, Some(""), Some("张三丰"), Some("ab")] {
            column.add(value);
        }
        let profile = column.finish();
        assert_eq!((profile.nulls, profile.min_length, profile.max_length), (2, 2, 3));
        assert_eq!(profile.distinct.values, 2);
        assert_eq!(profile.patterns[0].rows, 2);
    }

    /// A list of codes is told with its frequencies; values of one row only are not told.
    #[test]
    fn codes_are_told_only_when_frequent() {
        let mut column = ColumnProfiler::new("zt");
        for i in 0..200 {
            column.add(Some(if i % 2 == 0 { "在册" } else { "注销" }));
        }
        column.add(Some("某某人"));
        let profile = column.finish();
        let values: Vec<&str> = profile.codes.iter().map(|code| code.value.as_str()).collect();
        assert_eq!(values, ["在册", "注销"]);
        assert!(!profile.examples.iter().any(|shown| shown == "某某人"));
    }

    /// A few names of many rows each are people, not codes.
    #[test]
    fn names_are_no_codes() {
        let mut column = ColumnProfiler::new("审批人");
        for i in 0..200 {
            column.add(Some(if i % 2 == 0 { "王建国" } else { "李红" }));
        }
        assert!(column.finish().codes.is_empty());
    }

    /// The values kept for recognition stay bounded and cover the whole column.
    #[test]
    fn keeps_a_spread() {
        let mut column = ColumnProfiler::new("n");
        for i in 0..100_000 {
            column.add(Some(&i.to_string()));
        }
        assert!(column.kept.len() <= RECOGNISED);
        assert!(column.kept.iter().any(|v| v.parse::<u32>().is_ok_and(|v| v > 90_000)));
    }
}
