//! A planned resource against everything that exists: which resources hold it, or a good part of it, already.
//!
//! Item by item first; then the fewest existing resources that together hold what is planned are looked for. An item that few
//! hold weighs more than one that all hold, and that people are named by number and name says nothing at all.

use std::collections::{BTreeMap, BTreeSet};

use standards::kind::ValueKind;

use super::index::Index;
use super::items::{Fitting, SAME, Wanted, compare, reason};
use super::known::KnownResource;
use super::name::{Alike, Name, alike};
use super::report::{Advice, Holding, ItemHit, ItemMatch, Ratio, Reason, ResourceHit, ResourceMatch, Way};
use super::{Asker, PlannedResource};

/// Share of what is planned, by weight, from which on a resource whose name is alike holds a good part of it.
const GOOD_PART: f64 = 0.34;
/// The same when the names of the resources say nothing.
const MOST_PART: f64 = 0.5;
/// The same when a data element proves it.
const PROVEN_PART: f64 = 0.12;

/// One existing resource with the planned items it holds.
struct Held {
    place: usize,
    /// Planned item to existing item, with how well it fits.
    items: BTreeMap<usize, (usize, Fitting)>,
    name: Alike,
}

/// Matches one planned resource.
pub fn find(index: &Index, asker: &Asker, place: usize, planned: &PlannedResource) -> ResourceMatch {
    let around = Name::of(&planned.name);
    let wanted: Vec<_> = planned
        .items
        .iter()
        .map(|item| Wanted::new(index, &item.name, item.element.as_deref(), item.kind.as_ref()))
        .collect();
    let mut words: BTreeSet<String> = around.tokens().collect();
    for one in &wanted {
        words.extend(one.name.tokens());
        words.extend(one.element.iter().map(|element| format!("e:{element}")));
        words.insert(format!("n:{}", one.name.key()));
    }
    let mut held: Vec<_> = index
        .candidates(&words)
        .into_iter()
        .filter_map(|place| {
            let known = index.known.resources.get(place)?;
            // What a department has not listed is its own matter until it does, and no reason for others.
            (known.listed || asker.sees_all || known.organisation_id == asker.organisation)
                .then(|| hold(index, place, &wanted, &around))?
        })
        .collect();
    let weights = Weights::of(index, &wanted, &held);
    let chosen = cover(index, &mut held, &weights);
    assemble(index, asker, (place, planned), &wanted, held, &weights, &chosen)
}

/// Finds, one to one, the planned items that an existing resource holds.
fn hold(index: &Index, place: usize, wanted: &[Wanted], around: &Name) -> Option<Held> {
    let known = index.known.resources.get(place)?;
    let indexed = index.resources.get(place)?;
    let mut pairs = Vec::new();
    for (mine, one) in wanted.iter().enumerate() {
        for (other, (item, split)) in known.items.iter().zip(&indexed.items).enumerate() {
            let fitting = compare((one, around), (item, split, &indexed.name));
            if fitting.score >= SAME {
                pairs.push((mine, other, fitting));
            }
        }
    }
    pairs.sort_by(|a, b| b.2.score.total_cmp(&a.2.score).then(a.0.cmp(&b.0)).then(a.1.cmp(&b.1)));
    let mut items: BTreeMap<usize, (usize, Fitting)> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (mine, other, fitting) in pairs {
        if !items.contains_key(&mine) && taken.insert(other) {
            items.insert(mine, (other, fitting));
        }
    }
    let nothing = Name::default();
    Some(Held { place, items, name: alike(around, &nothing, &indexed.name, &nothing) })
}

/// What each planned item says.
struct Weights {
    weight: Vec<f64>,
    /// True for items that only say whose record it is.
    naming: Vec<bool>,
    all: f64,
}

fn names_a_subject(kind: &ValueKind) -> bool {
    matches!(
        kind,
        ValueKind::ResidentId | ValueKind::CreditCode | ValueKind::PersonName | ValueKind::EnterpriseName
    )
}

