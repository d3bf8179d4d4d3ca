//! Searches the catalogue, and tells who holds a datum.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use kernel::ids::OrganisationId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result, Role};
use serde::Deserialize;
use standards::elements;

use super::answer::{FacetValue, Facets, FoundItem, HeldElement, Hit, Holder, Holders, SearchPage};
use super::entry::Entry;
use super::finder::Snapshot;
use super::index::Question;
use super::tokens::{Run, name_holds};
use crate::Catalog;
use crate::model::{Classification, MountState, ResourceState, ShareType, UpdateCycle};
use crate::propose::named_elements;

/// What a search may be narrowed to.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchFilter {
    /// Provider.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// Share type.
    #[serde(default)]
    pub share_type: Option<ShareType>,
    /// 类.
    #[serde(default)]
    pub classification: Option<Classification>,
    /// State of publication.
    #[serde(default)]
    pub state: Option<ResourceState>,
    /// State of the mount.
    #[serde(default)]
    pub mount_state: Option<MountState>,
    /// Update cycle.
    #[serde(default)]
    pub update_cycle: Option<UpdateCycle>,
    /// Open to society.
    #[serde(default)]
    pub open_to_society: Option<bool>,
}

/// Which datum is asked for.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HolderQuery {
    /// Code of the data element.
    #[serde(default)]
    pub element: Option<String>,
}

/// Number of facets.
const FACETS: usize = 7;

/// The values of an entry that facets count, in their order.
fn values(entry: &Entry) -> [&str; FACETS] {
    [
        entry.organisation_id.as_str(),
        &entry.share_type,
        &entry.classification,
        &entry.state,
        &entry.mount_state,
        &entry.update_cycle,
        if entry.open_to_society { "true" } else { "false" },
    ]
}

impl SearchFilter {
    fn wanted(&self) -> [Option<&str>; FACETS] {
        [
            self.organisation_id.as_ref().map(OrganisationId::as_str),
            self.share_type.map(ShareType::as_str),
            self.classification.map(Classification::as_str),
            self.state.map(ResourceState::as_str),
            self.mount_state.map(MountState::as_str),
            self.update_cycle.map(UpdateCycle::as_str),
            self.open_to_society.map(|open| if open { "true" } else { "false" }),
        ]
    }
}

/// Who reads, as far as it decides what he may know of.
struct Reader {
    everything: bool,
    own: Option<OrganisationId>,
}

impl Reader {
    fn of(actor: &Actor) -> Self {
        Self {
            everything: matches!(actor, Actor::System) || actor.has_role(&[Role::BusinessOperator]),
            own: actor.organisation().map(|own| own.id.clone()),
        }
    }

    fn may_know(&self, entry: &Entry) -> bool {
        self.everything || in_force(entry) || self.own.as_ref() == Some(&entry.organisation_id)
    }
}

/// True when the entry binds everybody, as the law names the state.
fn in_force(entry: &Entry) -> bool {
    ResourceState::parse(&entry.state).is_some_and(ResourceState::in_force)
}

/// Data elements that a word of a question names.
fn elements_of(word: &Run) -> Vec<&'static str> {
    match word {
        Run::Han(run) => named_elements(&run.iter().collect::<String>()),
        Run::Latin(word) => named_elements(word),
    }
}

fn hit(entry: &Entry, score: f32, question: &Question) -> Hit {
    let found = |item: &&super::entry::EntryItem| {
        question
            .words
            .iter()
            .zip(&question.elements)
            .any(|(word, elements)| elements.contains(&&*item.element) || name_holds(&item.zh, word))
    };
    Hit {
        id: entry.id.clone(),
        code: entry.code.clone(),
        name: entry.name.clone(),
        summary: entry.summary.clone(),
        organisation_id: entry.organisation_id.clone(),
        organisation_name: entry.organisation_name.clone(),
        classification: entry.classification.clone(),
        share_type: entry.share_type.clone(),
        state: entry.state.clone(),
        mount_state: entry.mount_state.clone(),
        update_cycle: entry.update_cycle.clone(),
        open_to_society: entry.open_to_society,
        published_ms: entry.published_ms,
        updated_ms: entry.updated_ms,
        item_count: entry.items.len(),
        found_items: entry.items.iter().filter(found).take(5).map(item).collect(),
        score,
    }
}

