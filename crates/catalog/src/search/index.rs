//! The full-text index: tantivy in memory. It answers which entries a question finds and how well; everything else is
//! told from the entries themselves.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use kernel::{Error, Result};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term};

use super::entry::Entry;
use super::tokens::{NameTokens, Run, grams, initials_asked, letters, pairs, runs, threes};

/// Memory of the writer before it turns what it holds into a segment.
const WRITER_BYTES: usize = 48 << 20;
/// Words of a question that are looked at.
const MOST_WORDS: usize = 8;

/// Fields of a document.
#[derive(Debug, Clone, Copy)]
struct Fields {
    slot: Field,
    name: Field,
    items: Field,
    summary: Field,
    organisation: Field,
    code: Field,
    element: Field,
    english: Field,
    name_initials: Field,
    item_initials: Field,
    name_pinyin: Field,
    item_pinyin: Field,
}

impl Fields {
    fn of(schema: &mut tantivy::schema::SchemaBuilder) -> Self {
        let indexing =
            TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqs);
        let text = TextOptions::default().set_indexing_options(indexing);
        let mut add = |name: &str| schema.add_text_field(name, text.clone());
        Self {
            name: add("name"),
            items: add("items"),
            summary: add("summary"),
            organisation: add("organisation"),
            code: add("code"),
            element: add("element"),
            english: add("english"),
            name_initials: add("name_initials"),
            item_initials: add("item_initials"),
            name_pinyin: add("name_pinyin"),
            item_pinyin: add("item_pinyin"),
            slot: schema.add_u64_field("slot", INDEXED | FAST),
        }
    }
}

/// The index with its writer.
pub struct TextIndex {
    fields: Fields,
    reader: IndexReader,
    writer: IndexWriter,
    names: HashMap<Arc<str>, NameTokens>,
}

fn failed(error: tantivy::TantivyError) -> Error {
    Error::internal("catalog.search", error)
}

impl TextIndex {
    /// An empty index.
    ///
    /// # Errors
    /// When its threads cannot be started.
    pub fn new() -> Result<Self> {
        let mut schema = Schema::builder();
        let fields = Fields::of(&mut schema);
        let index = Index::create_in_ram(schema.build());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(failed)?;
        let writer = index.writer_with_num_threads(1, WRITER_BYTES).map_err(failed)?;
        Ok(Self { fields, reader, writer, names: HashMap::new() })
    }

    /// Puts an entry in the place of what stood at that slot.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn put(&mut self, slot: u64, entry: &Entry) -> Result<()> {
        self.remove(slot);
        let document = self.document(slot, entry);
        self.writer.add_document(document).map_err(failed).map(drop)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, slot: u64) {
        self.writer.delete_term(Term::from_field_u64(self.fields.slot, slot));
    }

    /// Makes what was put and taken out visible to searches that begin later.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn commit(&mut self) -> Result<TextSearcher> {
        self.writer.commit().map_err(failed)?;
        self.reader.reload().map_err(failed)?;
        // Names repeat within a catalogue; what was read for one batch would only grow.
        self.names.clear();
        Ok(TextSearcher { fields: self.fields, searcher: self.reader.searcher() })
    }

    fn document(&mut self, slot: u64, entry: &Entry) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_u64(self.fields.slot, slot);
        let mut name = NameTokens::default();
        name.add(&entry.name);
        let (mut items, mut elements, mut english) =
            (NameTokens::default(), BTreeSet::new(), BTreeSet::new());
        for item in &entry.items {
            let tokens = self.names.entry(Arc::clone(&item.zh)).or_insert_with(|| {
                let mut tokens = NameTokens::default();
                tokens.add(&item.zh);
                tokens
            });
            items.extend(tokens);
            elements.insert(item.element.to_string());
            grams(&item.en, &mut english);
            grams(&item.item, &mut english);
        }
        let (mut summary, mut organisation) = (BTreeSet::new(), BTreeSet::new());
        grams(&entry.summary, &mut summary);
        let mut office = NameTokens::default();
        office.add(&entry.organisation_name);
        organisation.extend(office.grams);
        organisation.extend(office.initials);
        let mut code: BTreeSet<String> = threes(&letters(&entry.code)).into_iter().collect();
        grams(&entry.code, &mut code);
        for (field, tokens) in [
            (self.fields.name, name.grams),
            (self.fields.name_initials, name.initials),
            (self.fields.name_pinyin, name.pinyin),
            (self.fields.items, items.grams),
            (self.fields.item_initials, items.initials),
            (self.fields.item_pinyin, items.pinyin),
            (self.fields.element, elements),
            (self.fields.english, english),
            (self.fields.summary, summary),
            (self.fields.organisation, organisation),
            (self.fields.code, code),
        ] {
            if !tokens.is_empty() {
                document.add_pre_tokenized_text(field, cut(tokens));
            }
        }
        document
    }
}