impl Weights {
    fn of(index: &Index, wanted: &[Wanted], held: &[Held]) -> Self {
        let mut weight = Vec::new();
        let mut naming = Vec::new();
        for (mine, one) in wanted.iter().enumerate() {
            let best = held
                .iter()
                .filter_map(|held| {
                    let (other, fitting) = held.items.get(&mine)?;
                    let split = index.resources.get(held.place)?.items.get(*other)?;
                    let item = index.known.resources.get(held.place)?.items.get(*other)?;
                    Some((fitting.score, split, item))
                })
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let planned_kind = one.element.as_deref().and_then(standards::elements::by_code).map(|e| e.kind);
            let kind = best.map(|(_, _, item)| item.kind.clone()).or(planned_kind);
            // The name of a father, a head of household or a legal representative is a datum, not a key.
            let of_another = one.name.hard.contains_key(&super::words::Class::Party);
            naming.push(!of_another && kind.is_some_and(|kind| names_a_subject(&kind)));
            weight.push(
                best.map_or_else(|| index.weight_of(""), |(_, split, _)| index.weight_of(&split.concept)),
            );
        }
        let all = weight.iter().zip(&naming).filter(|(_, naming)| !**naming).map(|(weight, _)| weight).sum();
        Self { weight, naming, all }
    }

    fn telling(&self, item: usize) -> f64 {
        let naming = self.naming.get(item).copied().unwrap_or(true);
        if naming { 0.0 } else { self.weight.get(item).copied().unwrap_or(0.0) }
    }

    /// Share of what is planned that these items are, by weight.
    fn share<'a>(&self, items: impl IntoIterator<Item = (&'a usize, f64)>) -> f64 {
        let sum: f64 = items.into_iter().map(|(item, score)| self.telling(*item) * score).sum();
        if self.all > 0.0 { (sum / self.all).min(1.0) } else { 0.0 }
    }
}

/// Chooses, one after the other, the resources that hold most of what no chosen one holds. Gives their places in `held`,
/// which is left sorted, best first.
fn cover(index: &Index, held: &mut [Held], weights: &Weights) -> BTreeSet<usize> {
    let mut open: BTreeSet<usize> = (0..weights.weight.len()).collect();
    let mut chosen = BTreeSet::new();
    loop {
        let gain = |held: &Held| {
            let fresh = held.items.iter().filter(|(item, _)| open.contains(item));
            let telling = weights.share(fresh.map(|(item, (_, fitting))| (item, fitting.score)));
            let base = index.known.resources.get(held.place).is_some_and(|known| known.base);
            let all = weights.share(held.items.iter().map(|(item, (_, fitting))| (item, fitting.score)));
            telling + 0.25 * held.name.score + 0.1 * all + if base { 0.05 } else { 0.0 }
        };
        let best = held
            .iter()
            .filter(|held| !chosen.contains(&held.place) && accepts(held, &open, weights))
            .max_by(|a, b| gain(a).total_cmp(&gain(b)).then(b.place.cmp(&a.place)));
        let Some(best) = best else { break };
        chosen.insert(best.place);
        for item in best.items.keys() {
            open.remove(item);
        }
    }
    let rank = |held: &Held| {
        let all = weights.share(held.items.iter().map(|(item, (_, fitting))| (item, fitting.score)));
        (chosen.contains(&held.place), 0.75 * all + 0.25 * held.name.score)
    };
    held.sort_by(|a, b| {
        let ((a_in, a_score), (b_in, b_score)) = (rank(a), rank(b));
        b_in.cmp(&a_in).then(b_score.total_cmp(&a_score)).then(a.place.cmp(&b.place))
    });
    chosen
}

/// Whether a resource holds a good part of what is planned and nobody chosen holds yet.
fn accepts(held: &Held, open: &BTreeSet<usize>, weights: &Weights) -> bool {
    let fresh: Vec<_> =
        held.items.iter().filter(|(item, _)| open.contains(item) && weights.telling(**item) > 0.0).collect();
    if fresh.is_empty() {
        // Nothing but names and numbers is planned: then the name of the list decides.
        return weights.all == 0.0
            && held.name.score >= 0.8
            && held.items.len() == weights.weight.len()
            && held.items.keys().all(|item| open.contains(item));
    }
    let share = weights.share(fresh.iter().map(|(item, (_, fitting))| (*item, fitting.score)));
    let proven = fresh.iter().filter(|(_, (_, fitting))| fitting.proven).count();
    let named_alike = held.name.opposed.is_none() && held.name.score >= 0.6;
    if held.name.opposed.is_some() && proven == 0 {
        return false;
    }
    (proven > 0 && share >= PROVEN_PART)
        || (fresh.len() > 1 && share >= GOOD_PART && (named_alike || share >= MOST_PART))
}

