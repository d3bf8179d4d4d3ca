//! Administrative divisions 行政区划 (GB/T 2260, and GB/T 10114 for towns): codes and names, with their history.
//!
//! Provinces, cities and counties since 1980 are built in. Towns and villages change every year and fill megabytes; they
//! are loaded at run time into [`Regions`].

mod code;
mod names;
mod table;
mod towns;

use crate::note::Parsed;

pub use code::{Level, RegionCode};
pub use table::Division;
pub use towns::{LoadError, Regions};

/// Every stretch of time of a six-digit code, oldest first; empty when the code never existed.
pub fn history(code: u32) -> &'static [Division] {
    table::table().history(code)
}

/// The division that has this six-digit code today.
pub fn current(code: u32) -> Option<&'static Division> {
    history(code).iter().rev().find(|division| division.is_current())
}

/// The division that had this six-digit code in that year (years of change count for both sides).
pub fn at(code: u32, year: u16) -> Option<&'static Division> {
    history(code)
        .iter()
        .rev()
        .find(|division| division.from <= year && division.to.is_none_or(|to| year <= to))
}

/// Every built-in division, past and present, by code and time.
pub fn all() -> &'static [Division] {
    table::table().rows()
}

/// Whether any division ever had a code beginning with these four digits (a city 地级).
pub fn city_existed(code: u32) -> bool {
    let city = code / 100 * 100;
    table::table().any_in(city..city + 100)
}

/// Whether the first two digits are those of a province 省级.
pub fn province_exists(code: u32) -> bool {
    !history(code / 10_000 * 10_000).is_empty()
}

/// The latest name of a code with the names above it, for example 浙江省杭州市西湖区; headings such as 市辖区 are left out.
pub fn full_name(code: u32) -> Option<String> {
    let own = history(code).last()?;
    let mut name = String::new();
    for above in [code / 10_000 * 10_000, code / 100 * 100] {
        if above == code {
            continue;
        }
        // Of several names, the one that held when the division itself last existed.
        let year = own.to.unwrap_or(u16::MAX);
        let found = at(above, year).or_else(|| history(above).last());
        if let Some(division) = found.filter(|division| !division.is_heading()) {
            name.push_str(division.name);
        }
    }
    name.push_str(own.name);
    Some(name)
}

/// Reads a code (2, 4, 6, 9 or 12 digits) or a name, with the built-in table only.
pub fn parse(raw: &str) -> Parsed<RegionCode> {
    Regions::builtin().parse(raw)
}
