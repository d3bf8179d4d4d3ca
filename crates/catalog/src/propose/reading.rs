//! Reads one column's name and comment: what they may mean, and how much that counts.

use std::collections::BTreeSet;

use super::context::{Context, read_name};
use super::facts::ColumnFacts;
use super::forms::{ElementForm, Forms, Meaning, TECHNICAL, forms, of_anybody};
use super::legend::Comment;
use super::lexicon::{Form, Group, is_han, latin_words, lexicon};

/// Where a meaning was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Initials of pinyin.
    Initials,
    /// Full pinyin.
    Pinyin,
    /// An English name.
    English,
    /// A Chinese name.
    Chinese,
    /// The department's own comment.
    Comment,
}

/// How well a name fits an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// In part.
    Partly,
    /// With what the table's name adds.
    WithTopic,
    /// Given whom the table is about.
    InContext,
    /// To the word.
    Exact,
}

/// An element that a name may mean.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The element; `None` for a phrase that has none.
    pub element: Option<usize>,
    /// Another person whom it is about.
    pub other: Option<&'static str>,
    /// Where it was read.
    pub source: Source,
    /// How well it fits.
    pub fit: Fit,
    /// What the name alone is worth, 0 to 1.
    pub score: f64,
    /// The phrase that it was matched with.
    pub phrase: String,
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Elements, in no order.
    pub candidates: Vec<Candidate>,
    /// The word of a technical column.
    pub technical: Option<&'static str>,
    /// The best form of the name itself.
    pub form: Option<Form>,
}

/// An abbreviation's worth, by its length: two letters mean many things.
fn worth(letters: usize) -> f64 {
    match letters {
        0 | 1 => 0.3,
        2 => 0.65,
        3 => 0.8,
        4 => 0.92,
        _ => 0.97,
    }
}

/// Letters of a name without what programs put around it: `T_`, `F_`, digits.
fn letters(name: &str) -> String {
    let words: Vec<&str> =
        name.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).collect();
    let kept = if words.len() > 1 && words.first().is_some_and(|word| word.len() == 1) {
        words.get(1..).unwrap_or_default()
    } else {
        &words
    };
    kept.concat().to_ascii_lowercase()
}

/// The forms of a column's name and comment, without a table around them.
pub fn plain_form(column: &ColumnFacts, comment: &Comment) -> Option<Form> {
    let said = lexicon().read_zh(&comment.head);
    if !said.is_empty() && said.unknown.is_empty() {
        return Some(said);
    }
    let named = read_name(&column.name);
    if !named.is_empty() && named.unknown.is_empty() {
        return Some(named);
    }
    let letters = letters(&column.name);
    let (initials, full) = forms().spelled(&letters);
    let one =
        full.first().or_else(|| initials.first().filter(|_| letters.len() >= 3 || initials.len() == 1))?;
    let mut form = forms().all.get(one.form)?.form.clone();
    form.other = one.other.or(form.other);
    Some(form)
}

/// Reads a column in its table.
pub fn read(column: &ColumnFacts, comment: &Comment, context: &Context) -> Reading {
    let mut reading = Reading::default();
    if !comment.head.is_empty() {
        let form = lexicon().read_zh(&comment.head);
        reading.technical = reading.technical.or_else(|| technical(&form));
        reading.candidates.extend(matches(&form, Source::Comment, 1.0, context));
        reading.form = Some(form);
    }
    let name = &column.name;
    if name.chars().any(is_han) {
        let form = lexicon().read_zh(name);
        reading.technical = reading.technical.or_else(|| technical(&form));
        reading.candidates.extend(matches(&form, Source::Chinese, 1.0, context));
        reading.form.get_or_insert(form);
        return reading;
    }
    let english = lexicon().read_en(&latin_words(name));
    if !english.is_empty() {
        reading.technical = reading.technical.or_else(|| technical(&english));
        reading.candidates.extend(matches(&english, Source::English, 0.96, context));
    }
    let letters = letters(name);
    let spelled = spelled(&letters, context);
    // Something that the comment names is not looked for among row numbers.
    let nothing_yet = reading.candidates.iter().all(|one| one.element.is_none())
        && spelled.iter().all(|one| one.score < 0.7 || one.element.is_none());
    if nothing_yet && reading.technical.is_none() && english.is_empty() {
        reading.technical = forms().technical(&letters);
    }
    reading.candidates.extend(spelled);
    reading.form.get_or_insert(english);
    reading
}

