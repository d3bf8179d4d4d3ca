//! Code sets 代码集: what the codes mean, in which years they held, and how else people write them.
//!
//! Built in are sex (GB/T 2261.1), marital status (GB/T 2261.2), ethnic group (GB/T 3304) and kinship (GB/T 4761). Any other
//! set is loaded from CSV into [`CodeSets`].

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use crate::kind::CodeSetId;
use crate::note::{Note, Parsed};
use crate::text;

/// One code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The code itself.
    pub code: String,
    /// Label in Chinese.
    pub zh: String,
    /// Label in English.
    pub en: String,
    /// First year in force, when the code belongs to one edition only.
    pub from: Option<u16>,
    /// First year no longer in force.
    pub to: Option<u16>,
    /// Code of today's edition, for codes of older editions and short forms; `Some("?")` when it cannot be decided.
    now: Option<String>,
}

impl Code {
    /// Whether the code stands in today's edition.
    pub const fn is_current(&self) -> bool {
        self.now.is_none() && self.to.is_none()
    }
}

/// One code set with its editions.
#[derive(Debug, Clone)]
pub struct CodeSet {
    id: CodeSetId,
    standard: String,
    codes: Vec<Code>,
    /// Code, label and alias, in lower case, to place in `codes`.
    index: HashMap<String, usize>,
}

/// Why a code set could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// A line lacks its code or label, or a year is not a number.
    #[error("line {line}: expected `code,zh,en,aliases,from,to,now` with at least code and label")]
    Line {
        /// Line number, from 1.
        line: usize,
    },
    /// A code or alias stands for two codes.
    #[error("line {line}: a code or alias stands twice in the set")]
    Twice {
        /// Line number, from 1.
        line: usize,
    },
    /// No code at all.
    #[error("the table has no codes")]
    Empty,
}

