//! Weighs names, values and earlier decisions against each other, column by column, then over the whole table.

use std::collections::BTreeMap;

use standards::kind::ValueKind;

use super::answer::{CodeProposal, Confidence, ElementScore};
use super::context::Context;
use super::facts::{ColumnFacts, ColumnShape};
use super::forms::{forms, of_anybody};
use super::legend::{Comment, map_codes};
use super::lessons::Learned;
use super::reading::{Candidate, Fit, Reading, Source, read};
use super::values::{Says, judge, proved};

/// Rivals nearer than this to the best leave doubt.
const GAP: f64 = 0.08;

/// How a choice came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Read out of name or comment.
    Read(Source, Fit),
    /// Proved by the values alone.
    Values,
    /// Decided by people before.
    Lesson { own: bool, organisations: usize },
}

/// An element chosen for a column.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Place of the element.
    pub element: usize,
    /// Another person whom it is about.
    pub other: Option<&'static str>,
    /// Weight, 0 to 1.
    pub score: f64,
    /// How sure.
    pub confidence: Confidence,
    /// How it came about.
    pub ground: Ground,
    /// The phrase it was matched with.
    pub phrase: String,
    /// What the values say.
    pub says: Says,
    /// Codes in the standard.
    pub codes: Vec<CodeProposal>,
    /// Another column of the table fits the same element better.
    pub second: bool,
}

/// One column, decided.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// The choice, if any.
    pub choice: Option<Choice>,
    /// Other elements, best first.
    pub alternatives: Vec<ElementScore>,
    /// The word of a technical column.
    pub technical: Option<&'static str>,
    /// People decided before that it is not catalogued.
    pub declined: Option<Learned>,
    /// What was read of the name, when it has no element.
    pub understood: Option<String>,
}

/// A column with what is known of it.
pub struct Asked<'a> {
    /// As listed.
    pub column: &'a ColumnFacts,
    /// Its comment, parted.
    pub comment: &'a Comment,
    /// Its profile.
    pub shape: Option<&'a ColumnShape>,
    /// What people decided before.
    pub learned: Option<Learned>,
}

struct Weighed {
    candidate: Candidate,
    element: usize,
    score: f64,
    says: Says,
    codes: Vec<CodeProposal>,
}

/// Decides one column.
pub fn decide(asked: &Asked<'_>, context: &Context) -> Decision {
    let reading = read(asked.column, asked.comment, context);
    let mut decision = Decision { technical: technical(asked, &reading, context), ..Decision::default() };
    if let Some(learned) = &asked.learned {
        match learned.element.as_deref().map(|code| forms().place(code)) {
            None => {
                decision.declined = Some(learned.clone());
                return decision;
            }
            Some(Some(place)) => {
                // Read once more for whom it is about; people choose the element, the name tells the subject.
                let other = reading.form.as_ref().and_then(|form| form.other);
                decision.choice = Some(from_lesson(asked, learned, place, other, context));
                decision.technical = None;
                return decision;
            }
            // The element left the register since.
            Some(None) => {}
        }
    }
    if decision.technical.is_some() {
        return decision;
    }
    let weighed = weigh(&reading, asked, context);
    for other in weighed.iter().skip(1).filter(|one| one.score >= 0.2) {
        let known = |element| {
            weighed.first().is_some_and(|best| best.element == element)
                || decision.alternatives.iter().any(|one| forms().place(&one.element) == Some(element))
        };
        if decision.alternatives.len() < 4 && !known(other.element) {
            decision.alternatives.extend(scored(other.element, other.score));
        }
    }
    let nothing = reading.candidates.iter().filter(|one| one.element.is_none());
    let nothing = nothing.max_by(|a, b| a.score.total_cmp(&b.score));
    decision.choice = weighed
        .first()
        .filter(|best| best.score >= 0.25)
        .map(|best| chosen(best, weighed.get(1), nothing, asked))
        .or_else(|| by_values(asked, context));
    if decision.choice.is_none() {
        decision.understood = nothing.map(|one| one.phrase.clone());
    }
    decision
}

fn scored(element: usize, score: f64) -> Option<ElementScore> {
    let one = forms().element(element)?;
    let score = (score * 100.0).round() / 100.0;
    Some(ElementScore { element: one.code.to_owned(), zh: one.zh.to_owned(), en: one.en.to_owned(), score })
}

/// Candidates with their values looked at, one for each element and subject, best first.
fn weigh(reading: &Reading, asked: &Asked<'_>, context: &Context) -> Vec<Weighed> {
    let mut best: BTreeMap<(usize, Option<&str>), Weighed> = BTreeMap::new();
    let mut judged: BTreeMap<usize, (Says, Vec<CodeProposal>)> = BTreeMap::new();
    for candidate in &reading.candidates {
        let Some(element) = candidate.element else { continue };
        let Some(kind) = forms().element(element).map(|one| &one.kind) else { continue };
        let (says, codes) = judged.entry(element).or_insert_with(|| look(kind, asked, context)).clone();
        let score = candidate.score * says.weight();
        let place = (element, candidate.other);
        if best.get(&place).is_none_or(|known| known.score < score) {
            best.insert(place, Weighed { candidate: candidate.clone(), element, score, says, codes });
        }
    }
    let mut all: Vec<Weighed> = best.into_values().collect();
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.element.cmp(&b.element)));
    all
}

fn look(kind: &ValueKind, asked: &Asked<'_>, context: &Context) -> (Says, Vec<CodeProposal>) {
    let legend = &asked.comment.codes;
    let says = judge(kind, asked.shape, context.rows, legend);
    let counts = asked.shape.map(|shape| shape.codes.as_slice()).unwrap_or_default();
    (says, map_codes(kind, counts, legend))
}