fn item(item: &super::entry::EntryItem) -> FoundItem {
    FoundItem {
        item: item.item.clone(),
        zh: item.zh.to_string(),
        element: item.element.to_string(),
        is_key: item.is_key,
    }
}

impl Catalog {
    /// Builds the search index, so that the first reader after a start does not wait for it: a large catalogue takes seconds.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub async fn prepare_search(&self) -> Result<()> {
        self.finder.fresh(self).await.map(drop)
    }

    /// Searches by words, pinyin, initials, code and data element; without a question everything is found.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn search(
        &self,
        actor: &Actor,
        filter: &SearchFilter,
        query: &ListQuery,
    ) -> Result<SearchPage> {
        let snapshot = self.finder.fresh(self).await?;
        let (reader, filter, query) = (Reader::of(actor), filter.clone(), query.clone());
        tokio::task::spawn_blocking(move || look(&snapshot, &reader, &filter, &query))
            .await
            .map_err(|error| Error::internal("catalog.search", error))?
    }

    /// Who holds a datum: resources by data element, named by its code or in words. Nobody holds nothing.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn holders(&self, actor: &Actor, asked: &HolderQuery, query: &ListQuery) -> Result<Holders> {
        let snapshot = self.finder.fresh(self).await?;
        let (reader, asked, query) = (Reader::of(actor), asked.clone(), query.clone());
        tokio::task::spawn_blocking(move || who_holds(&snapshot, &reader, &asked, &query))
            .await
            .map_err(|error| Error::internal("catalog.search", error))
    }
}

fn look(
    snapshot: &Snapshot,
    reader: &Reader,
    filter: &SearchFilter,
    query: &ListQuery,
) -> Result<SearchPage> {
    let question = query.search().map(|text| Question::read(&text, elements_of)).unwrap_or_default();
    let mut loosened = false;
    let mut found: Vec<(f32, &Arc<Entry>)> = if query.search().is_none() {
        snapshot.all().map(|(_, entry)| (0.0, entry)).collect()
    } else if question.words.is_empty() {
        Vec::new()
    } else {
        let mut hits = snapshot.text.find(&question, true)?;
        if hits.is_empty() && question.words.len() > 1 {
            hits = snapshot.text.find(&question, false)?;
            loosened = !hits.is_empty();
        }
        let slot = |slot: u64| usize::try_from(slot).ok();
        hits.into_iter().filter_map(|(score, at)| Some((score, snapshot.entry(slot(at)?)?))).collect()
    };
    found.retain(|(_, entry)| reader.may_know(entry));
    let facets = facets(&found, filter);
    let wanted = filter.wanted();
    found.retain(|(_, entry)| fits(entry, &wanted, None));
    sort(&mut found, query);
    let total = found.len() as u64;
    let skip = usize::try_from(query.page_index() * query.size()).unwrap_or(usize::MAX);
    let take = usize::try_from(query.size()).unwrap_or(200);
    let hits =
        found.into_iter().skip(skip).take(take).map(|(score, entry)| hit(entry, score, &question)).collect();
    let elements: BTreeSet<&str> = question.elements.iter().flatten().copied().collect();
    Ok(SearchPage {
        page: Page::new(hits, total, query),
        facets,
        elements: elements.into_iter().map(str::to_owned).collect(),
        loosened,
    })
}

fn fits(entry: &Entry, wanted: &[Option<&str>; FACETS], but: Option<usize>) -> bool {
    wanted
        .iter()
        .zip(values(entry))
        .enumerate()
        .all(|(at, (wanted, value))| Some(at) == but || wanted.is_none_or(|wanted| wanted == value))
}

fn sort(found: &mut [(f32, &Arc<Entry>)], query: &ListQuery) {
    let asked = query.search().is_some();
    match query.order() {
        Some(("name", _)) => found.sort_by(|a, b| a.1.name.cmp(&b.1.name).then(a.1.code.cmp(&b.1.code))),
        Some(("code", _)) => found.sort_by(|a, b| a.1.code.cmp(&b.1.code)),
        Some(("updated_ms", _)) => found.sort_by_key(|(_, entry)| entry.updated_ms),
        Some(("published_ms", _)) => found.sort_by_key(|(_, entry)| entry.published_ms),
        _ if asked => found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.code.cmp(&b.1.code))),
        _ => found.sort_by(|a, b| b.1.updated_ms.cmp(&a.1.updated_ms).then_with(|| a.1.code.cmp(&b.1.code))),
    }
    let known = ["name", "code", "updated_ms", "published_ms"];
    if query.order().is_some_and(|(field, down)| down && known.contains(&field)) {
        found.reverse();
    }
}