impl CodeSet {
    /// Reads a set from CSV lines `code,zh,en,aliases,from,to,now`; all but the first two columns may be left out.
    /// Aliases are parted by `|`; `now` is the code of today's edition for an older code. Lines beginning with `#` are remarks.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn from_csv(id: CodeSetId, standard: &str, csv: &str) -> Result<Self, LoadError> {
        let mut set = Self { id, standard: standard.to_owned(), codes: Vec::new(), index: HashMap::new() };
        for (line, text) in (1..).zip(csv.lines()) {
            let text = text.trim_start_matches('\u{FEFF}').trim();
            if text.is_empty()
                || text.starts_with('#')
                || (line == 1 && text.to_ascii_lowercase().starts_with("code,"))
            {
                continue;
            }
            set.add(line, text)?;
        }
        if set.codes.is_empty() { Err(LoadError::Empty) } else { Ok(set) }
    }

    fn add(&mut self, line: usize, text: &str) -> Result<(), LoadError> {
        let cells: Vec<&str> = text.split(',').map(str::trim).collect();
        let cell = |place: usize| cells.get(place).copied().filter(|cell| !cell.is_empty());
        let (Some(code), Some(zh)) = (cell(0), cell(1)) else {
            return Err(LoadError::Line { line });
        };
        let year = |place: usize| {
            cell(place).map(|year| year.parse().map_err(|_| LoadError::Line { line })).transpose()
        };
        let entry = Code {
            code: code.to_owned(),
            zh: zh.to_owned(),
            en: cell(2).unwrap_or(zh).to_owned(),
            from: year(4)?,
            to: year(5)?,
            now: cell(6).map(str::to_owned),
        };
        let place = self.codes.len();
        for word in [Some(code), Some(zh), cell(2)]
            .into_iter()
            .flatten()
            .chain(cell(3).unwrap_or_default().split('|'))
        {
            if word.is_empty() {
                continue;
            }
            // A label may repeat in an older edition; the first, today's, then wins. Codes may not.
            let taken = *self.index.entry(word.to_lowercase()).or_insert(place);
            if taken != place && word == code {
                return Err(LoadError::Twice { line });
            }
        }
        self.codes.push(entry);
        Ok(())
    }

    /// Which set this is.
    pub const fn id(&self) -> &CodeSetId {
        &self.id
    }

    /// The standard with its edition.
    pub fn standard(&self) -> &str {
        &self.standard
    }

    /// All codes, older editions included.
    pub fn codes(&self) -> &[Code] {
        &self.codes
    }

    /// The codes that held in that year.
    pub fn in_year(&self, year: u16) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(move |code| {
            (code.is_current() || code.to.is_some())
                && code.from.is_none_or(|from| from <= year)
                && code.to.is_none_or(|to| year < to)
        })
    }

    /// The entry of exactly this code.
    pub fn get(&self, code: &str) -> Option<&Code> {
        self.codes.iter().find(|entry| entry.code == code)
    }

    /// Reads a code, a label, an alias, or both together (`1-男`).
    pub fn parse(&self, raw: &str) -> Parsed<String> {
        let folded = text::fold_width(text::trim(raw));
        let squeezed = text::without_spaces(&folded);
        let clean = squeezed.strip_suffix(".0").unwrap_or(&squeezed);
        if clean.len() > 120 {
            return Parsed::invalid(self.unknown());
        }
        let (entry, mut notes) = match self.find(clean) {
            Some(found) => found,
            None => match self.find_pair(clean) {
                Ok(found) => found,
                Err(note) => return Parsed::invalid(note),
            },
        };
        if entry.code != raw && notes.is_empty() {
            notes.push(Note::new(
                "code.from_label",
                "已由名称或其他写法换算为标准代码",
                "a label or other writing was turned into the standard code",
            ));
        }
        let Some(now) = entry.now.as_deref() else {
            return Parsed::from_notes(entry.code.clone(), notes);
        };
        if now == "?" {
            return Parsed::invalid(Note::new(
                "code.ambiguous",
                "该代码有两种含义，请在挂接时配置代码对照",
                "the code can mean two things; give a code map where the column is mounted",
            ));
        }
        notes.push(Note::new(
            "code.old_edition",
            "已由旧版或短代码换算为现行代码",
            "a code of an older edition or short form was turned into today's",
        ));
        Parsed::Repaired(now.to_owned(), notes)
    }

    fn find(&self, clean: &str) -> Option<(&Code, Vec<Note>)> {
        if let Some(entry) = self.lookup(clean) {
            return Some((entry, Vec::new()));
        }
        // 1 for 01, 001 for 01: spreadsheets drop zeros, programs add them.
        if clean.is_empty() || clean.len() > 8 || !clean.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let bare = clean.trim_start_matches('0');
        let entry = (1..=4)
            .find_map(|width| self.lookup(&format!("{bare:0>width$}")).filter(|e| e.code.len() == width))?;
        Some((
            entry,
            vec![Note::new(
                "code.padded",
                "已补足或去除代码前的零",
                "leading zeros of the code added or removed",
            )],
        ))
    }

    /// Code and label in one cell: both must mean the same.
    fn find_pair(&self, clean: &str) -> Result<(&Code, Vec<Note>), Note> {
        let is_code = |c: char| c.is_ascii_alphanumeric();
        let is_between =
            |c: char| matches!(c, '-' | ':' | '.' | '、' | '(' | ')' | '/' | '_' | '|' | '[' | ']' | '—');
        let (code, label) = if clean.starts_with(is_code) {
            clean.split_at(clean.find(|c| !is_code(c)).unwrap_or(clean.len()))
        } else {
            let tail = clean.trim_end_matches(is_between);
            let start = tail.len() - tail.chars().rev().take_while(|c| is_code(*c)).count();
            (tail.get(start..).unwrap_or_default(), clean.get(..start).unwrap_or_default())
        };
        let label = label.trim_matches(is_between);
        if code.is_empty() || label.is_empty() {
            return Err(self.unknown());
        }
        match (self.find(code), self.lookup(label)) {
            (Some((by_code, _)), Some(by_label)) => {
                let same = by_code.now.as_deref().unwrap_or(&by_code.code)
                    == by_label.now.as_deref().unwrap_or(&by_label.code);
                if same || by_code.now.as_deref() == Some("?") {
                    return Ok((by_label, Vec::new()));
                }
                Err(Note::new(
                    "code.contradiction",
                    "代码与名称不一致，请核对",
                    "code and label contradict each other; check the source",
                ))
            }
            _ => Err(self.unknown()),
        }
    }

    fn lookup(&self, word: &str) -> Option<&Code> {
        let place = match self.index.get(word) {
            Some(place) => *place,
            None => *self.index.get(word.to_lowercase().as_str())?,
        };
        self.codes.get(place)
    }

    fn unknown(&self) -> Note {
        Note::told(
            "code.unknown",
            format!("不在代码集（{}）内，请核对或配置代码对照", self.standard),
            format!("not in the code set ({}); check the source or give a code map", self.standard),
        )
    }
}

/// The built-in sets and any loaded ones.
#[derive(Debug, Clone, Default)]
pub struct CodeSets {
    own: BTreeMap<String, CodeSet>,
}

impl CodeSets {
    /// Adds or replaces a set; one with the name of a built-in set goes before it.
    pub fn insert(&mut self, set: CodeSet) {
        self.own.insert(set.id.as_str().to_owned(), set);
    }

    /// The set of this name.
    pub fn get(&self, id: &CodeSetId) -> Option<&CodeSet> {
        self.own.get(id.as_str()).or_else(|| builtin(id))
    }
}

