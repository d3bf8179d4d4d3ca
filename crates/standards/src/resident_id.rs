//! Citizen identification number 公民身份号码 (GB 11643-1999), and the numbers of the same build on residence permits.
//!
//! Six digits of region *at issuance*, eight of birth date, three of sequence (odd: male), one check character
//! (ISO 7064 MOD 11-2). Until 1999 numbers had 15 digits: year with two digits, no check character.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use crate::compact::{Compact, ascii, number};
use crate::note::{Note, Parsed};
use crate::region;

/// Sex as the number encodes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

/// Whose card carries the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Citizen with household registration 居民身份证.
    Citizen,
    /// Resident from Hong Kong, Macao or Taiwan 港澳台居民居住证 (81, 82, 83).
    HongKongMacaoTaiwan,
    /// Foreigner with permanent residence, card of 2023 外国人永久居留身份证 (9, then province and country).
    Foreigner,
}

/// A number that can only be built valid: 18 characters, real birth date, right check character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentId([u8; 18]);

impl ResidentId {
    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// The six digits of the region where the number was issued.
    pub fn region_code(&self) -> u32 {
        number(&self.0[..6]).unwrap_or_default()
    }

    /// Date of birth.
    pub fn birth_date(&self) -> NaiveDate {
        birth(&self.0).unwrap_or_default()
    }

