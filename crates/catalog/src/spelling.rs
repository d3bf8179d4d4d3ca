//! Pinyin of Chinese words 拼音, as column names and search fields use it.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti as _;

/// Readings of one text that are followed further; a name with more characters of several readings is rare.
const MOST: usize = 8;

/// A way to spell a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelling {
    /// First letters of the syllables, in small letters.
    pub initials: String,
    /// Whole syllables without tone, ü as v.
    pub full: String,
}

/// Every way to spell a text whose characters may have several readings (行业 is hangye, not xingye). Latin letters
/// and digits stay. Empty when a character has no reading.
pub fn spellings(text: &str) -> Vec<Spelling> {
    let mut all = vec![Spelling { initials: String::new(), full: String::new() }];
    for (c, readings) in text.chars().zip(text.to_pinyin_multi()) {
        let mut syllables: Vec<(String, String)> = Vec::new();
        match readings {
            Some(readings) => {
                for reading in readings {
                    let syllable = (reading.first_letter().to_owned(), reading.plain().replace('ü', "v"));
                    if !syllables.contains(&syllable) {
                        syllables.push(syllable);
                    }
                }
            }
            None if c.is_ascii_alphanumeric() => {
                let letter = c.to_ascii_lowercase().to_string();
                syllables.push((letter.clone(), letter));
            }
            None => return Vec::new(),
        }
        all = all
            .iter()
            .flat_map(|begun| {
                syllables.iter().map(|(initial, full)| Spelling {
                    initials: format!("{}{initial}", begun.initials),
                    full: format!("{}{full}", begun.full),
                })
            })
            .take(MOST)
            .collect();
    }
    all.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::spellings;

    /// Characters of several readings give each of them.
    #[test]
    fn readings() {
        let of = |text: &str| spellings(text).into_iter().map(|one| one.full).collect::<Vec<_>>();
        assert!(of("行业").contains(&"hangye".to_owned()));
        assert!(of("户口").contains(&"hukou".to_owned()));
        assert!(spellings("身份证").iter().any(|one| one.initials == "sfz"));
    }
}