fn cut(tokens: BTreeSet<String>) -> PreTokenizedString {
    let tokens = tokens
        .into_iter()
        .enumerate()
        .map(|(position, text)| Token { position, text, position_length: 1, ..Token::default() })
        .collect();
    PreTokenizedString { text: String::new(), tokens }
}

/// The index as it stood at one moment.
#[derive(Clone)]
pub struct TextSearcher {
    fields: Fields,
    searcher: Searcher,
}

/// A question, read.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Its words.
    pub words: Vec<Run>,
    /// For each word, the codes of data elements that it names.
    pub elements: Vec<Vec<&'static str>>,
}

impl Question {
    /// Reads a question; `elements` tells the data elements that a word names.
    pub fn read(text: &str, elements: impl Fn(&Run) -> Vec<&'static str>) -> Self {
        let words: Vec<Run> = runs(text).into_iter().take(MOST_WORDS).collect();
        let elements = words.iter().map(elements).collect();
        Self { words, elements }
    }
}

impl TextSearcher {
    /// Slots that the question finds, with their score, best first. With `strict`, every word must be found.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, question: &Question, strict: bool) -> Result<Vec<(f32, u64)>> {
        let occur = if strict { Occur::Must } else { Occur::Should };
        let clauses: Vec<(Occur, Box<dyn Query>)> = question
            .words
            .iter()
            .zip(&question.elements)
            .map(|(word, elements)| (occur, self.word(word, elements)))
            .collect();
        let most = usize::try_from(self.searcher.num_docs()).unwrap_or(usize::MAX).max(1);
        let found = self
            .searcher
            .search(&BooleanQuery::new(clauses), &TopDocs::with_limit(most).order_by_score())
            .map_err(failed)?;
        let mut columns = Vec::new();
        for segment in self.searcher.segment_readers() {
            columns.push(segment.fast_fields().u64("slot").map_err(failed)?);
        }
        let slots = found.into_iter().filter_map(|(score, address)| {
            let column = columns.get(address.segment_ord as usize)?;
            Some((score, column.first(address.doc_id)?))
        });
        Ok(slots.collect())
    }

    fn word(&self, word: &Run, elements: &[&str]) -> Box<dyn Query> {
        let f = &self.fields;
        let mut ways: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut way = |query: Box<dyn Query>, boost: f32| ways.push((Occur::Should, boosted(query, boost)));
        match word {
            Run::Han(run) => {
                let tokens: Vec<String> =
                    if run.len() == 1 { vec![run.iter().collect()] } else { pairs(run).collect() };
                for (field, boost) in [(f.name, 6.0), (f.items, 2.5), (f.organisation, 2.0), (f.summary, 1.0)]
                {
                    way(all_of(field, tokens.clone()), boost);
                }
                if tokens.len() >= 3 {
                    // A question is longer than the name it looks for: most of it must be there.
                    for (field, boost) in [(f.name, 0.8), (f.items, 0.3)] {
                        way(most_of(field, &tokens), boost);
                    }
                }
            }
            Run::Latin(word) => {
                if word.len() >= 3 {
                    way(all_of(f.code, threes(word)), 8.0);
                    way(all_of(f.name_pinyin, threes(word)), 4.0);
                    way(all_of(f.item_pinyin, threes(word)), 1.5);
                } else {
                    way(all_of(f.code, vec![word.clone()]), 4.0);
                }
                if word.len() >= 2 && word.bytes().all(|b| b.is_ascii_alphabetic()) {
                    way(all_of(f.name_initials, initials_asked(word)), 5.0);
                    way(all_of(f.item_initials, initials_asked(word)), 1.5);
                    way(all_of(f.organisation, initials_asked(word)), 1.5);
                }
                for (field, boost) in [(f.name, 4.0), (f.english, 2.0), (f.items, 2.0), (f.summary, 1.0)] {
                    way(all_of(field, vec![word.clone()]), boost);
                }
            }
        }
        for code in elements {
            way(all_of(f.element, vec![(*code).to_owned()]), 3.0);
        }
        Box::new(BooleanQuery::new(ways))
    }
}

fn term(field: Field, token: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, token), IndexRecordOption::WithFreqs))
}

fn all_of(field: Field, tokens: Vec<String>) -> Box<dyn Query> {
    Box::new(BooleanQuery::intersection(tokens.iter().map(|token| term(field, token)).collect()))
}

fn most_of(field: Field, tokens: &[String]) -> Box<dyn Query> {
    let needed = (tokens.len() * 2).div_ceil(3);
    let clauses = tokens.iter().map(|token| term(field, token)).collect();
    Box::new(BooleanQuery::union_with_minimum_required_clauses(clauses, needed))
}

fn boosted(query: Box<dyn Query>, boost: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, boost))
}
