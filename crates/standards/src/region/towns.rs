//! Towns and villages 乡级、村级, loaded at run time.

use std::collections::BTreeMap;

use super::{RegionCode, code::parse_digits, names};
use crate::note::{Note, Parsed};
use crate::text;

/// The built-in divisions with any number of towns and villages on top.
#[derive(Debug, Clone, Default)]
pub struct Regions {
    /// Twelve-digit code to name.
    below: BTreeMap<u64, String>,
}

/// Why a table of towns could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// A line is not `code,name`.
    #[error("line {line}: expected `code,name` with a code of 9 or 12 digits")]
    Line {
        /// Line number, from 1.
        line: usize,
    },
    /// The county of a code does not exist.
    #[error("line {line}: no county has this code since 1980")]
    County {
        /// Line number, from 1.
        line: usize,
    },
}

impl Regions {
    /// Only what is built in.
    pub const fn builtin() -> Self {
        Self { below: BTreeMap::new() }
    }

    /// Adds towns and villages from CSV text: lines `code,name` with codes of 9 or 12 digits; further columns are
    /// ignored, as are a heading line, empty lines and lines beginning with `#`.
    ///
    /// # Errors
    /// The first line that cannot be read; nothing is added then.
    pub fn load_csv(&mut self, csv: &str) -> Result<usize, LoadError> {
        let mut read = BTreeMap::new();
        for (number, line) in (1..).zip(csv.lines()) {
            let line = text::trim(line);
            let heading = number == 1 && !line.starts_with(|c: char| c.is_ascii_digit() || c == '"');
            if line.is_empty() || line.starts_with('#') || heading || line.starts_with("\"code") {
                continue;
            }
            let mut cells = line.split(',').map(|cell| cell.trim().trim_matches('"'));
            let (Some(code), Some(name)) = (cells.next(), cells.next().filter(|name| !name.is_empty()))
            else {
                return Err(LoadError::Line { line: number });
            };
            let factor = match code.len() {
                9 => 1_000,
                12 => 1,
                _ => return Err(LoadError::Line { line: number }),
            };
            let digits = code.parse::<u64>().map_err(|_| LoadError::Line { line: number })?;
            let code = RegionCode::full(digits * factor);
            if super::history(code.county_code()).is_empty() {
                return Err(LoadError::County { line: number });
            }
            read.insert(code.twelve_digits(), name.to_owned());
        }
        let count = read.len();
        self.below.extend(read);
        Ok(count)
    }

    /// Whether towns of this county have been loaded, so that an unknown town can be told.
    pub(super) fn knows_towns_of(&self, county: u32) -> bool {
        self.children(county).next().is_some()
    }

    /// Loaded towns and villages of a county.
    pub(super) fn children(&self, county: u32) -> impl Iterator<Item = (RegionCode, &str)> {
        let start = u64::from(county) * 1_000_000;
        self.below
            .range(start..start + 1_000_000)
            .map(|(code, name)| (RegionCode::full(*code), name.as_str()))
    }

    /// The name of the division itself, without the names above it.
    pub fn name(&self, code: RegionCode) -> Option<&str> {
        match self.below.get(&code.twelve_digits()) {
            Some(name) => Some(name),
            None if code.twelve_digits().is_multiple_of(1_000_000) => {
                super::history(code.county_code()).last().map(|division| division.name)
            }
            None => None,
        }
    }

    /// Reads a code (2, 4, 6, 9 or 12 digits) or a name such as 浙江省杭州市西湖区.
    ///
    /// A name that fits several divisions is invalid, with the candidates in the note.
    pub fn parse(&self, raw: &str) -> Parsed<RegionCode> {
        let mut notes = Vec::new();
        let trimmed = text::trim(raw);
        let folded = text::fold_width(trimmed);
        let clean = text::without_spaces(&folded);
        if clean.as_ref() != raw {
            notes.push(Note::new(
                "region.cleaned",
                "已去除空格或全角字符",
                "spaces or full-width characters removed",
            ));
        }
        if !clean.is_empty() && clean.bytes().all(|b| b.is_ascii_digit()) {
            return parse_digits(&clean, self, notes);
        }
        names::parse_name(&clean, self)
    }
}
