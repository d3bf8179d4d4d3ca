//! Why a call gets nothing.

/// A refusal: a stable code for programs, a sentence in both languages for people. It never repeats a value of a subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {en}")]
pub struct Refusal {
    /// Stable dotted code, for example `plan.item_not_granted`.
    pub code: &'static str,
    /// What is the matter, where, and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Refusal {
    /// A refusal with its two sentences.
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, zh: zh.into(), en: en.into() }
    }
}

/// Shows a text that came from outside inside a message: without control characters and cut at 40 characters, so that a
/// hostile name can neither forge log lines nor flood them.
pub(crate) fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(40).map(|c| if c.is_control() { '?' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        out.push('…');
    }
    out
}
