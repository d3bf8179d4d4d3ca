//! A planned resource against everything that exists: which resources hold it, or a good part of it, already.
//!
//! Item by item first; then the fewest existing resources that together hold what is planned are looked for. An item that few
//! hold weighs more than one that all hold, and that people are named by number and name says nothing at all.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ids::OrganisationId;
use standards::kind::ValueKind;

use super::index::{Index, words_of};
use super::items::{Fitting, SAME, Wanted, compare, reason};
use super::known::KnownResource;
use super::name::{Alike, Name, alike};
use super::report::{Advice, Holding, ItemHit, ItemMatch, Ratio, Reason, ResourceHit, ResourceMatch, Way};
use super::{Asker, PlannedResource};

/// Share of what is planned, by weight, from which on a resource whose name is alike holds a good part of it.
const GOOD_PART: f64 = 0.34;
/// From here on the names of two resources have something to do with each other.
const SOME_NAME: f64 = 0.2;
/// The share when the names of the resources say nothing.
const MOST_PART: f64 = 0.5;
/// The same when a data element proves it.
const PROVEN_PART: f64 = 0.1;
/// From here on a resource counts as the home of a data element.
const HOME: f64 = 0.5;

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
    let title = words_of(&[&planned.name, &planned.description]);
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
                .then(|| hold(index, place, &wanted, (&around, &title)))?
        })
        .collect();
    let weights = Weights::of(index, &wanted, &held);
    let chosen = cover(index, &asker.organisation, &mut held, &weights);
    assemble(index, asker, (place, planned), &wanted, held, &weights, &chosen)
}

/// Finds, one to one, the planned items that an existing resource holds.
fn hold(
    index: &Index,
    place: usize,
    wanted: &[Wanted],
    (around, title): (&Name, &BTreeSet<String>),
) -> Option<Held> {
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
    let mut name = alike(around, &nothing, &indexed.name, &nothing);
    name.score = name.score.max(0.8 * index.words_alike(title, &indexed.words));
    Some(Held { place, items, name })
}

/// What a planned item says about where it comes from.
#[derive(Clone, Copy, Default)]
struct Weight {
    /// The fewer hold it, the more.
    telling: f64,
    /// True when many hold it: sex, telephone.
    common: bool,
    /// True when it cannot prove anything alone: numbers by which things are named, telephones, addresses, and names
    /// that may mean many things.
    weak: bool,
}

/// What each planned item says.
struct Weights {
    items: Vec<Weight>,
    all: f64,
}

fn names_a_subject(kind: &ValueKind) -> bool {
    matches!(
        kind,
        ValueKind::ResidentId | ValueKind::CreditCode | ValueKind::PersonName | ValueKind::EnterpriseName
    )
}

fn says_where_to_reach(kind: &ValueKind) -> bool {
    matches!(kind, ValueKind::Mobile | ValueKind::Landline | ValueKind::Phone | ValueKind::Address)
}

impl Weights {
    fn of(index: &Index, wanted: &[Wanted], held: &[Held]) -> Self {
        let items: Vec<_> = wanted
            .iter()
            .enumerate()
            .map(|(mine, one)| {
                let best = held
                    .iter()
                    .filter_map(|held| {
                        let (other, fitting) = held.items.get(&mine)?;
                        let split = index.resources.get(held.place)?.items.get(*other)?;
                        let item = index.known.resources.get(held.place)?.items.get(*other)?;
                        Some((fitting.score, split, item))
                    })
                    .max_by(|a, b| a.0.total_cmp(&b.0));
                let planned = one.element.as_deref().and_then(standards::elements::by_code).map(|e| e.kind);
                let kind = best.map(|(_, _, item)| item.kind.clone()).or(planned);
                // The name of a father, a head of household or a legal representative is a datum, not a key.
                let of_another = one.name.hard.contains_key(&super::words::Class::Party);
                let naming = !of_another && kind.as_ref().is_some_and(names_a_subject);
                let concept = best.map_or("", |(_, split, _)| split.concept.as_str());
                Weight {
                    telling: if naming { 0.0 } else { index.weight_of(concept) },
                    common: index.holders(concept) >= index.common(),
                    weak: best.is_some_and(|(_, _, item)| item.is_key)
                        || kind.as_ref().is_some_and(says_where_to_reach)
                        || !one.stated && !one.name.is_specific(),
                }
            })
            .collect();
        let all = items.iter().map(|item| item.telling).sum();
        Self { items, all }
    }

    fn get(&self, item: usize) -> Weight {
        self.items.get(item).copied().unwrap_or_default()
    }

    fn telling(&self, item: usize) -> f64 {
        self.get(item).telling
    }

    /// Share of what is planned that these items are, by weight.
    fn share<'a>(&self, items: impl IntoIterator<Item = (&'a usize, f64)>) -> f64 {
        let sum: f64 = items.into_iter().map(|(item, score)| self.telling(*item) * score).sum();
        if self.all > 0.0 { (sum / self.all).min(1.0) } else { 0.0 }
    }
}