    /// Sex, from the parity of the sequence number.
    pub const fn sex(&self) -> Sex {
        if self.0[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Whose card carries the number.
    pub const fn holder(&self) -> Holder {
        match (self.0[0], self.0[1]) {
            (b'8', _) => Holder::HongKongMacaoTaiwan,
            (b'9', _) => Holder::Foreigner,
            _ => Holder::Citizen,
        }
    }

    /// The 15-digit form that the same person carried before 1999; none for other births or holders.
    pub fn fifteen(&self) -> Option<String> {
        let old = self.holder() == Holder::Citizen && &self.0[6..8] == b"19";
        old.then(|| [ascii(&self.0[..6]), ascii(&self.0[8..17])].concat())
    }

    /// Whether the birth date lies after `today`, so that the number cannot have been issued yet.
    pub fn is_from_the_future(&self, today: NaiveDate) -> bool {
        self.birth_date() > today
    }
}

impl fmt::Display for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The check character of the first 17 digits; `None` when one is not a digit.
pub fn check_character(first17: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [u8; 11] = *b"10X98765432";
    if first17.len() != 17 || !first17.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum: u32 = first17.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECK.get((sum % 11) as usize).copied()
}

/// Reads a number of 18 characters or 15 digits.
///
/// Repaired: width, spaces, lower-case x, 15 digits. Remarked: abolished or unlisted region, known sample numbers, sequence 000.
/// Invalid: wrong length or character, impossible birth date, unknown province or city, wrong check character.
pub fn parse(raw: &str) -> Parsed<ResidentId> {
    let Some(compact) = Compact::<24>::read(raw) else {
        return Parsed::invalid(SHAPE);
    };
    let mut notes = Vec::new();
    if compact.separators {
        notes.push(Note::new("resident_id.separators", "已去除空格或分隔符", "spaces or separators removed"));
    }
    if compact.width {
        notes.push(Note::new(
            "resident_id.width",
            "已将全角字符转为半角",
            "full-width characters brought to half width",
        ));
    }
    if compact.case {
        notes.push(Note::new("resident_id.case", "已将末位小写x改为大写X", "lower-case x raised to X"));
    }
    let bytes = compact.bytes();
    let full = match bytes.len() {
        18 => match <[u8; 18]>::try_from(bytes) {
            Ok(full) => full,
            Err(_) => return Parsed::invalid(SHAPE),
        },
        15 => match widen(bytes) {
            Some(full) => {
                notes.push(WIDENED);
                full
            }
            None => return Parsed::invalid(SHAPE),
        },
        17 => return Parsed::invalid(SEVENTEEN),
        _ if bytes.contains(&b'E') && bytes.contains(&b'.') => return Parsed::invalid(SPREADSHEET),
        _ => return Parsed::invalid(SHAPE),
    };
    verify(full, notes)
}

/// Whether two numbers are of the same person, whichever length they have; `None` when either is invalid.
pub fn equals(a: &str, b: &str) -> Option<bool> {
    Some(parse(a).into_value()? == parse(b).into_value()?)
}

fn verify(full: [u8; 18], mut notes: Vec<Note>) -> Parsed<ResidentId> {
    let Some(check) = check_character(&full[..17]) else {
        return Parsed::invalid(SHAPE);
    };
    if full[..17].windows(2).all(|pair| pair[0] == pair[1]) || full.starts_with(b"12345678901234567") {
        return Parsed::invalid(PLACEHOLDER);
    }
    let Some(born) = birth(&full) else {
        return Parsed::invalid(BIRTH);
    };
    if let Err(note) = check_region(&full, born, &mut notes) {
        return Parsed::invalid(note);
    }
    if full[17] != check {
        return Parsed::invalid(CHECK_FAILS);
    }
    if SAMPLES.contains(&full) {
        notes.push(SAMPLE);
    }
    if &full[14..17] == b"000" {
        notes.push(SEQUENCE);
    }
    Parsed::from_notes(ResidentId(full), notes)
}

fn check_region(full: &[u8; 18], born: NaiveDate, notes: &mut Vec<Note>) -> Result<(), Note> {
    let code = number(&full[..6]).unwrap_or_default();
    match full[0] {
        b'9' => {
            return if region::province_exists(code / 1_000 % 100 * 10_000) { Ok(()) } else { Err(REGION) };
        }
        b'8' => return if matches!(code, 810_000 | 820_000 | 830_000) { Ok(()) } else { Err(REGION) },
        _ => {}
    }
    let Some(last) = region::history(code).last() else {
        // The built-in history is one of yearly editions: a code that lived for months may be missing, a city may not.
        if region::city_existed(code) {
            notes.push(REGION_UNLISTED);
            return Ok(());
        }
        return Err(REGION);
    };
    // Numbers have been given since 1984, so a code that ended before the person was born, or before 1984, was not in use then.
    // One year of grace, as registers lag behind the decree.
    if last.to.is_some_and(|to| i32::from(to) + 1 < born.year()) {
        notes.push(REGION_PERIOD);
    }
    Ok(())
}

/// 15 digits to 18: the century is inserted and the check computed.
fn widen(fifteen: &[u8]) -> Option<[u8; 18]> {
    let mut full = [0_u8; 18];
    full[..6].copy_from_slice(fifteen.get(..6)?);
    full[6..8].copy_from_slice(b"19");
    full[8..17].copy_from_slice(fifteen.get(6..15)?);
    full[17] = check_character(&full[..17])?;
    Some(full)
}

fn birth(full: &[u8; 18]) -> Option<NaiveDate> {
    let (year, month, day) = (number(&full[6..10])?, number(&full[10..12])?, number(&full[12..14])?);
    // The oldest people registered when numbering began were born in the 1870s.
    if !(1870..=2199).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Numbers printed in the standard and in countless manuals.
const SAMPLES: [[u8; 18]; 2] = [*b"11010519491231002X", *b"440524188001010014"];

const SHAPE: Note = Note::new(
    "resident_id.shape",
    "身份号码应为18位（末位可为X）或15位数字，请核对证件",
    "an identity number has 18 characters (the last may be X) or 15 digits; check the document",
);
const SEVENTEEN: Note = Note::new(
    "resident_id.seventeen",
    "身份号码只有17位，缺一位，请核对证件",
    "the identity number has 17 characters, one is missing; check the document",
);
const SPREADSHEET: Note = Note::new(
    "resident_id.spreadsheet",
    "身份号码已被电子表格改为科学计数，末几位已丢失，请将该列设为文本后重新导出",
    "a spreadsheet turned the number into scientific notation and lost its last digits; export the column as text again",
);
const PLACEHOLDER: Note = Note::new(
    "resident_id.placeholder",
    "身份号码是占位值，不是真实号码，请补录",
    "the identity number is a placeholder; enter the real one",
);
const BIRTH: Note = Note::new(
    "resident_id.birth_date",
    "身份号码中的出生日期不存在或不可能，请核对证件",
    "the birth date in the identity number does not exist or is impossible; check the document",
);
const REGION: Note = Note::new(
    "resident_id.region",
    "身份号码前六位不是任何时期的行政区划，请核对证件",
    "the first six digits were never a region; check the document",
);
const REGION_UNLISTED: Note = Note::new(
    "resident_id.region_unlisted",
    "前六位的县级代码不在历年区划表中（同一地级存在），请留意",
    "the county in the first six digits is in no yearly table, though its city is; treat with care",
);
const REGION_PERIOD: Note = Note::new(
    "resident_id.region_period",
    "前六位的区划在出生前已停用，请留意是否冒用或录错",
    "the region had been abolished before the birth date; it may be mistyped or another's",
);
const CHECK_FAILS: Note = Note::new(
    "resident_id.check",
    "身份号码末位校验不符，至少有一位录错，请核对证件",
    "the check character does not fit: at least one character is wrong; check the document",
);
const WIDENED: Note =
    Note::new("resident_id.fifteen", "已将15位旧号码升为18位", "15-digit number brought to 18 characters");
const SAMPLE: Note = Note::new(
    "resident_id.sample",
    "这是标准文本中的示例号码，可能不是真实人员",
    "this is the sample number of the standard; probably not a real person",
);
const SEQUENCE: Note = Note::new(
    "resident_id.sequence",
    "顺序码为000，真实号码从001开始，可能是编造的",
    "the sequence is 000, but real ones begin at 001; the number may be invented",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(raw: &str) -> Vec<&'static str> {
        parse(raw).notes().iter().map(|note| note.code).collect()
    }

    /// Region, birth date and sex are read; the form is repaired and each repair is named.
    #[test]
    fn reads_and_repairs() {
        let id = parse("330106198503070018").into_value();
        assert_eq!(id, None, "wrong check character");
        let id = parse("110105194912310 02x").into_value().expect("valid");
        assert_eq!((id.region_code(), id.sex()), (110_105, Sex::Female));
        assert_eq!(id.birth_date(), NaiveDate::from_ymd_opt(1949, 12, 31).expect("date"));
        assert_eq!(
            codes("１１０１０５１９４９１２３１００２ｘ"),
            ["resident_id.width", "resident_id.case", "resident_id.sample"]
        );
        assert_eq!(parse("110105491231002").into_value(), Some(id));
        assert_eq!(id.fifteen().as_deref(), Some("110105491231002"));
        assert_eq!(equals("110105491231002", "11010519491231002x"), Some(true));
    }

    /// Each way of being wrong has its own code.
    #[test]
    fn tells_what_is_wrong() {
        assert_eq!(codes("110105194912310021"), ["resident_id.check"]);
        assert_eq!(codes("110105194902310025"), ["resident_id.birth_date"]);
        assert_eq!(codes("990105194912310021"), ["resident_id.region"]);
        assert_eq!(codes("1101051949123100"), ["resident_id.shape"]);
        assert_eq!(codes("11010519491231002"), ["resident_id.seventeen"]);
        assert_eq!(codes("111111111111111111"), ["resident_id.placeholder"]);
        assert_eq!(codes("1.10105E+17"), ["resident_id.spreadsheet"]);
        assert_eq!(codes("张三"), ["resident_id.shape"]);
    }

    /// A county abolished since is right for its time, and remarked when the person was born long after.
    #[test]
    fn judges_the_region_by_its_time() {
        let with_check = |first: &str| {
            let check = check_character(first.as_bytes()).expect("digits");
            format!("{first}{}", char::from(check))
        };
        assert!(matches!(parse(&with_check("11010319600101012")), Parsed::Valid(_)));
        assert_eq!(codes(&with_check("11010320150101012")), ["resident_id.region_period"]);
        assert_eq!(
            parse(&with_check("81000019900101012")).value().map(ResidentId::holder),
            Some(Holder::HongKongMacaoTaiwan)
        );
    }
}
