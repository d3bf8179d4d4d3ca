//! What a table is about: whom its rows describe, and the subject its name tells.

use std::collections::BTreeSet;

use standards::kind::ValueKind;

use super::facts::{TableFacts, TableShape};
use super::legend;
use super::lexicon::{Form, Group, is_han, latin_words, lexicon};

/// What is known of the table when a column is read.
#[derive(Debug, Clone)]
pub struct Context {
    /// Whom its rows describe.
    pub group: Group,
    /// Words of the table's own name and comment.
    pub topic: BTreeSet<&'static str>,
    /// Words of the table and of all its columns that are written in full.
    pub around: BTreeSet<&'static str>,
    /// Rows that the profile looked at.
    pub rows: u64,
}

/// Words so common that they tell nothing of a table.
const COMMON: [&str; 10] =
    ["date", "name", "title", "number", "type", "status", "code", "amount", "address", "whether"];

/// Texts of a name: Chinese, and words in Latin letters.
pub fn read_name(name: &str) -> Form {
    if name.chars().any(is_han) { lexicon().read_zh(name) } else { lexicon().read_en(&latin_words(name)) }
}

fn weigh(form: &Form, kind: Option<&ValueKind>, group: Group) -> u32 {
    let has = |word: &str| form.words.contains(word);
    let own = form.other.is_none() && !form.body;
    let is = |wanted: &ValueKind| kind == Some(wanted);
    let weights: &[(bool, u32)] = match group {
        Group::Person => &[
            (own && (has("id") || is(&ValueKind::ResidentId)), 3),
            (own && has("name") && form.main.is_none_or(|main| main == Group::Person), 2),
            (has("sex") || has("birthday") || has("ethnic") || has("marital"), 1),
        ],
        Group::Enterprise => &[
            (own && (has("credit") || is(&ValueKind::CreditCode)), 3),
            (has("title") && form.main == Some(Group::Enterprise), 2),
            (has("capital") || form.other == Some("legal") || has("scope") || has("establish"), 1),
        ],
        Group::Household => {
            &[(has("householdno"), 3), (form.other == Some("head"), 2), (has("size") || has("people"), 1)]
        }
        Group::Property => &[(has("estatecert"), 4), (has("location"), 2)],
        Group::Vehicle => &[(has("plate"), 4)],
        Group::Any => &[],
    };
    weights.iter().filter(|(holds, _)| *holds).map(|(_, weight)| weight).sum()
}

impl Context {
    /// Looks over a table. `read` gives the best reading of each column.
    pub fn of(table: &TableFacts, shape: &TableShape, read: impl Fn(usize) -> Option<Form>) -> Self {
        let name = table.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let mut texts = vec![read_name(name.split('.').next().unwrap_or(name))];
        texts.push(read_name(name.rsplit('#').next().unwrap_or(name)));
        texts.extend(table.comment.as_deref().map(read_name));
        let topic: BTreeSet<&'static str> = texts
            .iter()
            .flat_map(|form| form.words.iter().copied())
            .filter(|word| !COMMON.contains(word))
            .collect();
        let mut around = topic.clone();
        let mut scores =
            [Group::Enterprise, Group::Person, Group::Household, Group::Property, Group::Vehicle]
                .map(|group| (group, 0_u32));
        for (at, column) in table.columns.iter().enumerate() {
            let kind =
                shape.columns.iter().find(|one| one.name == column.name).and_then(|one| one.kinds.first());
            let kind = kind.filter(|found| found.share >= 0.8).map(|found| &found.kind);
            let form = read(at).unwrap_or_default();
            around.extend(form.words.iter().copied().filter(|word| !COMMON.contains(word)));
            for (group, score) in &mut scores {
                *score += weigh(&form, kind, *group);
            }
        }
        for main in texts.iter().filter_map(|form| form.main) {
            if let Some((_, score)) = scores.iter_mut().find(|(group, _)| *group == main) {
                *score += 2;
            }
        }
        let best = scores.iter().rev().max_by_key(|(_, score)| *score);
        let group = best.filter(|(_, score)| *score > 0).map_or(Group::Person, |(group, _)| *group);
        Self { group, topic, around, rows: shape.sampled_rows }
    }
}

/// The comment of a column, parted.
pub fn comment_of(comment: Option<&str>) -> legend::Comment {
    comment.map(legend::part).unwrap_or_default()
}
