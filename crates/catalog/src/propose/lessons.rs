//! What people decided before 学习: under which key a column is remembered, and what earlier decisions are worth.

use std::collections::HashMap;

use super::facts::{ColumnFacts, ColumnShape};
use super::legend;
use super::lexicon::is_han;

/// Decisions on columns of one key, of one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Element that was chosen; `None` for "not to be catalogued".
    pub element: Option<String>,
    /// True when the asking organisation itself decided so.
    pub own: bool,
    /// How often.
    pub times: u32,
    /// When last, Unix milliseconds.
    pub last_ms: i64,
}

/// Everything learned, by key.
pub type Lessons = HashMap<String, Vec<Lesson>>;

/// What earlier decisions say of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// The element; `None` for "not to be catalogued".
    pub element: Option<String>,
    /// True when the asking organisation itself decided so.
    pub own: bool,
    /// Organisations that decided so.
    pub organisations: usize,
}

/// Key of a column: name and comment without case, separators and figures, and the kind of its values.
pub fn key(column: &ColumnFacts, shape: Option<&ColumnShape>) -> String {
    key_of(&column.name, column.comment.as_deref(), shape.and_then(kind_of).as_deref())
}

/// The same out of its parts.
pub fn key_of(name: &str, comment: Option<&str>, kind: Option<&str>) -> String {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_ascii_alphabetic() || is_han(*c)).flat_map(char::to_lowercase).collect()
    };
    let head = comment.map(legend::part).unwrap_or_default().head;
    let mut key = format!("{}|{}|{}", plain(name), plain(&head), kind.unwrap_or_default());
    // The key stands in an index; longer names differ before.
    if key.len() > 250 {
        let end = (0..=250).rev().find(|at| key.is_char_boundary(*at)).unwrap_or(0);
        key.truncate(end);
    }
    key
}

/// Stable name of the kind that the values have.
pub fn kind_of(shape: &ColumnShape) -> Option<String> {
    let best = shape.kinds.first().filter(|found| found.share >= 0.8)?;
    let json = serde_json::to_value(&best.kind).ok()?;
    json.get("type")?.as_str().map(str::to_owned)
}

/// The decision that counts: the own organisation's latest, else the one that most organisations made.
pub fn learned(lessons: &Lessons, key: &str) -> Option<Learned> {
    let found = lessons.get(key)?;
    if let Some(own) = found.iter().filter(|one| one.own).max_by_key(|one| one.last_ms) {
        let organisations = found.iter().filter(|one| one.element == own.element).count();
        return Some(Learned { element: own.element.clone(), own: true, organisations });
    }
    let mut counts: HashMap<Option<&String>, usize> = HashMap::new();
    for one in found {
        *counts.entry(one.element.as_ref()).or_default() += 1;
    }
    let (element, organisations) = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))?;
    // What offices disagree about teaches nothing.
    (organisations * 2 > found.len()).then(|| Learned {
        element: element.cloned(),
        own: false,
        organisations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(element: &str, own: bool, last_ms: i64) -> Lesson {
        Lesson { element: Some(element.to_owned()), own, times: 1, last_ms }
    }

    /// Case, separators and legends do not part what is the same; the kind of the values does.
    #[test]
    fn keys() {
        let a = key_of("F_HYZK", Some("婚姻状况：1未婚 2已婚"), Some("code"));
        assert_eq!(a, key_of("f_hyzk", Some("婚姻状况"), Some("code")));
        assert_ne!(a, key_of("F_HYZK", Some("婚姻状况"), Some("integer")));
        assert!(key_of(&"长".repeat(400), None, None).len() <= 250);
    }

    /// The own office's latest word counts; offices that disagree teach nothing.
    #[test]
    fn whose_word_counts() {
        let mut lessons = Lessons::new();
        lessons.insert("a".into(), vec![lesson("x", false, 9), lesson("y", true, 1), lesson("z", true, 2)]);
        lessons.insert("b".into(), vec![lesson("x", false, 1), lesson("y", false, 2)]);
        lessons.insert("c".into(), vec![lesson("x", false, 1), lesson("x", false, 2), lesson("y", false, 3)]);
        assert_eq!(learned(&lessons, "a").and_then(|one| one.element).as_deref(), Some("z"));
        assert_eq!(learned(&lessons, "b"), None);
        assert_eq!(learned(&lessons, "c").map(|one| one.organisations), Some(2));
    }
}
