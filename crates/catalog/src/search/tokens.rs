//! How texts are cut for the index, and questions in the same way.
//!
//! Chinese has no blanks: each pair of neighbouring characters is a token, and each single one. Column and office names are
//! short, so pairs find what a dictionary of words would, and names that stand in no dictionary too. Pinyin is cut into
//! threes of letters, initials into every run of two to six.

use std::collections::BTreeSet;

use crate::spelling::spellings;

/// Longest run of initials that is one token.
const LONGEST_INITIALS: usize = 6;

/// True for a Han character.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

/// A run of one kind of character in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Han characters.
    Han(Vec<char>),
    /// Latin letters and digits, in small letters.
    Latin(String),
}

/// Runs of a text; everything else parts them. Full-width letters are read as what they stand for.
pub fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut joined = false;
    for c in standards::text::fold_width(text).chars() {
        let (han, latin) = (is_han(c), c.is_ascii_alphanumeric());
        match runs.last_mut() {
            Some(Run::Han(run)) if han && joined => run.push(c),
            Some(Run::Latin(run)) if latin && joined => run.push(c.to_ascii_lowercase()),
            _ if han => runs.push(Run::Han(vec![c])),
            _ if latin => runs.push(Run::Latin(c.to_ascii_lowercase().to_string())),
            _ => {}
        }
        joined = han || latin;
    }
    runs
}

/// Tokens of Chinese text: single characters, pairs, and whole words of Latin letters.
pub fn grams(text: &str, into: &mut BTreeSet<String>) {
    for run in runs(text) {
        match run {
            Run::Han(run) => {
                into.extend(run.iter().map(char::to_string));
                into.extend(pairs(&run));
            }
            Run::Latin(word) => {
                into.insert(word);
            }
        }
    }
}

/// Pairs of neighbouring characters.
pub fn pairs(run: &[char]) -> impl Iterator<Item = String> + '_ {
    run.windows(2).map(|pair| pair.iter().collect())
}

/// Letters and digits of a text together, in small letters.
pub fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Threes of letters; a shorter text is one token.
pub fn threes(letters: &str) -> Vec<String> {
    if letters.len() <= 3 {
        return vec![letters.to_owned()];
    }
    letters.as_bytes().windows(3).map(|three| String::from_utf8_lossy(three).into_owned()).collect()
}

/// Runs of initials in which a question of any length is found again.
pub fn initial_runs(initials: &str, into: &mut BTreeSet<String>) {
    for length in 2..=LONGEST_INITIALS {
        into.extend(windows(initials, length));
    }
}

/// Tokens that a question of initials needs, all of them.
pub fn initials_asked(letters: &str) -> Vec<String> {
    if letters.len() <= LONGEST_INITIALS {
        vec![letters.to_owned()]
    } else {
        windows(letters, LONGEST_INITIALS).collect()
    }
}

fn windows(letters: &str, length: usize) -> impl Iterator<Item = String> + '_ {
    letters.as_bytes().windows(length).map(|run| String::from_utf8_lossy(run).into_owned())
}

/// Tokens of one name: characters, initials and pinyin.
#[derive(Debug, Clone, Default)]
pub struct NameTokens {
    /// Characters, pairs, Latin words.
    pub grams: BTreeSet<String>,
    /// Runs of initials.
    pub initials: BTreeSet<String>,
    /// Threes of full pinyin.
    pub pinyin: BTreeSet<String>,
}

impl NameTokens {
    /// Adds a name.
    pub fn add(&mut self, name: &str) {
        grams(name, &mut self.grams);
        for run in runs(name) {
            let Run::Han(run) = run else { continue };
            let run: String = run.into_iter().collect();
            for spelling in spellings(&run) {
                initial_runs(&spelling.initials, &mut self.initials);
                self.pinyin.extend(threes(&spelling.full));
            }
        }
    }

    /// Adds the tokens of another name.
    pub fn extend(&mut self, other: &Self) {
        self.grams.extend(other.grams.iter().cloned());
        self.initials.extend(other.initials.iter().cloned());
        self.pinyin.extend(other.pinyin.iter().cloned());
    }
}

/// True when a name holds a word of a question, in characters, initials or pinyin.
pub fn name_holds(name: &str, word: &Run) -> bool {
    match word {
        Run::Han(word) => name.contains(&word.iter().collect::<String>()),
        Run::Latin(word) => {
            name.to_ascii_lowercase().contains(word.as_str())
                || (word.len() >= 2
                    && spellings(name)
                        .iter()
                        .any(|one| one.initials.contains(word.as_str()) || one.full.contains(word.as_str())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text is cut into runs, and a word is found in a name in each of its writings.
    #[test]
    fn cut_and_found() {
        let dibao = runs("低保 DB-2");
        assert_eq!(dibao, [Run::Han(vec!['低', '保']), Run::Latin("db".into()), Run::Latin("2".into())]);
        for word in ["低保", "db", "dibao", "ｄｂｄｘ"] {
            assert!(name_holds("低保对象", &runs(word)[0]), "{word}");
        }
        assert!(!name_holds("低保对象", &runs("dbxx")[0]));
    }

    /// Whatever part of a name's initials or pinyin is asked for, its tokens are in the index.
    #[test]
    fn parts_are_indexed() {
        let mut tokens = NameTokens::default();
        tokens.add("最低生活保障对象信息");
        for asked in ["zd", "dshbz", "zdshbzdxxx"] {
            assert!(initials_asked(asked).iter().all(|one| tokens.initials.contains(one)), "{asked}");
        }
        for asked in ["shenghuo", "baozhangduixiang"] {
            assert!(threes(asked).iter().all(|one| tokens.pinyin.contains(one)), "{asked}");
        }
    }
}