/// The cover of a plan that is being looked for.
struct Cover<'a> {
    index: &'a Index,
    weights: &'a Weights,
    asker: &'a OrganisationId,
    open: BTreeSet<usize>,
}

impl Cover<'_> {
    /// How much a resource is the home of an existing item.
    fn home(&self, held: &Held, other: usize) -> f64 {
        self.element(held, other).map_or(0.0, |element| self.index.home(held.place, element))
    }

    fn element(&self, held: &Held, other: usize) -> Option<&str> {
        self.index.known.resources.get(held.place)?.items.get(other)?.element.as_deref()
    }

    fn only_home(&self, held: &Held, other: usize) -> bool {
        self.element(held, other).is_some_and(|element| self.index.only_home(held.place, element))
    }

    /// What choosing a resource would bring.
    fn gain(&self, held: &Held) -> f64 {
        let fresh = held.items.iter().filter(|(item, _)| self.open.contains(item));
        let homely = |other: usize, score: f64| score * (0.6 + 0.4 * self.home(held, other));
        let telling =
            self.weights.share(fresh.map(|(item, (other, fitting))| (item, homely(*other, fitting.score))));
        let known = self.index.known.resources.get(held.place);
        let base = known.is_some_and(|known| known.base);
        // What the own department holds is what a new system of it most likely repeats.
        let own = known.is_some_and(|known| known.organisation_id == *self.asker);
        let bonus = if base { 0.05 } else { 0.0 } + if own { 0.15 } else { 0.0 };
        telling + 0.6 * held.name.score + 0.1 * all_of(held, self.weights) + bonus
    }

    /// Whether a resource holds a good part of what is planned and nobody chosen holds yet.
    fn accepts(&self, held: &Held) -> bool {
        let fresh: Vec<_> = held
            .items
            .iter()
            .filter(|(item, _)| self.open.contains(item) && self.weights.telling(**item) > 0.0)
            .collect();
        if fresh.is_empty() {
            // Nothing but names and numbers is planned: then the name of the list decides.
            return self.weights.all == 0.0
                && held.name.score >= 0.8
                && held.items.len() == self.weights.items.len()
                && held.items.keys().all(|item| self.open.contains(item));
        }
        let share = self.weights.share(fresh.iter().map(|(item, (_, fitting))| (*item, fitting.score)));
        let proofs: Vec<_> = fresh
            .iter()
            .filter(|(_, (_, fitting))| fitting.proven)
            .map(|(item, (other, _))| (self.weights.get(**item), *other))
            .filter(|(weight, _)| !weight.weak)
            .collect();
        if held.name.opposed.is_some() && proofs.is_empty() {
            return false;
        }
        let named_alike = held.name.opposed.is_none() && held.name.score >= 0.6;
        // One rare datum proves its home; common ones only together, and only where they come from.
        let at_home = |other: &usize| self.home(held, *other) >= HOME;
        let rare = proofs.iter().any(|(weight, other)| !weight.common && (at_home(other) || named_alike));
        let common = proofs.iter().filter(|(_, other)| at_home(other)).count() > 1
            || proofs.iter().any(|(_, other)| self.only_home(held, *other));
        (rare || common) && share >= PROVEN_PART
            || fresh.len() > 1 && share >= GOOD_PART && (held.name.score >= SOME_NAME || share >= MOST_PART)
    }
}

fn all_of(held: &Held, weights: &Weights) -> f64 {
    weights.share(held.items.iter().map(|(item, (_, fitting))| (item, fitting.score)))
}

/// Chooses, one after the other, the resources that hold most of what no chosen one holds. Gives their places, and leaves
/// `held` sorted, best first.
fn cover(index: &Index, asker: &OrganisationId, held: &mut [Held], weights: &Weights) -> BTreeSet<usize> {
    let mut cover = Cover { index, weights, asker, open: (0..weights.items.len()).collect() };
    let mut chosen = BTreeSet::new();
    loop {
        let best = held
            .iter()
            .filter(|held| !chosen.contains(&held.place) && cover.accepts(held))
            .max_by(|a, b| cover.gain(a).total_cmp(&cover.gain(b)).then(b.place.cmp(&a.place)));
        let Some(best) = best else { break };
        chosen.insert(best.place);
        for item in best.items.keys() {
            cover.open.remove(item);
        }
    }
    let rank =
        |held: &Held| (chosen.contains(&held.place), 0.75 * all_of(held, weights) + 0.25 * held.name.score);
    held.sort_by(|a, b| {
        let ((a_in, a_score), (b_in, b_score)) = (rank(a), rank(b));
        b_in.cmp(&a_in).then(b_score.total_cmp(&a_score)).then(a.place.cmp(&b.place))
    });
    chosen
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
