//! Data elements as forms 数据元的词义: each way to call an element, and the abbreviations that follow from it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use standards::elements::{self, DataElement};

use super::lexicon::{Form, Group, Piece, WordKind, lexicon};
use crate::spelling::spellings;

/// Spellings made of one phrase; a phrase of many words with many synonyms would give thousands.
const MOST_SPELLINGS: usize = 4_000;

/// One way to call a data element, or a phrase that has none.
#[derive(Debug)]
pub struct ElementForm {
    /// The element; `None` for a phrase that is understood but has no element.
    pub element: Option<usize>,
    /// What it means.
    pub form: Form,
    /// The only group of tables in which it means this element.
    pub only: Option<Group>,
    /// Words of the phrase in order, for messages.
    pub phrase: String,
}

/// What an abbreviation may stand for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meaning {
    /// Place in [`Forms::all`].
    pub form: usize,
    /// Another person whom it is about, beside what the form says.
    pub other: Option<&'static str>,
}

/// Every form of every element.
#[derive(Debug)]
pub struct Forms {
    /// Elements.
    pub elements: Vec<DataElement>,
    /// Forms.
    pub all: Vec<ElementForm>,
    initials: HashMap<String, BTreeSet<Meaning>>,
    full: HashMap<String, BTreeSet<Meaning>>,
    technical: HashMap<String, &'static str>,
}

/// Words that make a column a technical one, or the column that tells when a row was last true.
pub const TECHNICAL: [&str; 5] = ["serial", "updated", "created", "deleted", "remark"];

static FORMS: LazyLock<Forms> = LazyLock::new(Forms::build);

/// The forms of the built-in elements.
pub fn forms() -> &'static Forms {
    &FORMS
}

/// True when another person can have this property too: 母亲姓名 is a person's name.
pub fn of_anybody(code: &str) -> bool {
    code.starts_with("person.") && !code.starts_with("person.spouse") || code == "address.residence"
}

impl Forms {
    fn build() -> Self {
        let elements: Vec<DataElement> = elements::all().collect();
        let mut forms = Self {
            all: Vec::new(),
            initials: HashMap::new(),
            full: HashMap::new(),
            technical: HashMap::new(),
            elements,
        };
        let place: BTreeMap<&str, usize> =
            forms.elements.iter().enumerate().map(|(at, element)| (element.code, at)).collect();
        let own: Vec<(usize, &str, String)> = forms
            .elements
            .iter()
            .enumerate()
            .map(|(at, element)| (at, element.zh, format!("{} {}", element.en, tail(element.code))))
            .collect();
        for (at, zh, _) in &own {
            forms.add(Some(*at), zh);
        }
        for line in include_str!("elements.txt").lines().filter(|line| !line.starts_with('#')) {
            let Some((code, phrases)) = line.split_once(" = ") else { continue };
            // An element that left the register takes its phrases with it.
            let element = place.get(code).copied();
            if element.is_none() && code != "-" {
                continue;
            }
            for phrase in phrases.split_whitespace() {
                forms.add(element, phrase);
            }
        }
        for (at, _, en) in own {
            forms.add_english(at, &en);
        }
        forms.add_technical();
        forms
    }

    fn add(&mut self, element: Option<usize>, phrase: &str) {
        let (phrase, only) = match phrase.split_once('@') {
            Some((phrase, group)) => (phrase, Some(Group::parse(group))),
            None => (phrase, None),
        };
        let form = lexicon().read_zh(phrase);
        let known = |one: &ElementForm| {
            one.form == form && (element.is_none() || one.element == element && one.only == only)
        };
        if self.all.iter().any(known) {
            return;
        }
        let at = self.all.len();
        for (spelling, full, other) in self.abbreviations(element, phrase) {
            self.initials.entry(spelling).or_default().insert(Meaning { form: at, other });
            self.full.entry(full).or_default().insert(Meaning { form: at, other });
        }
        self.all.push(ElementForm { element, form, only, phrase: phrase.to_owned() });
    }

