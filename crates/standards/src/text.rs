//! Cleaning that all parsers share: width, white space, and the words that mean "nothing is known".

use std::borrow::Cow;

/// Half-width form of one character: full-width letters, digits and signs (U+FF01 to U+FF5E) and the ideographic space.
pub const fn half_width(c: char) -> char {
    match c {
        '\u{3000}' | '\u{00A0}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => match char::from_u32(c as u32 - 0xFEE0) {
            Some(half) => half,
            None => c,
        },
        _ => c,
    }
}

/// Whether the character takes no place of its own: zero-width signs, byte order mark, control characters.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
        || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// Whether the character is a Chinese character 汉字, in any plane.
pub const fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{3FFFF}' | '\u{F900}'..='\u{FAFF}' | '〇' | '々' | '\u{2E80}'..='\u{2FDF}')
}

/// White space and invisible characters at both ends removed.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// The text with every character in half width and without invisible characters; borrowed when nothing changed.
pub fn fold_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_control()) {
        return Cow::Borrowed(text);
    }
    if text.chars().all(|c| half_width(c) == c && !is_invisible(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !is_invisible(*c)).map(half_width).collect())
}

/// The text without any white space or invisible character; borrowed when there is none.
pub fn without_spaces(text: &str) -> Cow<'_, str> {
    let goes = |c: char| c.is_whitespace() || is_invisible(c);
    if text.chars().any(goes) {
        Cow::Owned(text.chars().filter(|c| !goes(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Runs of white space become one space.
pub fn squeeze(text: &str) -> Cow<'_, str> {
    let mut last = 'x';
    let plain = text.chars().all(|c| {
        let fine = !c.is_whitespace() || (c == ' ' && last != ' ');
        last = c;
        fine
    });
    if plain {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// Whether the text stands for "no value": empty, or one of the words and signs that systems export for NULL.
pub fn is_missing(text: &str) -> bool {
    let text = trim(text);
    // The longest word in the list is 14 bytes; longer texts are values.
    if text.len() > 18 {
        return false;
    }
    const WORDS: [&str; 22] = [
        "",
        "null",
        "(null)",
        "<null>",
        "[null]",
        "none",
        "nil",
        "nan",
        "n/a",
        "na",
        "#n/a",
        "\\n",
        "undefined",
        "-",
        "--",
        "---",
        "/",
        "无",
        "空",
        "不详",
        "未填",
        "暂无",
    ];
    if text.is_ascii() {
        WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
    } else {
        let folded = fold_width(text);
        WORDS.iter().any(|word| folded.eq_ignore_ascii_case(word))
            || matches!(folded.as_ref(), "—" | "——" | "无数据" | "未知值" | "未填写" | "(无)" | "(空)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Width folding touches only characters that have a half-width twin.
    #[test]
    fn folds_width() {
        assert_eq!(fold_width("Ａ１２　（张三）"), "A12 (张三)");
        assert!(matches!(fold_width("张三"), Cow::Borrowed(_)));
    }

    /// The words that exports write for NULL are recognised in every case and width; real values are not.
    #[test]
    fn recognises_missing() {
        for word in ["", "  ", "\u{3000}", "NULL", "null", "Ｎ/Ａ", "--", "\\N", "无", "——", "\u{FEFF}"]
        {
            assert!(is_missing(word), "{word:?}");
        }
        for word in ["0", "王无", "nano", "否"] {
            assert!(!is_missing(word), "{word:?}");
        }
    }
}