fn chosen(
    best: &Weighed,
    second: Option<&Weighed>,
    nothing: Option<&Candidate>,
    asked: &Asked<'_>,
) -> Choice {
    let near = |score: f64| score > best.score - GAP;
    let in_full = matches!(best.candidate.source, Source::Comment | Source::Chinese);
    let rival = second.is_some_and(|second| {
        // A word to the word is not put in doubt by one that shares it in part.
        near(second.score) && !(best.candidate.fit == Fit::Exact && second.candidate.fit == Fit::Partly)
    }) || (!in_full && nothing.is_some_and(|one| near(one.score * 0.92)));
    let looked_at = asked.shape.is_some();
    let confidence = match best.says {
        Says::Against(_) => Confidence::Unsure,
        _ if best.candidate.fit == Fit::Partly => {
            if best.score >= 0.45 {
                Confidence::Likely
            } else {
                Confidence::Unsure
            }
        }
        Says::Partly(_) | Says::Empty => {
            if best.score >= 0.5 {
                Confidence::Likely
            } else {
                Confidence::Unsure
            }
        }
        _ if rival => Confidence::Likely,
        Says::Fits(_) if best.score >= 0.6 && looked_at => Confidence::Sure,
        Says::Nothing if best.score >= 0.8 && looked_at => Confidence::Sure,
        _ if best.score >= 0.5 => Confidence::Likely,
        _ => Confidence::Unsure,
    };
    Choice {
        element: best.element,
        other: best.candidate.other,
        score: best.score,
        confidence,
        ground: Ground::Read(best.candidate.source, best.candidate.fit),
        phrase: best.candidate.phrase.clone(),
        says: best.says,
        codes: best.codes.clone(),
        second: false,
    }
}

fn from_lesson(
    asked: &Asked<'_>,
    learned: &Learned,
    element: usize,
    other: Option<&'static str>,
    context: &Context,
) -> Choice {
    let kind = forms().element(element).map_or(ValueKind::Text, |one| one.kind.clone());
    let code = forms().element(element).map_or("", |one| one.code);
    let (says, codes) = look(&kind, asked, context);
    let confidence = match says {
        Says::Against(_) => Confidence::Likely,
        _ if learned.own || learned.organisations >= 2 => Confidence::Sure,
        _ => Confidence::Likely,
    };
    Choice {
        element,
        other: other.filter(|_| of_anybody(code)),
        score: if learned.own { 0.99 } else { 0.9 },
        confidence,
        ground: Ground::Lesson { own: learned.own, organisations: learned.organisations },
        phrase: String::new(),
        says,
        codes,
        second: false,
    }
}

/// Nothing was read, but the values prove what they are. Whose they are remains open.
fn by_values(asked: &Asked<'_>, context: &Context) -> Option<Choice> {
    let (kind, share) = proved(asked.shape)?;
    let code = match &kind {
        ValueKind::ResidentId => "person.id",
        ValueKind::CreditCode => "enterprise.credit_code",
        ValueKind::Mobile => "person.mobile",
        ValueKind::Code { set } => match set.as_str() {
            "sex" => "person.sex",
            "marriage" => "person.marriage",
            "ethnic_group" => "person.ethnic_group",
            "kinship" => "household.kinship",
            _ => return None,
        },
        _ => return None,
    };
    let (_, codes) = look(&kind, asked, context);
    Some(Choice {
        element: forms().place(code)?,
        other: None,
        score: 0.55,
        confidence: Confidence::Likely,
        ground: Ground::Values,
        phrase: String::new(),
        says: Says::Fits(share),
        codes,
        second: false,
    })
}

/// A row number, a time of change, a deletion mark. Numbers that count the rows are known by their values too.
fn technical(asked: &Asked<'_>, reading: &Reading, context: &Context) -> Option<&'static str> {
    if reading.technical.is_some() {
        return reading.technical;
    }
    let whole = asked.column.declared.to_ascii_lowercase();
    let whole = whole.contains("int") || whole.contains("serial");
    let counted = asked.shape.is_some_and(|shape| {
        shape.unique(context.rows)
            && shape.max_length <= 12
            && shape.share_of(|kind| matches!(kind, ValueKind::Integer)) >= 0.99
    });
    let named = reading.candidates.iter().any(|one| {
        let kind = one.element.and_then(|at| forms().element(at)).map(|one| &one.kind);
        one.score >= 0.6 && !matches!(kind, None | Some(ValueKind::Text))
    });
    (whole && asked.column.key && counted && !named).then_some("serial")
}

/// Within a table an element of one subject stands once: of several columns the best keeps it, the rest are looked at.
pub fn settle(decisions: &mut [Decision]) {
    let mut best: BTreeMap<(usize, Option<&str>), (usize, f64)> = BTreeMap::new();
    for (at, decision) in decisions.iter().enumerate() {
        let Some(choice) = &decision.choice else { continue };
        let place = (choice.element, choice.other);
        if best.get(&place).is_none_or(|(_, score)| choice.score > *score) {
            best.insert(place, (at, choice.score));
        }
    }
    for (at, decision) in decisions.iter_mut().enumerate() {
        let Some(choice) = &mut decision.choice else { continue };
        if best.get(&(choice.element, choice.other)).is_some_and(|(first, _)| *first != at) {
            choice.second = true;
            choice.confidence = choice.confidence.min(Confidence::Likely);
        }
    }
}