/// The remark when a set has not been loaded: nothing can be said about the code then, and it does not pass silently.
pub(crate) const NOT_LOADED: Note = Note::new(
    "code.set_not_loaded",
    "该代码集未载入，无法核对代码，请先载入代码集",
    "the code set has not been loaded, so the code cannot be checked; load the set first",
);

static BUILTIN: LazyLock<BTreeMap<&'static str, CodeSet>> = LazyLock::new(|| {
    let text = include_str!("../data/codes.csv");
    [
        (CodeSetId::Sex, "GB/T 2261.1-2003"),
        (CodeSetId::Marriage, "GB/T 2261.2-2003"),
        (CodeSetId::EthnicGroup, "GB/T 3304-1991"),
        (CodeSetId::Kinship, "GB/T 4761-2008"),
    ]
    .into_iter()
    .filter_map(|(id, standard)| {
        let name = match &id {
            CodeSetId::Sex => "sex",
            CodeSetId::Marriage => "marriage",
            CodeSetId::EthnicGroup => "ethnic_group",
            _ => "kinship",
        };
        let lines: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(',')).collect();
        Some((name, CodeSet::from_csv(id, standard, &lines.join("\n")).ok()?))
    })
    .collect()
});

/// A built-in set.
pub fn builtin(id: &CodeSetId) -> Option<&'static CodeSet> {
    BUILTIN.get(id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(id: CodeSetId, raw: &str) -> Option<String> {
        builtin(&id)?.parse(raw).into_value()
    }

    /// All four sets load, with the number of codes that their standards have.
    #[test]
    fn builtin_sets_are_complete() {
        let count = |id| builtin(&id).map(|set| set.codes().iter().filter(|code| code.is_current()).count());
        assert_eq!(count(CodeSetId::Sex), Some(4));
        assert_eq!(count(CodeSetId::Marriage), Some(8));
        assert_eq!(count(CodeSetId::EthnicGroup), Some(58));
        assert_eq!(count(CodeSetId::Kinship), Some(84));
        assert_eq!(builtin(&CodeSetId::Marriage).map(|set| set.in_year(1990).count()), Some(5));
    }

    /// Codes, labels, aliases, dropped zeros and pairs all lead to the code.
    #[test]
    fn reads_every_writing() {
        for (id, raw, code) in [
            (CodeSetId::Sex, "男", "1"),
            (CodeSetId::Sex, "Ｍ", "1"),
            (CodeSetId::Sex, "female", "2"),
            (CodeSetId::Sex, "2-女", "2"),
            (CodeSetId::Sex, "男(1)", "1"),
            (CodeSetId::Sex, "1.0", "1"),
            (CodeSetId::EthnicGroup, "汉", "01"),
            (CodeSetId::EthnicGroup, "1", "01"),
            (CodeSetId::EthnicGroup, "011", "11"),
            (CodeSetId::EthnicGroup, "01汉族", "01"),
            (CodeSetId::EthnicGroup, "穿青人", "97"),
            (CodeSetId::Marriage, "离异", "40"),
            (CodeSetId::Marriage, "1", "10"),
            (CodeSetId::Kinship, "长子", "22"),
            (CodeSetId::Kinship, "3", "30"),
        ] {
            assert_eq!(read(id.clone(), raw).as_deref(), Some(code), "{id:?} {raw}");
        }
    }

    /// What is outside the set, contradictory or undecidable is invalid.
    #[test]
    fn refuses_the_rest() {
        for (id, raw) in [
            (CodeSetId::Sex, "3"),
            (CodeSetId::Sex, "1-女"),
            (CodeSetId::EthnicGroup, "57"),
            (CodeSetId::EthnicGroup, "火星族"),
            (CodeSetId::Kinship, "1"),
        ] {
            assert_eq!(read(id.clone(), raw), None, "{id:?} {raw}");
        }
    }

    /// A department's own set is loaded, and a broken one names its line.
    #[test]
    fn loads_own_sets() {
        let id = CodeSetId::Custom("disability".to_owned());
        let set = CodeSet::from_csv(
            id.clone(),
            "本县残联",
            "code,zh,en,aliases\n1,视力残疾,Visual,视力\n2,听力残疾,Hearing,听力",
        )
        .expect("set");
        let mut sets = CodeSets::default();
        sets.insert(set);
        assert_eq!(sets.get(&id).and_then(|set| set.parse("听力").into_value()).as_deref(), Some("2"));
        assert_eq!(CodeSet::from_csv(id.clone(), "", "1,a\n1,b").err(), Some(LoadError::Twice { line: 2 }));
        assert_eq!(CodeSet::from_csv(id, "", "1").err(), Some(LoadError::Line { line: 1 }));
    }
}
