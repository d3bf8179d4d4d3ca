//! The one way in: a text and what it means become a standard value.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::codes::CodeSets;
pub use crate::kind::{CodeSetId, ValueKind};
pub use crate::mask::{is_masked, mask};
pub use crate::note::{Note, Parsed};
use crate::region::Regions;
pub use crate::variants::key_variants;
use crate::{
    codes, credit_code, date, enterprise_name, free_text, money, number, person_name, phone, resident_id,
    text,
};

/// How a text fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The text was the standard value already.
    Valid,
    /// A standard value could be read out of it; the notes say what was changed.
    Repaired,
    /// It is not such a value; the notes say why. The cleaned text is kept so that nothing is lost.
    Invalid,
    /// There is no value: blank, or a word such as NULL.
    Missing,
}

/// The answer about one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The standard value (valid, repaired), the trimmed text as found (invalid), or nothing (missing).
    pub value: Option<String>,
    /// How the text fared.
    pub status: Status,
    /// What was repaired, or why the text is not valid.
    pub notes: Vec<Note>,
}

impl Outcome {
    /// There is no value.
    pub const fn missing() -> Self {
        Self { value: None, status: Status::Missing, notes: Vec::new() }
    }

    /// Whether the value may be used: valid or repaired.
    pub fn is_usable(&self) -> bool {
        matches!(self.status, Status::Valid | Status::Repaired)
    }

    /// The standard value, only when it may be used.
    pub fn usable(&self) -> Option<&str> {
        if self.is_usable() { self.value.as_deref() } else { None }
    }
}

/// The tables that parsers look into: what is built in, and what a node has loaded.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Code sets; the built-in ones need not be loaded.
    pub codes: CodeSets,
    /// Regions; provinces, cities and counties need not be loaded.
    pub regions: Regions,
}

static BUILTIN: LazyLock<Tables> = LazyLock::new(Tables::default);

impl Tables {
    /// What is built in.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Standardises one text 标准化 with these tables. Never panics; blank texts and NULL words are missing.
    pub fn standardise(&self, kind: &ValueKind, raw: &str) -> Outcome {
        // 无 is a word for "no value" everywhere but in the answer to a yes-or-no question.
        if text::is_missing(raw) && !(kind == &ValueKind::Boolean && text::trim(raw) == "无") {
            return Outcome::missing();
        }
        match kind {
            ValueKind::ResidentId => outcome(raw, resident_id::parse(raw), |id| id.as_str().to_owned()),
            ValueKind::CreditCode => outcome(raw, credit_code::parse(raw), |code| code.as_str().to_owned()),
            ValueKind::Region => outcome(raw, self.regions.parse(raw), |code| code.to_string()),
            ValueKind::Code { set } => match self.codes.get(set) {
                Some(set) => outcome(raw, set.parse(raw), |code| code),
                None => outcome(raw, Parsed::<String>::invalid(codes::NOT_LOADED), |code| code),
            },
            ValueKind::Date | ValueKind::DateTime if date::is_placeholder(raw) => {
                Outcome { notes: vec![ZERO_DATE], ..Outcome::missing() }
            }
            ValueKind::Date => outcome(raw, date::parse(raw), |date| date.to_string()),
            ValueKind::DateTime => outcome(raw, date::parse_datetime(raw), date::standard_datetime),
            ValueKind::Mobile => outcome(raw, phone::parse_mobile(raw), |number| number.to_string()),
            ValueKind::Landline => outcome(raw, phone::parse_landline(raw), |number| number.to_string()),
            ValueKind::Phone => outcome(raw, phone::parse(raw), |number| number.to_string()),
            ValueKind::PersonName => outcome(raw, person_name::parse(raw), |name| name),
            ValueKind::EnterpriseName => outcome(raw, enterprise_name::parse(raw), |name| name.to_string()),
            ValueKind::Money => outcome(raw, money::parse(raw), |money| money.to_string()),
            ValueKind::Integer => outcome(raw, number::parse_integer(raw), |number| number.to_string()),
            ValueKind::Decimal => outcome(raw, number::parse_decimal(raw), |number| number.to_string()),
            ValueKind::Address => outcome(raw, free_text::parse_address(raw), |address| address),
            ValueKind::Text => outcome(raw, free_text::parse_text(raw), |text| text),
            ValueKind::Boolean => outcome(raw, number::parse_boolean(raw), |yes| yes.to_string()),
        }
    }
}

const ZERO_DATE: Note = Note::new("date.placeholder", "零日期按无值处理", "a zero date is taken as no value");

fn outcome<T>(raw: &str, parsed: Parsed<T>, text: impl FnOnce(T) -> String) -> Outcome {
    let (value, status, notes) = match parsed {
        Parsed::Valid(value) => (text(value), Status::Valid, Vec::new()),
        Parsed::Repaired(value, notes) => (text(value), Status::Repaired, notes),
        Parsed::Invalid(notes) => (text::trim(raw).to_owned(), Status::Invalid, notes),
    };
    // Cleaning may lay bare a word for "no value": "NA" in quotation marks.
    if status == Status::Repaired && text::is_missing(&value) {
        return Outcome::missing();
    }
    Outcome { value: Some(value), status, notes }
}

/// Standardises one text 标准化 with the built-in tables. Never panics; blank texts and NULL words are missing.
pub fn standardise(kind: &ValueKind, raw: &str) -> Outcome {
    Tables::builtin().standardise(kind, raw)
}

/// Whether two texts mean the same value: both are standardised, then compared by what the kind calls the same (names
/// without regard to separators and traditional forms). `None` when either is invalid or missing.
pub fn equal(kind: &ValueKind, a: &str, b: &str) -> Option<bool> {
    let (a, b) = (standardise(kind, a), standardise(kind, b));
    let (a, b) = (a.usable()?, b.usable()?);
    Some(a == b || comparison_key(kind, a) == comparison_key(kind, b))
}

/// A key under which standard values that mean the same agree.
fn comparison_key(kind: &ValueKind, standard: &str) -> String {
    match kind {
        ValueKind::PersonName => person_name::comparison_key(standard),
        ValueKind::EnterpriseName => enterprise_name::parse(standard)
            .into_value()
            .map(|name| name.comparison_key())
            .unwrap_or_default(),
        _ => standard.to_owned(),
    }
}
