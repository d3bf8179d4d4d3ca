//! Unified social credit code 统一社会信用代码 (GB 32100-2015), which embeds the organisation code 组织机构代码 (GB 11714).
//!
//! One character for the registering department, one for the category, six digits of region, nine of organisation code, one check
//! character (MOD 31). A few codes in real circulation do not conform; they are invalid here, and [`is_well_formed`] tells
//! them from rubbish, so that a caller may warn instead of refusing.

use std::fmt;

use crate::compact::{Compact, ascii, number};
use crate::note::{Note, Parsed};
use crate::region;

/// The 31 characters: digits and capitals without I, O, Z, S, V.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A code that can only be built valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode([u8; 18]);

impl CreditCode {
    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// Registering department: `1` public institutions, `5` civil affairs, `9` market supervision, and others.
    pub const fn department(&self) -> char {
        self.0[0] as char
    }

    /// Category within the department, for example `91` enterprise, `92` individual business, `93` cooperative.
    pub fn category(&self) -> &str {
        ascii(&self.0[..2])
    }

    /// Six digits of the region of the registering office.
    pub fn region_code(&self) -> u32 {
        number(&self.0[2..8]).unwrap_or_default()
    }

    /// The embedded organisation code in its usual writing, `12345678-X`.
    pub fn organisation_code(&self) -> String {
        [ascii(&self.0[8..16]), "-", ascii(&self.0[16..17])].concat()
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether the text has the shape of a credit code, whatever its check characters say: 18 characters of the alphabet, digits
/// in the region.
pub fn is_well_formed(raw: &str) -> bool {
    Compact::<18>::read(raw)
        .and_then(|c| <[u8; 18]>::try_from(c.bytes()).ok())
        .is_some_and(|code| well_formed(&code))
}

/// The check character of the first 17; `None` when one is not in the alphabet.
pub fn check_character(first17: &[u8]) -> Option<u8> {
    if first17.len() != 17 {
        return None;
    }
    let mut sum = 0_usize;
    let mut weight = 1_usize;
    for byte in first17 {
        sum += place(*byte)? * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET.get((31 - sum % 31) % 31).copied()
}

/// The check character of the first eight of an organisation code (GB 11714, MOD 11); `None` when one is not a digit or capital.
pub fn organisation_check(first8: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    if first8.len() != 8 {
        return None;
    }
    let mut sum = 0;
    for (byte, weight) in first8.iter().zip(WEIGHTS) {
        sum += weight
            * match byte {
                b'0'..=b'9' => u32::from(byte - b'0'),
                b'A'..=b'Z' => u32::from(byte - b'A') + 10,
                _ => return None,
            };
    }
    Some(match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).unwrap_or_default(),
    })
}

/// The code of an organisation of `class` (registering department and category, `11` for an organ of state) registered in
/// `region` (six digits), out of the eight characters of its organisation code: both check characters are added (GB 32100-2015,
/// GB 11714). `None` when a character is not of the alphabet or a length is wrong.
pub fn complete(class: &str, region: &str, organisation: &str) -> Option<String> {
    let own = organisation_check(organisation.as_bytes())?;
    let first = format!("{class}{region}{organisation}{}", char::from(own));
    (first.len() == 17)
        .then(|| check_character(first.as_bytes()).map(|last| format!("{first}{}", char::from(last))))?
}

/// Reads a credit code.
///
/// Repaired: width, spaces, hyphens, case, and letters outside the alphabet (I, O, Z, S) when exactly the look-alike digit makes the code
/// right. Remarked: embedded organisation code or region that does not fit. Invalid: anything else, with old 15-digit
/// registration numbers and 9-character organisation codes named as such.
pub fn parse(raw: &str) -> Parsed<CreditCode> {
    let Some(compact) = Compact::<24>::read(raw) else {
        return Parsed::invalid(SHAPE);
    };
    let mut notes = Vec::new();
    if compact.separators {
        notes.push(Note::new("credit_code.separators", "已去除空格或分隔符", "spaces or separators removed"));
    }
    if compact.width {
        notes.push(Note::new(
            "credit_code.width",
            "已将全角字符转为半角",
            "full-width characters brought to half width",
        ));
    }
    if compact.case {
        notes.push(Note::new("credit_code.case", "已将小写字母改为大写", "letters raised to upper case"));
    }
    let bytes = compact.bytes();
    let Ok(mut code) = <[u8; 18]>::try_from(bytes) else {
        return Parsed::invalid(match bytes.len() {
            15 if bytes.iter().all(u8::is_ascii_digit) => REGISTRATION_NUMBER,
            9 if bytes.get(..8).and_then(organisation_check) == bytes.get(8).copied() => ORGANISATION_CODE,
            _ if bytes.contains(&b'E') && bytes.contains(&b'.') => SPREADSHEET,
            _ => SHAPE,
        });
    };
    if code.windows(2).all(|pair| pair[0] == pair[1]) {
        return Parsed::invalid(PLACEHOLDER);
    }
    if !well_formed(&code) {
        match without_lookalikes(code) {
            Some(better) => {
                code = better;
                notes.push(LOOKALIKE);
            }
            None => return Parsed::invalid(ALPHABET_FAILS),
        }
    }
    if check_character(&code[..17]) != Some(code[17]) {
        return Parsed::invalid(CHECK_FAILS);
    }
    if organisation_check(&code[8..16]) != Some(code[16]) {
        notes.push(ORGANISATION_FAILS);
    }
    let area = number(&code[2..8]).unwrap_or_default();
    // 100000 is the national registry.
    if area != 100_000 && !region::province_exists(area) {
        notes.push(REGION);
    }
    Parsed::from_notes(CreditCode(code), notes)
}

fn place(byte: u8) -> Option<usize> {
    ALPHABET.iter().position(|c| *c == byte)
}

fn well_formed(code: &[u8; 18]) -> bool {
    code.iter().all(|byte| place(*byte).is_some()) && code[2..8].iter().all(u8::is_ascii_digit)
}

/// The code with look-alikes of digits replaced, if that makes it right.
fn without_lookalikes(code: [u8; 18]) -> Option<[u8; 18]> {
    let better = code.map(|byte| match byte {
        b'I' => b'1',
        b'O' => b'0',
        b'Z' => b'2',
        b'S' => b'5',
        other => other,
    });
    (well_formed(&better) && check_character(&better[..17]) == Some(better[17])).then_some(better)
}

const SHAPE: Note = Note::new(
    "credit_code.shape",
    "统一社会信用代码应为18位数字或大写字母，请核对营业执照",
    "a unified social credit code has 18 digits or capitals; check the licence",
);
const ALPHABET_FAILS: Note = Note::new(
    "credit_code.alphabet",
    "统一社会信用代码不使用字母I、O、Z、S、V，且第3至8位为数字，请核对营业执照",
    "the letters I, O, Z, S and V do not occur in the code, and characters 3 to 8 are digits; check the licence",
);
const CHECK_FAILS: Note = Note::new(
    "credit_code.check",
    "统一社会信用代码校验位不符；极少数真实代码不符合标准，请核对营业执照",
    "the check character does not fit; a few real codes do not conform, so check the licence",
);
const PLACEHOLDER: Note = Note::new(
    "credit_code.placeholder",
    "统一社会信用代码是占位值，请补录",
    "the code is a placeholder; enter the real one",
);
const REGISTRATION_NUMBER: Note = Note::new(
    "credit_code.registration_number",
    "这是15位工商注册号（旧），不是统一社会信用代码，请按注册号查询换发后的代码",
    "this is an old 15-digit registration number, not a credit code; look up the code issued for it",
);
const ORGANISATION_CODE: Note = Note::new(
    "credit_code.organisation_code",
    "这是9位组织机构代码，不是统一社会信用代码，请查询换发后的代码",
    "this is a 9-character organisation code, not a credit code; look up the code issued for it",
);
const SPREADSHEET: Note = Note::new(
    "credit_code.spreadsheet",
    "代码已被电子表格改为科学计数，末几位已丢失，请将该列设为文本后重新导出",
    "a spreadsheet turned the code into scientific notation and lost its last digits; export the column as text again",
);
const LOOKALIKE: Note = Note::new(
    "credit_code.lookalike",
    "已将形近字母（I、O、Z、S）改为数字，校验相符",
    "look-alike letters (I, O, Z, S) replaced by digits; the check fits",
);
const ORGANISATION_FAILS: Note = Note::new(
    "credit_code.organisation_check",
    "其中的组织机构代码校验不符，请留意",
    "the embedded organisation code has a wrong check character; treat with care",
);
const REGION: Note = Note::new(
    "credit_code.region",
    "其中的登记机关区划不存在，请留意",
    "the region of the registering office does not exist; treat with care",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(raw: &str) -> Vec<&'static str> {
        parse(raw).notes().iter().map(|note| note.code).collect()
    }

