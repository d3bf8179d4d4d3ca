//! The code itself: digits, level, and the checks against the table.

use std::fmt;

use super::{current, history, towns::Regions};
use crate::note::{Note, Parsed};

/// How deep a code reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Province 省级.
    Province,
    /// City 地级.
    City,
    /// County 县级.
    County,
    /// Town or street 乡级.
    Town,
    /// Village or neighbourhood 村级.
    Village,
}

/// A region code in standard form: six digits down to the county, nine for a town, twelve for a village.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(u64);

impl RegionCode {
    /// From a six-digit code that is known to exist.
    pub(super) const fn county(code: u32) -> Self {
        Self(code as u64 * 1_000_000)
    }

    /// From all twelve digits.
    pub(super) const fn full(twelve: u64) -> Self {
        Self(twelve)
    }

    /// The first six digits.
    pub const fn county_code(self) -> u32 {
        (self.0 / 1_000_000) as u32
    }

    /// All twelve digits as a number.
    pub const fn twelve_digits(self) -> u64 {
        self.0
    }

    /// How deep the code reaches, told by its trailing zeros.
    pub const fn level(self) -> Level {
        if !self.0.is_multiple_of(1_000) {
            Level::Village
        } else if !self.0.is_multiple_of(1_000_000) {
            Level::Town
        } else if !self.0.is_multiple_of(100_000_000) {
            Level::County
        } else if !self.0.is_multiple_of(10_000_000_000) {
            Level::City
        } else {
            Level::Province
        }
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level() {
            Level::Province | Level::City | Level::County => write!(f, "{:06}", self.county_code()),
            Level::Town => write!(f, "{:09}", self.0 / 1_000),
            Level::Village => write!(f, "{:012}", self.0),
        }
    }
}

/// Checks a text of digits only.
pub(super) fn parse_digits(digits: &str, regions: &Regions, mut notes: Vec<Note>) -> Parsed<RegionCode> {
    let zeros = match digits.len() {
        2 | 4 | 6 | 9 | 12 => 12 - digits.len() as u32,
        _ => {
            return Parsed::invalid(Note::new(
                "region.length",
                "行政区划代码应为6、9或12位数字，请核对",
                "a region code has 6, 9 or 12 digits; check the source",
            ));
        }
    };
    let Ok(number) = digits.parse::<u64>() else {
        return Parsed::invalid(UNKNOWN);
    };
    let code = RegionCode(number * 10_u64.pow(zeros));
    let county = code.county_code();
    let Some(last) = history(county).last() else {
        return Parsed::invalid(UNKNOWN);
    };
    if current(county).is_none() {
        notes.push(abolished(last.to));
    }
    if code.level() >= Level::Town && regions.knows_towns_of(county) && regions.name(code).is_none() {
        return Parsed::invalid(Note::new(
            "region.town_unknown",
            "该县（区）已载入的乡级、村级代码中没有此代码，请核对或更新区划表",
            "the loaded towns and villages of this county do not contain the code; check it or load a newer table",
        ));
    }
    // 330106000000 and 33 are other ways of writing what stands in the table with six digits.
    if code.to_string().len() != digits.len() {
        notes.push(Note::new(
            "region.padded",
            "已按标准位数改写区划代码",
            "rewritten with the standard number of digits",
        ));
    }
    Parsed::from_notes(code, notes)
}

const UNKNOWN: Note = Note::new(
    "region.unknown",
    "区划代码不在1980年以来的行政区划代码表中，请核对",
    "the code is in no table of divisions since 1980; check the source",
);

/// The remark on a code that is no longer in force.
pub(super) fn abolished(year: Option<u16>) -> Note {
    let year = year.unwrap_or_default();
    Note::told(
        "region.abolished",
        format!("该区划代码已于{year}年停用，保留原代码；如需现行代码请人工确认"),
        format!("the code went out of force in {year} and is kept; a successor needs a human decision"),
    )
}