fn technical(form: &Form) -> Option<&'static str> {
    let only = form.unknown.is_empty() && form.other.is_none() && form.words.len() <= 2;
    let word = TECHNICAL.into_iter().find(|word| form.words.contains(word))?;
    let rest = form.words.iter().all(|one| *one == word || ["date", "number", "whether"].contains(one));
    (only && rest).then_some(word)
}

/// What letters may abbreviate. A code's letters may end in DM (代码) or MC (名称).
fn spelled(letters: &str, context: &Context) -> Vec<Candidate> {
    let mut found = spelled_whole(letters, context, 1.0);
    for ending in ["dm", "bm", "mc", "xx", "code"] {
        if found.is_empty()
            && let Some(rest) = letters.strip_suffix(ending).filter(|rest| rest.len() >= 2)
        {
            found = spelled_whole(rest, context, 0.95);
        }
    }
    found
}

fn spelled_whole(letters: &str, context: &Context, factor: f64) -> Vec<Candidate> {
    let (initials, full) = forms().spelled(letters);
    let mut found: Vec<Candidate> = Vec::new();
    let full_worth = if letters.len() >= 4 { 0.96 } else { 0.5 };
    for (meanings, source, worth) in
        [(full, Source::Pinyin, full_worth), (initials, Source::Initials, worth(letters.len()))]
    {
        found.extend(meanings.into_iter().filter_map(|one| of_meaning(one, source, worth * factor, context)));
    }
    found
}

fn of_meaning(meaning: &Meaning, source: Source, worth: f64, context: &Context) -> Option<Candidate> {
    let form = forms().all.get(meaning.form)?;
    let (fit, score) = in_table(form, None, context)?;
    let worth = if meaning.other.is_some() { worth * ANOTHERS } else { worth };
    // Among things that the same letters abbreviate, one of which the table speaks elsewhere comes first.
    let known = form.element.is_none() || !distinctive(&form.form) || spoken_of(&form.form, context);
    let unspoken = if known { 1.0 } else { 0.9 };
    let nothing = if form.element.is_none() { 0.8 } else { 1.0 };
    Some(Candidate {
        element: form.element,
        other: meaning.other,
        source,
        fit,
        score: score * worth * unspoken * nothing,
        phrase: form.phrase.clone(),
    })
}

/// Words that every table has.
const EVERYWHERE: [&str; 24] = [
    "name",
    "id",
    "sex",
    "birthday",
    "date",
    "number",
    "address",
    "phone",
    "mobile",
    "title",
    "type",
    "status",
    "region",
    "employer",
    "residence",
    "registeraddress",
    "ethnic",
    "marital",
    "education",
    "occupation",
    "credit",
    "code",
    "certificate",
    "register",
];

fn distinctive(form: &Form) -> bool {
    form.words.iter().any(|word| !EVERYWHERE.contains(word))
}

fn spoken_of(form: &Form, context: &Context) -> bool {
    form.words.iter().any(|word| !EVERYWHERE.contains(word) && context.around.contains(word))
}

/// A property of another person, against an element that is about that person itself.
const ANOTHERS: f64 = 0.9;

/// Whether an element's form can be meant in this table, and its worth. `main` is whom the column itself names.
fn in_table(form: &ElementForm, main: Option<Group>, context: &Context) -> Option<(Fit, f64)> {
    if let Some(only) = form.only {
        let explicit = main.is_some() && main == form.form.main;
        return (only == context.group).then_some((Fit::InContext, if explicit { 1.0 } else { 0.97 }));
    }
    let Some(group) = form.element.and_then(|at| forms().element(at)).map(|one| Group::of_element(one.code))
    else {
        return Some((Fit::Exact, 1.0));
    };
    // A word that stands for one element only keeps its meaning in any table: a credit code is one.
    let generic = !distinctive(&form.form) && form.form.other.is_none();
    let elsewhere = group != Group::Any && group != context.group;
    let worth = match main {
        None if elsewhere && generic => 0.82,
        Some(_) if elsewhere && generic => 0.9,
        _ => 1.0,
    };
    Some((Fit::Exact, worth))
}

