//! Names of natural persons 姓名.
//!
//! Names of ethnic minorities and foreign names in Chinese carry a separator, which is U+00B7 by rule and found as many other signs.
//! Rare characters of the extension planes are ordinary characters here; what a system without them wrote instead (`?`, `□`, `■`, private use)
//! makes the name invalid, with the text kept. Traditional forms are remarked and kept: the register may really have them;
//! [`comparison_key`] makes names comparable.

use crate::note::{Note, Parsed};
use crate::phone;
use crate::text;
use crate::traditional;

/// The separator inside names.
pub const SEPARATOR: char = '\u{00B7}';

/// The most frequent surnames, together those of nearly nine in ten people.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎\
    余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧阳司马诸葛";

/// Whether many names begin with the character, so that it tells hardly anything about who it is.
pub fn is_frequent_surname(first: char) -> bool {
    SURNAMES.contains(first)
}

/// Whether the character is one of the signs that stand for the separator between Chinese characters.
pub const fn is_separator(c: char) -> bool {
    matches!(
        c,
        '\u{00B7}'
            | '\u{2219}'
            | '\u{2022}'
            | '\u{30FB}'
            | '\u{FF65}'
            | '\u{25CF}'
            | '\u{2027}'
            | '\u{22C5}'
            | '\u{2024}'
            | '\u{0387}'
            | '\u{16EB}'
            | '\u{00B0}'
            | '\u{25E6}'
            | '\u{2B24}'
            | '\u{26AB}'
            | '\u{FF0E}'
            | '.'
            | '\u{3002}'
            | '\u{FE52}'
    )
}

/// Reads a name.
///
/// Repaired: separators, width, spaces, remarks in brackets are not touched. Remarked: traditional forms, one-character names. Invalid: unreadable
/// characters, digits, telephone numbers, more than 50 characters.
pub fn parse(raw: &str) -> Parsed<String> {
    let folded = text::fold_width(text::trim(raw));
    let clean = folded.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '"'));
    if clean.chars().count() > 50 {
        return Parsed::invalid(LONG);
    }
    if phone::contains_mobile(clean) {
        return Parsed::invalid(PHONE);
    }
    if clean.chars().any(is_unreadable) {
        return Parsed::invalid(UNREADABLE);
    }
    if clean.chars().any(|c| c.is_ascii_digit()) {
        return Parsed::invalid(DIGITS);
    }
    let name = if clean.chars().any(text::is_han) { han(clean) } else { latin(clean) };
    if !name.chars().any(char::is_alphabetic) {
        return Parsed::invalid(EMPTY);
    }
    if !name.chars().all(is_name_character) {
        return Parsed::invalid(SIGNS);
    }
    let mut notes = Vec::new();
    if name != raw {
        notes.push(REWRITTEN);
    }
    if traditional::contains(&name) {
        notes.push(TRADITIONAL);
    }
    if name.chars().count() == 1 {
        notes.push(SHORT);
    }
    Parsed::from_notes(name, notes)
}

/// A key under which writings of one name agree: simplified characters, no separators, no spaces, lower case.
/// For comparison only; it is no name.
pub fn comparison_key(name: &str) -> String {
    text::fold_width(name)
        .chars()
        .filter(|c| !is_separator(*c) && !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .map(traditional::simplify)
        .collect()
}

/// Separators unified and spaces removed, also those around and inside (张　三).
fn han(clean: &str) -> String {
    let mut name = String::with_capacity(clean.len());
    for c in clean.chars() {
        if is_separator(c) {
            if !name.is_empty() && !name.ends_with(SEPARATOR) {
                name.push(SEPARATOR);
            }
        } else if !c.is_whitespace() {
            name.push(c);
        }
    }
    while name.ends_with(SEPARATOR) {
        name.pop();
    }
    name
}

/// Names in Latin letters keep single spaces.
fn latin(clean: &str) -> String {
    text::squeeze(clean).into_owned()
}

const fn is_unreadable(c: char) -> bool {
    matches!(c, '?' | '\u{FFFD}' | '□' | '■' | '▯' | '〓' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}' | '\u{25A2}' | '\u{2BD1}')
}

fn is_name_character(c: char) -> bool {
    c.is_alphabetic()
        || text::is_han(c)
        || is_separator(c)
        || matches!(c, ' ' | '-' | '\'' | '(' | ')' | ',')
        || is_mark(c)
}

/// Combining marks, and the signs that describe a character by its parts (U+2FF0 to U+2FFF).
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{2FF0}'..='\u{2FFF}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{0F00}'..='\u{0FFF}')
}

