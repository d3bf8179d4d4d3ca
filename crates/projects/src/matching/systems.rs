//! A planned system against the inventory: who has such a system already.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::index::Index;
use super::known::KnownSystem;
use super::name::Name;
use super::report::{Reason, ResourceMatch, SystemHit};

/// From here on two systems are said to be for the same.
const ALIKE: f64 = 0.45;
/// From here on a system is said to have a function.
const HAS: f64 = 0.75;

/// Words of a text, sentence by sentence.
fn words(texts: &[&str]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for text in texts {
        for piece in text.split(['，', '。', '、', '；', ',', ';', '\n']) {
            all.extend(Name::of(piece).tokens());
        }
    }
    all
}

struct Words {
    systems: Vec<BTreeSet<String>>,
    holders: HashMap<String, usize>,
}

impl Words {
    fn of(systems: &[KnownSystem]) -> Self {
        let systems: Vec<_> = systems.iter().map(|system| words(&[&system.name, &system.purpose])).collect();
        let mut holders: HashMap<String, usize> = HashMap::new();
        for word in systems.iter().flatten() {
            *holders.entry(word.clone()).or_default() += 1;
        }
        Self { systems, holders }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of systems stay far below 2^52")]
    fn weight(&self, word: &str) -> f64 {
        let holders = self.holders.get(word).copied().unwrap_or(0).max(1) as f64;
        ((self.systems.len() as f64 + 1.0) / holders).ln().max(0.1)
    }

    fn sum<'a>(&self, words: impl IntoIterator<Item = &'a String>) -> f64 {
        words.into_iter().map(|word| self.weight(word)).sum()
    }

    /// Share of the wanted words, by weight, that a system has.
    fn share(&self, wanted: &BTreeSet<String>, has: &BTreeSet<String>) -> f64 {
        let all = self.sum(wanted);
        if all > 0.0 { self.sum(wanted.intersection(has)) / all } else { 0.0 }
    }
}

/// Planned resources that each system holds, by their names.
fn holders(resources: &[ResourceMatch]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for resource in resources {
        for hit in resource.hits.iter().filter(|hit| hit.overlaps) {
            if let Some(system) = &hit.holding.system_id {
                all.entry(system.to_string()).or_default().insert(resource.name.clone());
            }
        }
    }
    all
}

/// Systems that hold what is planned or are for what is planned, best first; at most ten.
pub fn find(
    index: &Index,
    (name, purpose, functions): (&str, &str, &[String]),
    resources: &[ResourceMatch],
) -> Vec<SystemHit> {
    let known = &index.known.systems;
    let corpus = Words::of(known);
    let wanted = words(&[name, purpose]);
    let holders = holders(resources);
    let mut hits: Vec<_> = known
        .iter()
        .zip(&corpus.systems)
        .filter_map(|(system, has)| {
            let said = corpus.share(&wanted, has);
            let functions: Vec<_> = functions
                .iter()
                .filter(|function| corpus.share(&words(&[function]), has) >= HAS)
                .cloned()
                .collect();
            let holds = holders.get(system.id.as_str());
            let share = holds.map_or(0.0, |holds| ratio(holds.len(), resources.len()));
            let score = (said + 0.2 * ratio(functions.len(), 3) + 0.6 * share.sqrt()).min(1.0);
            (holds.is_some() || said >= ALIKE || !functions.is_empty() && said >= 0.25)
                .then(|| hit(system, score, functions, holds))
        })
        .collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.name.cmp(&b.name)));
    hits.truncate(10);
    hits
}

#[expect(clippy::cast_precision_loss, reason = "counts of a plan stay far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    (part as f64 / whole.max(1) as f64).min(1.0)
}

fn hit(
    system: &KnownSystem,
    score: f64,
    functions: Vec<String>,
    holds: Option<&BTreeSet<String>>,
) -> SystemHit {
    let mut zh = Vec::new();
    let mut en = Vec::new();
    if let Some(holds) = holds {
        let names: Vec<_> = holds.iter().map(String::as_str).collect();
        zh.push(format!("已有拟建资源：{}", names.join("、")));
        en.push(format!("holds planned data: {}", names.join(", ")));
    }
    if !functions.is_empty() {
        zh.push(format!("已有类似功能：{}", functions.join("、")));
        en.push(format!("has such functions: {}", functions.join(", ")));
    }
    if zh.is_empty() {
        zh.push("名称和用途相近".to_owned());
        en.push("name and purpose are alike".to_owned());
    }
    SystemHit {
        id: system.id.clone(),
        name: system.name.clone(),
        purpose: system.purpose.clone(),
        organisation_id: system.organisation_id.clone(),
        organisation_name: system.organisation_name.clone(),
        alive: system.alive,
        score: (score * 1000.0).round() / 1000.0,
        functions,
        reason: Reason { zh: zh.join("；"), en: en.join("; ") },
    }
}