/// Elements that a form may mean.
pub fn matches(form: &Form, source: Source, worth: f64, context: &Context) -> Vec<Candidate> {
    let mut form = form.clone();
    // A person named without a property is named by his name: 联系人.
    if form.words.is_empty() && form.other.is_some() && form.unknown.is_empty() {
        form.words.insert("name");
    }
    forms()
        .all
        .iter()
        .filter_map(|one| {
            let (other, subject_worth) = subjects(&form, one, context)?;
            let (in_table_fit, table_worth) = in_table(one, form.main, context)?;
            let (fit, fit_worth) = words(&form, one, forms(), context)?;
            Some(Candidate {
                element: one.element,
                other,
                source,
                fit: fit.min(in_table_fit),
                score: worth * subject_worth * table_worth * fit_worth,
                phrase: one.phrase.clone(),
            })
        })
        .collect()
}

/// Whether both are about the same one; then the other person whom the element itself does not name, and its worth.
fn subjects(form: &Form, one: &ElementForm, context: &Context) -> Option<(Option<&'static str>, f64)> {
    let element = one.element.and_then(|at| forms().element(at));
    let group = element.map_or(Group::Any, |element| Group::of_element(element.code));
    if form.body != one.form.body {
        return None;
    }
    let main_worth = match (form.main, one.form.main) {
        (None, None) => 1.0,
        (Some(a), Some(b)) if a == b => 1.0,
        (Some(named), None) if named == group || group == Group::Any => 1.0,
        // Whom the element names may be left out in a table about just that.
        (None, Some(named)) if named == context.group => {
            if group == named {
                1.0
            } else {
                0.85
            }
        }
        _ => return None,
    };
    match (form.other, one.form.other) {
        (a, b) if a == b => Some((None, main_worth)),
        (Some(other), None) if element.is_some_and(|element| of_anybody(element.code)) => {
            Some((Some(other), main_worth * ANOTHERS))
        }
        _ => None,
    }
}

/// How well the properties agree.
fn words(form: &Form, one: &ElementForm, forms: &Forms, context: &Context) -> Option<(Fit, f64)> {
    let mut wanted: BTreeSet<&str> = one.form.words.clone();
    if wanted.is_empty() && one.form.other.is_some() && one.form.unknown.is_empty() {
        wanted.insert("name");
    }
    if wanted.is_empty() && one.form.unknown.is_empty() {
        return None;
    }
    let extra: Vec<&str> = form.words.difference(&wanted).copied().collect();
    let missing: Vec<&str> = wanted.difference(&form.words).copied().collect();
    let same_unknown = form.unknown == one.form.unknown;
    let weak = if form.weak && !one.form.weak { 0.98 } else { 1.0 };
    if extra.is_empty() && missing.is_empty() && same_unknown {
        return Some((Fit::Exact, weak));
    }
    let coded = one.element.and_then(|at| forms.element(at)).is_some_and(|element| {
        matches!(
            element.kind,
            standards::kind::ValueKind::Code { .. }
                | standards::kind::ValueKind::Region
                | standards::kind::ValueKind::Text
        )
    });
    let allowed = |word: &&str| (coded && ["code", "title"].contains(word)) || context.topic.contains(word);
    if !extra.iter().all(allowed) {
        // Moved in is not moved out: a qualifier too many is another thing.
        return None;
    }
    let extra_worth = if extra.is_empty() { 1.0 } else { 0.95 };
    if same_unknown && missing.is_empty() {
        return Some((Fit::Exact, extra_worth * weak));
    }
    // 登记日期 in a register of deaths is not the date of death: the table's name may add, but not also take away.
    if same_unknown && extra.is_empty() && missing.iter().all(|word| context.topic.contains(word)) {
        return Some((Fit::WithTopic, 0.93 * weak));
    }
    let common = wanted.len() - missing.len();
    let all = wanted.len() + form.unknown.len() + one.form.unknown.difference(&form.unknown).count();
    // A date alone is no evidence for any of ten dates.
    let tells = wanted.iter().any(|word| form.words.contains(word) && !EVERYWHERE.contains(word))
        || (missing.is_empty() && one.form.unknown.is_empty());
    (common > 0 && tells).then(|| (Fit::Partly, 0.6 * common as f64 / all.max(1) as f64 * extra_worth))
}
