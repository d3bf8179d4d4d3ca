//! Addresses 地址 and free text 文本: cleaned, not understood.

use crate::note::{Note, Parsed};
use crate::text;

/// Cleans an address: width, white space; brackets stay as they are found in half width.
/// Invalid: lost characters, or nothing that could be an address.
pub fn parse_address(raw: &str) -> Parsed<String> {
    let folded = text::fold_width(text::trim(raw));
    let mut clean = String::with_capacity(folded.len());
    let mut characters = folded.trim().chars().peekable();
    while let Some(c) = characters.next() {
        if !c.is_whitespace() {
            clean.push(c);
            continue;
        }
        // A space matters between two numbers or Latin words only (3幢 2单元 has none that matters).
        let graphic = |c: &char| c.is_ascii_alphanumeric();
        while characters.peek().is_some_and(|next| next.is_whitespace()) {
            characters.next();
        }
        if clean.chars().last().as_ref().is_some_and(graphic) && characters.peek().is_some_and(graphic) {
            clean.push(' ');
        }
    }
    if clean.contains(['\u{FFFD}', '□', '■', '〓']) {
        return Parsed::invalid(Note::new(
            "address.unreadable_character",
            "地址含无法显示的字，请补录",
            "a character of the address was lost; enter it again",
        ));
    }
    if !clean.chars().any(char::is_alphabetic) {
        return Parsed::invalid(Note::new(
            "address.no_letters",
            "不是地址，请补录",
            "this is no address; enter it",
        ));
    }
    let notes = if clean == raw {
        Vec::new()
    } else {
        vec![Note::new(
            "address.rewritten",
            "已统一地址的全半角和空格",
            "width and spaces of the address unified",
        )]
    };
    Parsed::from_notes(clean, notes)
}

/// Takes white space off both ends and removes invisible characters.
pub fn parse_text(raw: &str) -> Parsed<String> {
    let clean: String = text::trim(raw).chars().filter(|c| !text::is_invisible(*c)).collect();
    if clean == raw {
        return Parsed::Valid(clean);
    }
    Parsed::Repaired(
        clean,
        vec![Note::new(
            "text.trimmed",
            "已去除首尾空白或不可见字符",
            "white space at the ends or invisible characters removed",
        )],
    )
}