const REWRITTEN: Note =
    Note::new("name.rewritten", "已统一间隔号、全半角或空格", "separator, width or spaces unified");
const TRADITIONAL: Note = Note::new(
    "name.traditional",
    "姓名含繁体字，已保留原字；比对时按简体处理",
    "the name has traditional characters, which are kept; comparisons use simplified ones",
);
const SHORT: Note =
    Note::new("name.short", "姓名只有一个字，请核对", "the name has only one character; check the source");
const LONG: Note = Note::new(
    "name.long",
    "姓名超过50个字，请核对该列内容",
    "more than 50 characters; is this column a name?",
);
const PHONE: Note = Note::new(
    "name.phone_number",
    "姓名栏内是电话号码，请改填姓名",
    "there is a telephone number where a name belongs; enter the name",
);
const UNREADABLE: Note = Note::new(
    "name.unreadable_character",
    "姓名含无法显示的字（?、□等），生僻字已丢失，请按证件补录",
    "a rare character was lost (?, □); enter the name again from the document",
);
const DIGITS: Note = Note::new("name.digits", "姓名含数字，请核对", "the name has digits; check the source");
const SIGNS: Note = Note::new(
    "name.signs",
    "姓名含不应出现的符号，请核对",
    "the name has signs that names do not have; check the source",
);
const EMPTY: Note =
    Note::new("name.no_letters", "姓名中没有文字，请补录", "the name has no letters; enter it");

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Option<String> {
        parse(raw).into_value()
    }

    fn code(raw: &str) -> Option<&'static str> {
        parse(raw).notes().first().map(|note| note.code)
    }

    /// Every sign found for the separator becomes U+00B7, and spaces go.
    #[test]
    fn unifies_separators() {
        for raw in [
            "阿卜杜拉·买买提",
            "阿卜杜拉•买买提",
            "阿卜杜拉∙买买提",
            "阿卜杜拉・买买提",
            "阿卜杜拉.买买提",
            "阿卜杜拉●买买提",
            "阿卜杜拉．买买提",
            " 阿卜杜拉 · 买买提 ",
        ] {
            assert_eq!(read(raw).as_deref(), Some("阿卜杜拉·买买提"), "{raw}");
        }
        assert_eq!(read("张　三").as_deref(), Some("张三"));
        assert_eq!(read("Ｊｏｈｎ  Smith").as_deref(), Some("John Smith"));
        assert!(matches!(parse("欧阳娜娜"), Parsed::Valid(_)));
    }

    /// Rare characters pass, lost ones do not; traditional ones are remarked and compare equal.
    #[test]
    fn tells_rare_from_lost() {
        assert!(matches!(parse("王\u{2B7A9}"), Parsed::Valid(_)));
        assert!(matches!(parse("㛃\u{3400}"), Parsed::Valid(_)));
        for raw in ["王?", "王？", "王□", "王■明", "王\u{E4C6}", "王\u{FFFD}"] {
            assert_eq!(code(raw), Some("name.unreadable_character"), "{raw}");
        }
        assert_eq!(code("張偉"), Some("name.traditional"));
        assert_eq!(comparison_key("張偉"), comparison_key("张伟"));
        assert_eq!(comparison_key("阿卜杜拉买买提"), comparison_key("阿卜杜拉·买买提"));
    }

    /// What is no name is named for what it is.
    #[test]
    fn refuses() {
        assert_eq!(code("13957112233"), Some("name.phone_number"));
        assert_eq!(code("张三13957112233"), Some("name.phone_number"));
        assert_eq!(code("张3"), Some("name.digits"));
        assert_eq!(code("***"), Some("name.no_letters"));
        assert_eq!(code("张*"), Some("name.signs"));
        assert_eq!(code("<script>张"), Some("name.signs"));
        assert_eq!(code("王"), Some("name.short"));
    }
}
