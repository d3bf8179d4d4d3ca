//! Remarks on one value: what was repaired, or why it is not valid.
//!
//! A note never repeats the value itself, so that notes may be logged and shown to people who may not see the value.

use std::borrow::Cow;

use serde::Serialize;

/// One remark on a value, with a stable code and a sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Note {
    /// Stable dotted code, for programs and statistics, for example `resident_id.check`.
    pub code: &'static str,
    /// The sentence in Chinese: what is the matter and what to do.
    pub zh: Cow<'static, str>,
    /// The same sentence in English.
    pub en: Cow<'static, str>,
}

impl Note {
    /// A note whose texts are fixed.
    pub const fn new(code: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { code, zh: Cow::Borrowed(zh), en: Cow::Borrowed(en) }
    }

    /// A note with facts in its texts (never the value itself, but for example candidates or a limit).
    pub fn told(code: &'static str, zh: String, en: String) -> Self {
        Self { code, zh: Cow::Owned(zh), en: Cow::Owned(en) }
    }
}

/// What a parser answers: it never panics and never fails without saying why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed<T> {
    /// The text is the value in its standard form.
    Valid(T),
    /// The value could be read, but the text was not in standard form; the notes say what was changed or is worth knowing.
    Repaired(T, Vec<Note>),
    /// The text is not such a value; the notes say why.
    Invalid(Vec<Note>),
}

impl<T> Parsed<T> {
    /// Valid when there is nothing to remark, otherwise repaired.
    pub fn from_notes(value: T, notes: Vec<Note>) -> Self {
        if notes.is_empty() { Self::Valid(value) } else { Self::Repaired(value, notes) }
    }

    /// Invalid for one reason.
    pub fn invalid(note: Note) -> Self {
        Self::Invalid(vec![note])
    }

    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Valid(value) | Self::Repaired(value, _) => Some(value),
            Self::Invalid(_) => None,
        }
    }

    /// The value, if there is one, by move.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Valid(value) | Self::Repaired(value, _) => Some(value),
            Self::Invalid(_) => None,
        }
    }

    /// The remarks; empty for a valid value.
    pub fn notes(&self) -> &[Note] {
        match self {
            Self::Valid(_) => &[],
            Self::Repaired(_, notes) | Self::Invalid(notes) => notes,
        }
    }

    /// The same answer about another form of the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        match self {
            Self::Valid(value) => Parsed::Valid(change(value)),
            Self::Repaired(value, notes) => Parsed::Repaired(change(value), notes),
            Self::Invalid(notes) => Parsed::Invalid(notes),
        }
    }
}
