//! What the values of a column say for or against a data element.

use std::collections::BTreeMap;

use standards::kind::ValueKind;

use super::facts::ColumnShape;
use super::legend::{map_codes, mapped_share};

/// What the values say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Says {
    /// They can be read as the kind, which few other values can.
    Fits(f64),
    /// They do not speak against it, and could not speak for it.
    Nothing,
    /// Part of them can be read as the kind.
    Partly(f64),
    /// They are something else.
    Against(f64),
    /// There are none, or nobody looked.
    Empty,
}

impl Says {
    /// Weight of a name's evidence under these values.
    pub fn weight(self) -> f64 {
        match self {
            Self::Fits(_) => 1.0,
            Self::Nothing => 0.92,
            Self::Empty => 0.9,
            Self::Partly(_) => 0.8,
            Self::Against(_) => 0.4,
        }
    }
}

fn is_phone(kind: &ValueKind) -> bool {
    matches!(kind, ValueKind::Mobile | ValueKind::Landline | ValueKind::Phone)
}

/// Share of values of two to four Han characters, as names of people are, or with the separator of longer ones.
fn like_names(shape: &ColumnShape) -> f64 {
    let like = |text: &str| {
        let han = text.chars().filter(|c| *c == '汉').count();
        let other = text.chars().any(|c| c != '汉' && c != '·' && c != '•' && c != ' ');
        !other && ((2..=4).contains(&han) || (text.contains('·') && han <= 16))
    };
    shape.patterns.iter().filter(|pattern| like(&pattern.shape)).map(|pattern| pattern.share).sum()
}

fn like_addresses(shape: &ColumnShape) -> bool {
    // Shapes are many and only the most frequent are told; so what the told ones are like has to do.
    let han = |text: &str| text.chars().filter(|c| *c == '汉').count() >= 5;
    shape.max_length >= 8
        && !shape.patterns.is_empty()
        && shape.patterns.iter().all(|pattern| han(&pattern.shape))
}

fn graded(share: f64, enough: f64) -> Says {
    if share >= enough {
        Says::Fits(share)
    } else if share >= 0.3 {
        Says::Partly(share)
    } else {
        Says::Against(share)
    }
}

/// What the values say for a kind.
pub fn judge(
    kind: &ValueKind,
    shape: Option<&ColumnShape>,
    rows: u64,
    legend: &BTreeMap<String, String>,
) -> Says {
    let Some(shape) = shape.filter(|shape| shape.filled(rows) > 0) else { return Says::Empty };
    match kind {
        ValueKind::ResidentId | ValueKind::CreditCode | ValueKind::Region => {
            graded(shape.share_of(|found| found == kind), 0.8)
        }
        // A mobile is somebody's own, not the firm's switchboard.
        ValueKind::Landline if shape.share_of(|found| *found == ValueKind::Mobile) >= 0.8 => {
            Says::Partly(0.5)
        }
        ValueKind::Mobile | ValueKind::Landline | ValueKind::Phone => graded(shape.share_of(is_phone), 0.7),
        ValueKind::Date | ValueKind::DateTime => {
            graded(shape.share_of(|found| matches!(found, ValueKind::Date | ValueKind::DateTime)), 0.75)
        }
        ValueKind::PersonName => {
            let share =
                shape.share_of(|found| *found == ValueKind::PersonName).min(like_names(shape).max(0.2));
            graded(share, 0.6)
        }
        ValueKind::EnterpriseName => graded(shape.share_of(|found| found == kind), 0.6),
        ValueKind::Money | ValueKind::Decimal | ValueKind::Integer => graded(
            shape.share_of(|found| {
                matches!(found, ValueKind::Money | ValueKind::Decimal | ValueKind::Integer)
            }),
            0.7,
        ),
        ValueKind::Boolean => graded(shape.share_of(|found| found == kind), 0.8),
        ValueKind::Code { .. } => {
            let mapped = mapped_share(&map_codes(kind, &shape.codes, legend)).unwrap_or(0.0);
            let share = shape.share_of(|found| found == kind).max(mapped);
            // A list of own codes may be anything; only a person knows.
            if share < 0.3 && !shape.codes.is_empty() { Says::Partly(share) } else { graded(share, 0.8) }
        }
        ValueKind::Address if like_addresses(shape) => Says::Fits(1.0),
        ValueKind::Address | ValueKind::Text => {
            let telling = |found: &ValueKind| {
                matches!(found, ValueKind::ResidentId | ValueKind::CreditCode | ValueKind::Mobile)
            };
            let share = shape.share_of(telling);
            if share >= 0.8 { Says::Against(1.0 - share) } else { Says::Nothing }
        }
    }
}

/// The kind that values prove by themselves: numbers with check characters, and codes that no other set has.
pub fn proved(shape: Option<&ColumnShape>) -> Option<(ValueKind, f64)> {
    let shape = shape?;
    let best = shape.kinds.first()?;
    let telling = match &best.kind {
        ValueKind::ResidentId | ValueKind::CreditCode | ValueKind::Mobile => true,
        // Figures occur in every set; labels do not.
        ValueKind::Code { .. } => {
            shape.codes.len() >= 2
                && shape.codes.iter().all(|code| code.value.chars().any(super::lexicon::is_han))
        }
        _ => false,
    };
    (telling && best.share >= 0.85).then(|| (best.kind.clone(), best.share))
}
