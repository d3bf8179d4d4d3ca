//! What exists, prepared for matching: names split, data elements counted, words led back to their resources.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use super::known::{Known, KnownItem};
use super::name::Name;

/// Resources compared item by item for one planned resource.
const CANDIDATES: usize = 60;

/// Meaning of a name to the data element that has it, from the register of data elements.
static REGISTER: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut keys: HashMap<String, Option<&'static str>> = HashMap::new();
    for element in standards::elements::all() {
        // Two elements of one meaning: the name alone does not tell which.
        keys.entry(Name::of(element.zh).key())
            .and_modify(|known| *known = known.filter(|code| *code == element.code))
            .or_insert(Some(element.code));
    }
    keys.into_iter().filter_map(|(key, code)| Some((key, code?))).collect()
});

/// An existing item with its name split.
#[derive(Debug)]
pub struct IndexedItem {
    /// The name's parts.
    pub name: Name,
    /// What it is, for counting: its data element, or the meaning of its name where the element says too little.
    pub concept: String,
    /// True when one resource binds several different items to its element, so that the element alone is no proof.
    pub vague: bool,
}

/// An existing resource with its names split.
#[derive(Debug)]
pub struct IndexedResource {
    /// The name's parts.
    pub name: Name,
    /// Words of name and abstract.
    pub words: BTreeSet<String>,
    /// Its items, in order.
    pub items: Vec<IndexedItem>,
}

/// Everything that exists, ready to be searched.
#[derive(Debug, Default)]
pub struct Index {
    /// As it was given.
    pub known: Known,
    /// The same resources, split.
    pub resources: Vec<IndexedResource>,
    concepts: HashMap<String, usize>,
    /// For each group of data elements, such as `person`, how many different ones each resource holds.
    groups: HashMap<String, BTreeMap<usize, usize>>,
    /// How many resources have a word in name or abstract.
    titles: HashMap<String, usize>,
    tokens: HashMap<String, Vec<usize>>,
    learnt: HashMap<String, Option<String>>,
}

/// Data elements that some resource binds to items of different meaning, or that mean something else each time.
fn vague_elements(known: &Known) -> BTreeSet<String> {
    let mut vague = BTreeSet::new();
    let mut uses: BTreeMap<&str, (usize, BTreeSet<String>)> = BTreeMap::new();
    for resource in &known.resources {
        let mut here: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for item in &resource.items {
            let Some(element) = &item.element else { continue };
            let key = Name::of(&item.zh).key();
            let used = uses.entry(element).or_default();
            used.0 += 1;
            used.1.insert(key.clone());
            here.entry(element).or_default().insert(key);
        }
        vague.extend(
            here.into_iter().filter(|(_, keys)| keys.len() > 1).map(|(element, _)| element.to_owned()),
        );
    }
    let scattered = uses.into_iter().filter(|(_, (count, keys))| *count >= 8 && keys.len() * 3 > *count * 2);
    vague.extend(scattered.map(|(element, _)| element.to_owned()));
    vague
}

fn concept(item: &KnownItem, name: &Name, vague: bool) -> String {
    match &item.element {
        Some(element) if !vague => format!("e:{element}"),
        _ => format!("n:{}", name.key()),
    }
}

/// Words of texts, sentence by sentence.
pub fn words_of(texts: &[&str]) -> BTreeSet<String> {
    let pieces = texts.iter().flat_map(|text| text.split(['，', '。', '、', '；', ',', ';', '\n']));
    pieces.flat_map(|piece| Name::of(piece).tokens().collect::<Vec<_>>()).collect()
}

/// Group of a data element: what stands before the dot.
fn group(element: &str) -> &str {
    element.split('.').next().unwrap_or(element)
}

