//! Words of column names and comments, and how a text is cut into them.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// What a word does in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// Whom the table is about, by default.
    Main(Group),
    /// Another person.
    Other,
    /// An organisation that acts.
    Body,
    /// A property or qualifier.
    Word,
    /// Adds nothing.
    Weak,
    /// Never counts.
    Noise,
}

/// Groups of data elements, by whom they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// 自然人.
    Person,
    /// 户.
    Household,
    /// 法人.
    Enterprise,
    /// 不动产.
    Property,
    /// 车辆.
    Vehicle,
    /// Anything.
    Any,
}

impl Group {
    /// From the word in the list.
    pub fn parse(text: &str) -> Self {
        match text {
            "person" => Self::Person,
            "household" => Self::Household,
            "enterprise" => Self::Enterprise,
            "property" => Self::Property,
            "vehicle" => Self::Vehicle,
            _ => Self::Any,
        }
    }

    /// Group of a data element, by the first part of its code.
    pub fn of_element(code: &str) -> Self {
        match code.split('.').next().unwrap_or_default() {
            "address" | "disability" | "benefit" | "insurance" | "health" | "housing" | "education"
            | "employment" | "veteran" | "medical" => Self::Person,
            first => Self::parse(first),
        }
    }
}

/// A word.
#[derive(Debug)]
pub struct Word {
    /// Its key.
    pub key: &'static str,
    /// What it does.
    pub kind: WordKind,
    /// Chinese ways to say it; the first is the usual one.
    pub zh: Vec<&'static str>,
}

/// The meaning of a name, whatever it was written in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Form {
    /// Another person than the one whom the row is about.
    pub other: Option<&'static str>,
    /// Named explicitly: whom it is about.
    pub main: Option<Group>,
    /// An organisation that acts.
    pub body: bool,
    /// Properties and qualifiers.
    pub words: BTreeSet<&'static str>,
    /// Text that is in no list.
    pub unknown: BTreeSet<String>,
    /// Something was there that adds nothing.
    pub weak: bool,
}

impl Form {
    /// True when nothing was understood.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.other.is_none() && self.main.is_none() && !self.body
    }

    fn take(&mut self, word: &Word) {
        match word.kind {
            WordKind::Main(group) => self.main = Some(group),
            WordKind::Other => self.other = Some(word.key),
            WordKind::Body => self.body = true,
            WordKind::Word => {
                self.words.insert(word.key);
            }
            WordKind::Weak => self.weak = true,
            WordKind::Noise => {}
        }
    }
}

/// The list of words.
#[derive(Debug)]
pub struct Lexicon {
    words: Vec<Word>,
    zh: HashMap<&'static str, usize>,
    en: HashMap<String, usize>,
    longest_zh: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("lexicon.txt")));

/// The built-in list.
pub fn lexicon() -> &'static Lexicon {
    &LEXICON
}