    /// Every spelling of a phrase, each word in each of its ways, alone and said of other persons.
    fn abbreviations(
        &self,
        element: Option<usize>,
        phrase: &str,
    ) -> Vec<(String, String, Option<&'static str>)> {
        let mut begun: Vec<(String, String)> = vec![(String::new(), String::new())];
        for piece in lexicon().cut_zh(phrase) {
            let ways: Vec<&str> = match &piece {
                Piece::Word(word) => word.zh.clone(),
                Piece::Unknown(text) => vec![text],
            };
            let mut ways: BTreeSet<(String, String)> = ways
                .into_iter()
                .flat_map(spellings)
                .map(|spelling| (spelling.initials, spelling.full))
                .collect();
            let may_be_left_out = match &piece {
                Piece::Word(word) => {
                    matches!(word.kind, WordKind::Main(_) | WordKind::Weak | WordKind::Noise)
                }
                Piece::Unknown(_) => false,
            };
            if may_be_left_out {
                ways.insert((String::new(), String::new()));
            }
            begun = begun
                .iter()
                .flat_map(|(initials, full)| {
                    ways.iter().map(move |way| (format!("{initials}{}", way.0), format!("{full}{}", way.1)))
                })
                .take(MOST_SPELLINGS)
                .collect();
        }
        let mut all: Vec<_> =
            begun.iter().map(|(initials, full)| (initials.clone(), full.clone(), None)).collect();
        let anybody = element.and_then(|at| self.elements.get(at)).is_some_and(|one| of_anybody(one.code));
        let named = element.and_then(|at| self.elements.get(at)).is_some_and(|one| one.code == "person.name");
        if named {
            // A person named without a property is named by his name: LXR 联系人.
            begun.push((String::new(), String::new()));
        }
        if anybody {
            for word in lexicon().words().iter().filter(|word| word.kind == WordKind::Other) {
                for subject in word.zh.iter().flat_map(|zh| spellings(zh)) {
                    all.extend(begun.iter().map(|(initials, full)| {
                        (
                            format!("{}{initials}", subject.initials),
                            format!("{}{full}", subject.full),
                            Some(word.key),
                        )
                    }));
                }
            }
        }
        all.retain(|(initials, _, _)| !initials.is_empty());
        all
    }

    fn add_english(&mut self, element: usize, text: &str) {
        let words = super::lexicon::latin_words(text);
        let tail = self.elements.get(element).map(|one| super::lexicon::latin_words(tail(one.code)));
        let whole = words.len() - tail.as_ref().map_or(0, Vec::len);
        for words in [words.get(..whole).map(<[String]>::to_vec), tail].into_iter().flatten() {
            let form = lexicon().read_en(&words);
            // A name and a number are everybody's; only what the words add makes it this element's.
            if form.words.len() + form.unknown.len() < 2 {
                continue;
            }
            if !self.all.iter().any(|one| one.element == Some(element) && one.form == form) {
                let phrase = words.join(" ");
                self.all.push(ElementForm { element: Some(element), form, only: None, phrase });
            }
        }
    }

    fn add_technical(&mut self) {
        for key in TECHNICAL {
            let Some(word) = lexicon().word(key) else { continue };
            for spelling in word.zh.iter().flat_map(|zh| spellings(zh)) {
                self.technical.entry(spelling.initials).or_insert(key);
                self.technical.entry(spelling.full).or_insert(key);
            }
        }
    }

    /// What these letters may stand for as initials, and as full pinyin.
    pub fn spelled(&self, letters: &str) -> (Vec<&Meaning>, Vec<&Meaning>) {
        (
            self.initials.get(letters).map(|found| found.iter().collect()).unwrap_or_default(),
            self.full.get(letters).map(|found| found.iter().collect()).unwrap_or_default(),
        )
    }

    /// The technical word that these letters abbreviate.
    pub fn technical(&self, letters: &str) -> Option<&'static str> {
        self.technical.get(letters).copied()
    }

    /// One element.
    pub fn element(&self, at: usize) -> Option<&DataElement> {
        self.elements.get(at)
    }

    /// Place of an element.
    pub fn place(&self, code: &str) -> Option<usize> {
        self.elements.iter().position(|element| element.code == code)
    }
}

fn tail(code: &str) -> &str {
    code.rsplit('.').next().unwrap_or(code)
}