impl Index {
    /// Prepares everything that exists.
    pub fn new(known: Known) -> Self {
        let vague = vague_elements(&known);
        let mut index = Self::default();
        for (place, resource) in known.resources.iter().enumerate() {
            let name = Name::of(&resource.name);
            let mut tokens: BTreeSet<String> = name.tokens().collect();
            let mut concepts = BTreeSet::new();
            let mut items = Vec::new();
            let mut elements = BTreeSet::new();
            for item in &resource.items {
                let name = Name::of(&item.zh);
                elements.extend(item.element.as_deref());
                let is_vague = item.element.as_ref().is_some_and(|element| vague.contains(element));
                let concept = concept(item, &name, is_vague);
                tokens.extend(name.tokens());
                tokens.insert(concept.clone());
                concepts.insert(concept.clone());
                if let (Some(element), false) = (&item.element, is_vague) {
                    index
                        .learnt
                        .entry(name.key())
                        .and_modify(|known| *known = known.take().filter(|code| code == element))
                        .or_insert_with(|| Some(element.clone()));
                }
                items.push(IndexedItem { name, concept, vague: is_vague });
            }
            for element in elements {
                *index.groups.entry(group(element).to_owned()).or_default().entry(place).or_default() += 1;
            }
            for concept in concepts {
                *index.concepts.entry(concept).or_default() += 1;
            }
            for token in tokens {
                index.tokens.entry(token).or_default().push(place);
            }
            let words = words_of(&[&resource.name, &resource.summary]);
            for word in &words {
                *index.titles.entry(word.clone()).or_default() += 1;
            }
            index.resources.push(IndexedResource { name, words, items });
        }
        index.known = known;
        index
    }

    /// The data element that a name means: as the catalogue uses the name, else as the register of elements has it.
    pub fn element_of(&self, name: &Name) -> Option<String> {
        let key = name.key();
        self.learnt.get(&key).cloned().flatten().or_else(|| REGISTER.get(&key).map(|code| (*code).to_owned()))
    }

    /// How many resources hold a concept.
    pub fn holders(&self, concept: &str) -> usize {
        self.concepts.get(concept).copied().unwrap_or(0)
    }

    /// From how many holders on an item is common: sex and telephone are in every other list.
    pub fn common(&self) -> usize {
        (self.resources.len() / 12).max(3)
    }

    /// How much a resource is the home of a data element, 0 to 1: the register that holds most of a group of elements, such as
    /// those of a person, is where a single one of them comes from.
    #[expect(clippy::cast_precision_loss, reason = "counts of elements stay far below 2^52")]
    pub fn home(&self, place: usize, element: &str) -> f64 {
        let Some(holders) = self.groups.get(group(element)) else { return 0.0 };
        let own = holders.get(&place).copied().unwrap_or(0) as f64;
        let most = holders.values().max().copied().unwrap_or(1).max(1) as f64;
        own / most
    }

    /// True when a resource is the one home of a data element: no other holds as many of its group.
    pub fn only_home(&self, place: usize, element: &str) -> bool {
        let Some(holders) = self.groups.get(group(element)) else { return false };
        let own = holders.get(&place).copied().unwrap_or(0);
        holders.iter().all(|(other, count)| *other == place || *count < own)
    }

    /// Share of two sets of words that is common, rare words weighing more.
    pub fn words_alike(&self, a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
        let sum = |words: &mut dyn Iterator<Item = &String>| -> f64 {
            words.map(|word| self.weight(self.titles.get(word).copied().unwrap_or(0))).sum()
        };
        let (one, other) = (sum(&mut a.iter()), sum(&mut b.iter()));
        if one.min(other) <= 0.0 { 0.0 } else { 2.0 * sum(&mut a.intersection(b)) / (one + other) }
    }

    /// How much an item says that this many of all resources hold: little when nearly all do.
    #[expect(clippy::cast_precision_loss, reason = "counts of resources stay far below 2^52")]
    fn weight(&self, holders: usize) -> f64 {
        let all = self.resources.len() as f64;
        ((all + 1.0) / (holders.max(1) as f64 + 0.5)).ln().max(0.25)
    }

    /// Weight of a concept.
    pub fn weight_of(&self, concept: &str) -> f64 {
        self.weight(self.holders(concept))
    }

    /// Places of the resources worth comparing item by item, for the words of a planned resource.
    pub fn candidates(&self, words: &BTreeSet<String>) -> Vec<usize> {
        let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
        for word in words {
            let Some(places) = self.tokens.get(word) else { continue };
            let weight = self.weight(places.len());
            for place in places {
                *sums.entry(*place).or_default() += weight;
            }
        }
        let mut ranked: Vec<_> = sums.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.into_iter().take(CANDIDATES).map(|(place, _)| place).collect()
    }
}
