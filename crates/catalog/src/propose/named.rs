//! Which data elements a word names, for the search: 身份证, sfz and id_card all mean the resident identity number.

use super::context::Context;
use super::forms::forms;
use super::lexicon::{Group, is_han, latin_words, lexicon};
use super::reading::{Fit, Source, matches};

/// Elements told for one word.
const MOST: usize = 5;

/// Codes of the data elements that a text names, best first.
pub fn named_elements(text: &str) -> Vec<&'static str> {
    let nowhere = Context {
        group: Group::Any,
        topic: std::collections::BTreeSet::new(),
        around: std::collections::BTreeSet::new(),
        rows: 0,
    };
    let mut found: Vec<(f64, usize)> = Vec::new();
    if text.chars().any(is_han) {
        found.extend(read(&lexicon().read_zh(text), &nowhere));
    } else {
        let words = latin_words(text);
        let form = lexicon().read_en(&words);
        if form.unknown.is_empty() {
            found.extend(read(&form, &nowhere));
        }
        let letters = words.concat();
        // Two letters mean many things; nobody is helped by all of them.
        if letters.len() >= 3 {
            let (initials, full) = forms().spelled(&letters);
            let all = full.into_iter().chain(initials).filter(|meaning| meaning.other.is_none());
            let spelled = all.filter_map(|meaning| forms().all.get(meaning.form));
            found.extend(
                spelled.filter(|form| form.only.is_none()).filter_map(|form| Some((0.9, form.element?))),
            );
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let best = found.first().map_or(0.0, |(score, _)| *score);
    let mut codes = Vec::new();
    for (_, element) in found.into_iter().filter(|(score, _)| *score > best - 0.1) {
        let Some(element) = forms().element(element) else { continue };
        if !codes.contains(&element.code) {
            codes.push(element.code);
        }
    }
    codes.truncate(MOST);
    codes
}

fn read(form: &super::lexicon::Form, context: &Context) -> Vec<(f64, usize)> {
    matches(form, Source::Chinese, 1.0, context)
        .into_iter()
        .filter(|one| one.fit > Fit::Partly)
        .filter_map(|one| Some((one.score, one.element?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::named_elements;

    /// Many ways to say it, one element; a word that names none gives none.
    #[test]
    fn words_name_elements() {
        for word in ["身份证", "身份证号码", "公民身份号码", "sfzh", "shenfenzheng", "id_card"]
        {
            assert_eq!(named_elements(word).first(), Some(&"person.id"), "{word}");
        }
        assert_eq!(named_elements("低保金额").first(), Some(&"benefit.low_income_amount"));
        assert_eq!(named_elements("死亡日期"), ["person.death_date"]);
        assert!(named_elements("云澜县").is_empty());
        assert!(named_elements("zz").is_empty());
    }
}