fn facets(found: &[(f32, &Arc<Entry>)], filter: &SearchFilter) -> Facets {
    let wanted = filter.wanted();
    let mut counts: [HashMap<&str, (usize, &str)>; FACETS] = Default::default();
    for (_, entry) in found {
        for (at, (count, value)) in counts.iter_mut().zip(values(entry)).enumerate() {
            if fits(entry, &wanted, Some(at)) {
                count.entry(value).or_insert((0, entry.organisation_name.as_str())).0 += 1;
            }
        }
    }
    let mut made = counts.into_iter().enumerate().map(|(at, counts)| {
        let mut values: Vec<FacetValue> = counts
            .into_iter()
            .map(|(value, (count, name))| FacetValue {
                value: value.to_owned(),
                name: (at == 0).then(|| name.to_owned()),
                count,
            })
            .collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        values
    });
    let mut next = || made.next().unwrap_or_default();
    Facets {
        organisation_id: next(),
        share_type: next(),
        classification: next(),
        state: next(),
        mount_state: next(),
        update_cycle: next(),
        open_to_society: next(),
    }
}

fn who_holds(snapshot: &Snapshot, reader: &Reader, asked: &HolderQuery, query: &ListQuery) -> Holders {
    let text = query.search();
    let codes = match (&asked.element, &text) {
        (Some(code), _) => elements::by_code(code).map(|element| vec![element.code]).unwrap_or_default(),
        (None, Some(text)) => asked_elements(text),
        (None, None) => Vec::new(),
    };
    let (mut held, mut all) = (Vec::new(), Vec::new());
    for element in codes.into_iter().filter_map(elements::by_code) {
        let slots = snapshot.by_element.get(element.code).map(Vec::as_slice).unwrap_or_default();
        let mut known: Vec<&Arc<Entry>> = slots
            .iter()
            .filter_map(|slot| snapshot.entry(*slot))
            .filter(|entry| reader.may_know(entry))
            .collect();
        let offices: BTreeSet<&OrganisationId> = known.iter().map(|entry| &entry.organisation_id).collect();
        held.push(HeldElement {
            code: element.code.to_owned(),
            zh: element.zh.to_owned(),
            en: element.en.to_owned(),
            grade: element.grade.number(),
            resources: known.len(),
            organisations: offices.len(),
        });
        // Published and mounted first: from there the datum can be had today.
        known.sort_by_key(|entry| {
            let published = in_force(entry);
            let mounted = entry.mount_state == MountState::Mounted.as_str();
            (!published, !mounted, entry.code.clone())
        });
        all.extend(known.into_iter().map(|entry| (element.code, entry)));
    }
    let total = all.len() as u64;
    let skip = usize::try_from(query.page_index() * query.size()).unwrap_or(usize::MAX);
    let take = usize::try_from(query.size()).unwrap_or(200);
    let nothing = Question::default();
    let holders = all.into_iter().skip(skip).take(take).map(|(code, entry)| Holder {
        element: code.to_owned(),
        items: entry.items.iter().filter(|one| &*one.element == code).map(item).collect(),
        resource: hit(entry, 0.0, &nothing),
    });
    Holders { page: Page::new(holders.collect(), total, query), elements: held }
}

/// Elements that a question names, else those whose name holds it.
fn asked_elements(text: &str) -> Vec<&'static str> {
    let named = named_elements(text);
    if !named.is_empty() {
        return named;
    }
    let words = super::tokens::runs(text);
    let holds = |name: &str| !words.is_empty() && words.iter().all(|word| name_holds(name, word));
    elements::all()
        .filter(|element| holds(element.zh) || holds(element.en) || holds(element.code))
        .map(|element| element.code)
        .take(20)
        .collect()
}