/// Thousandths are enough for a score.
fn rounded(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

fn holding(known: &KnownResource, asker: &Asker) -> Holding {
    let way = if known.organisation_id == asker.organisation {
        Way::Own
    } else if !known.shareable {
        Way::Withheld
    } else if known.listed {
        Way::Request
    } else {
        Way::Demand
    };
    Holding {
        source: known.source.to_owned(),
        id: known.id.clone(),
        code: known.code.clone(),
        name: known.name.clone(),
        organisation_id: known.organisation_id.clone(),
        organisation_name: known.organisation_name.clone(),
        system_id: known.system_id.clone(),
        system_name: known.system_name.clone(),
        listed: known.listed,
        mounted: known.mounted,
        way,
        link: known.link.clone(),
    }
}

fn assemble(
    index: &Index,
    asker: &Asker,
    (place, planned): (usize, &PlannedResource),
    wanted: &[Wanted],
    held: Vec<Held>,
    weights: &Weights,
    chosen: &BTreeSet<usize>,
) -> ResourceMatch {
    let items: Vec<_> = wanted
        .iter()
        .enumerate()
        .map(|(mine, one)| item_match(index, asker, mine, one, &held, chosen))
        .collect();
    let hits: Vec<_> = held
        .iter()
        .filter(|held| !held.items.is_empty() || held.name.score >= 0.8)
        .take(chosen.len().max(5))
        .filter_map(|held| resource_hit(index, asker, wanted, held, weights, chosen.contains(&held.place)))
        .collect();
    let overlapping: Vec<_> = hits.iter().filter(|hit| hit.overlaps).collect();
    let advice = match overlapping.first() {
        None => Advice::Build,
        Some(_) if overlapping.iter().any(|hit| hit.holding.way == Way::Own) => Advice::Reuse,
        Some(_) => Advice::Share,
    };
    ResourceMatch {
        place,
        name: planned.name.clone(),
        overlaps: !overlapping.is_empty(),
        advice,
        exists: Ratio::of(items.iter().filter(|item| item.exists).count(), items.len()),
        hits,
        items,
    }
}

fn resource_hit(
    index: &Index,
    asker: &Asker,
    wanted: &[Wanted],
    held: &Held,
    weights: &Weights,
    overlaps: bool,
) -> Option<ResourceHit> {
    let known = index.known.resources.get(held.place)?;
    let weighted = weights.share(held.items.iter().map(|(item, (_, fitting))| (item, fitting.score)));
    let mut telling: Vec<_> = held.items.keys().copied().collect();
    telling.sort_by(|a, b| weights.telling(*b).total_cmp(&weights.telling(*a)).then(a.cmp(b)));
    let names: Vec<_> =
        telling.iter().filter_map(|item| wanted.get(*item)).map(|one| one.zh.as_str()).take(4).collect();
    let (some, all) = (held.items.len(), wanted.len());
    Some(ResourceHit {
        holding: holding(known, asker),
        score: rounded(0.75 * weighted + 0.25 * held.name.score),
        overlaps,
        items: Ratio::of(some, all),
        weighted: rounded(weighted),
        name: rounded(held.name.score),
        reason: Reason {
            zh: format!("{all} 个信息项中已有 {some} 个：{}", names.join("、")),
            en: format!("Holds {some} of {all} items: {}", names.join(", ")),
        },
    })
}

fn item_match(
    index: &Index,
    asker: &Asker,
    mine: usize,
    one: &Wanted,
    held: &[Held],
    chosen: &BTreeSet<usize>,
) -> ItemMatch {
    let mut found: Vec<_> = held
        .iter()
        .filter_map(|held| {
            let (other, fitting) = held.items.get(&mine)?;
            let known = index.known.resources.get(held.place)?;
            let item = known.items.get(*other)?;
            Some((chosen.contains(&held.place), fitting, known, item))
        })
        .collect();
    // The sort is stable: among equals the order of the resources stays.
    found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.score.total_cmp(&a.1.score)));
    let hits: Vec<_> = found
        .into_iter()
        .take(3)
        .map(|(_, fitting, known, item)| ItemHit {
            holding: holding(known, asker),
            item: item.item.clone(),
            zh: item.zh.clone(),
            element: item.element.clone(),
            score: rounded(fitting.score),
            reason: reason(fitting, one, item),
        })
        .collect();
    ItemMatch {
        place: mine,
        name: one.zh.clone(),
        element: one.element.clone(),
        exists: !hits.is_empty(),
        hits,
    }
}