    /// Builds a right code from department, region and eight characters of organisation code.
    fn build(head: &str, body: &str) -> String {
        let organisation = organisation_check(body.as_bytes()).expect("organisation code");
        let first = format!("{head}{body}{}", char::from(organisation));
        let check = check_character(first.as_bytes()).expect("alphabet");
        format!("{first}{}", char::from(check))
    }

    /// A published code is right; its parts are read.
    #[test]
    fn reads_a_real_code() {
        let code = parse("91350100M000100Y43").into_value().expect("the example of GB 32100");
        assert_eq!((code.category(), code.region_code()), ("91", 350_100));
        assert_eq!(code.organisation_code(), "M000100Y-4");
    }

    /// Forms are repaired, wrong codes told apart from codes of other kinds.
    #[test]
    fn repairs_and_tells() {
        let good = build("91330106", "MA2B0123");
        assert!(matches!(parse(&good), Parsed::Valid(_)), "{good} {:?}", parse(&good));
        assert_eq!(codes(&good.to_lowercase()), ["credit_code.case"]);
        assert_eq!(codes(&format!(" {} {}", &good[..8], &good[8..])), ["credit_code.separators"]);
        assert_eq!(codes(&good.replace('0', "O")), ["credit_code.lookalike"]);
        let last = if good.ends_with('1') { '2' } else { '1' };
        let wrong = format!("{}{last}", &good[..17]);
        assert_eq!(codes(&wrong), ["credit_code.check"]);
        assert!(is_well_formed(&wrong) && !is_well_formed("91330106"));
        assert_eq!(codes("330106000012345"), ["credit_code.registration_number"]);
        assert_eq!(codes("M000100Y-4"), ["credit_code.organisation_code"]);
        assert_eq!(codes("000000000000000000"), ["credit_code.placeholder"]);
    }
}