impl Lexicon {
    fn read(text: &'static str) -> Self {
        let mut lexicon = Self { words: Vec::new(), zh: HashMap::new(), en: HashMap::new(), longest_zh: 1 };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((head, body)) = line.split_once(" = ") else { continue };
            let mut head = head.split_whitespace();
            let (Some(kind), Some(key)) = (head.next(), head.next()) else { continue };
            let kind = match kind {
                "main" => WordKind::Main(Group::parse(head.next().unwrap_or_default())),
                "other" => WordKind::Other,
                "body" => WordKind::Body,
                "word" => WordKind::Word,
                "weak" => WordKind::Weak,
                _ => WordKind::Noise,
            };
            let (zh, en) = body.split_once(" / ").unwrap_or((body, ""));
            let at = lexicon.words.len();
            let zh: Vec<&str> = zh.split_whitespace().collect();
            for word in &zh {
                lexicon.longest_zh = lexicon.longest_zh.max(word.chars().count());
                lexicon.zh.entry(word).or_insert(at);
            }
            for word in en.split_whitespace() {
                lexicon.en.entry(word.to_owned()).or_insert(at);
            }
            lexicon.words.push(Word { key, kind, zh });
        }
        lexicon
    }

    /// The word of this key.
    pub fn word(&self, key: &str) -> Option<&Word> {
        self.words.iter().find(|word| word.key == key)
    }

    /// Every word.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Reads a Chinese text: the longest known word first, from the left. Digits, punctuation and Latin letters part words.
    pub fn read_zh(&self, text: &str) -> Form {
        let mut form = Form::default();
        let chars: Vec<char> = text.chars().collect();
        let (mut at, mut unknown) = (0, String::new());
        while at < chars.len() {
            if let Some((word, taken)) = self.longest_at(&chars, at) {
                flush(&mut unknown, &mut form);
                form.take(word);
                at += taken;
                continue;
            }
            match chars.get(at) {
                Some(c) if is_han(*c) => unknown.push(*c),
                _ => flush(&mut unknown, &mut form),
            }
            at += 1;
        }
        flush(&mut unknown, &mut form);
        form
    }

    fn longest_at(&self, chars: &[char], at: usize) -> Option<(&Word, usize)> {
        (1..=self.longest_zh.min(chars.len() - at)).rev().find_map(|length| {
            let text: String = chars.get(at..at + length)?.iter().collect();
            let place = self.zh.get(text.as_str())?;
            Some((self.words.get(*place)?, length))
        })
    }

    /// Cuts a Chinese text into the words it consists of, unknown text as it stands.
    pub fn cut_zh<'t>(&'t self, text: &'t str) -> Vec<Piece<'t>> {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let plain: Vec<char> = chars.iter().map(|(_, c)| *c).collect();
        let byte = |at: usize| chars.get(at).map_or(text.len(), |(byte, _)| *byte);
        let (mut pieces, mut at, mut from) = (Vec::new(), 0, 0);
        while at < plain.len() {
            let Some((word, taken)) = self.longest_at(&plain, at) else {
                at += 1;
                continue;
            };
            if from < at {
                pieces.push(Piece::Unknown(text.get(byte(from)..byte(at)).unwrap_or_default()));
            }
            pieces.push(Piece::Word(word));
            at += taken;
            from = at;
        }
        if from < at {
            pieces.push(Piece::Unknown(text.get(byte(from)..).unwrap_or_default()));
        }
        pieces
    }

    /// Reads words of Latin letters as English. Text that no list knows stays.
    pub fn read_en(&self, words: &[String]) -> Form {
        let mut form = Form::default();
        let mut at = 0;
        while at < words.len() {
            let found = (1..=4.min(words.len() - at)).rev().find_map(|length| {
                let text = words.get(at..at + length)?.join("_");
                Some((self.words.get(*self.en.get(&text)?)?, length))
            });
            match found {
                Some((word, taken)) => {
                    form.take(word);
                    at += taken;
                }
                None => {
                    form.unknown.extend(words.get(at).cloned());
                    at += 1;
                }
            }
        }
        form
    }
}

/// Part of a Chinese text.
#[derive(Debug)]
pub enum Piece<'t> {
    /// A known word.
    Word(&'t Word),
    /// Anything else.
    Unknown(&'t str),
}

fn flush(unknown: &mut String, form: &mut Form) {
    if !unknown.is_empty() {
        form.unknown.insert(std::mem::take(unknown));
    }
}

/// True for a Han character.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

/// Words of a name in Latin letters: parted at `_`, `-`, blanks, digits and where a small letter meets a capital.
pub fn latin_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in name.chars() {
        if c.is_ascii_alphabetic() {
            let begins = !last.is_ascii_alphabetic() || (last.is_ascii_lowercase() && c.is_ascii_uppercase());
            match words.last_mut() {
                Some(word) if !begins => word.push(c.to_ascii_lowercase()),
                _ => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        last = c;
    }
    words
}
