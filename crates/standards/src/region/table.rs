//! The built-in history of divisions at county level and above.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One division 行政区划 under one name, in one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// Six-digit code as a number, for example 330106.
    pub code: u32,
    /// First year in which the code carried this name; 1980 means then or earlier.
    pub from: u16,
    /// Year in which it no longer did; `None` while in force.
    pub to: Option<u16>,
    /// Name without the names above it, for example 西湖区.
    pub name: &'static str,
}

impl Division {
    /// Whether the code is in force today, as far as the built-in table goes.
    pub const fn is_current(&self) -> bool {
        self.to.is_none()
    }

    /// Whether this is a heading of the code table (市辖区, 县, 省直辖…) rather than a place.
    pub fn is_heading(&self) -> bool {
        matches!(self.name, "市辖区" | "县" | "市") || self.name.contains("直辖县级")
    }
}

/// The table with its indexes.
pub(super) struct Table {
    rows: Vec<Division>,
    /// Full and short names to row numbers.
    names: HashMap<&'static str, Vec<u32>>,
    /// The names in the order of their bytes, to tell early that no name goes on like a text.
    sorted: Vec<&'static str>,
}

/// Parsed once, at first use (about 7,300 lines).
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("../../data/regions.csv")));

/// The built-in table.
pub(super) fn table() -> &'static Table {
    &TABLE
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut rows: Vec<Division> =
            text.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect();
        rows.sort_by_key(|row| (row.code, row.from));
        let mut names: HashMap<&'static str, Vec<u32>> = HashMap::with_capacity(rows.len() * 2);
        for (number, row) in (0_u32..).zip(&rows) {
            names.entry(row.name).or_default().push(number);
            if let Some(short) = short_name(row) {
                names.entry(short).or_default().push(number);
            }
        }
        let mut sorted: Vec<&'static str> = names.keys().copied().collect();
        sorted.sort_unstable();
        Self { rows, names, sorted }
    }

    /// Every stretch of time of this code, oldest first; empty when it never existed.
    pub(super) fn history(&self, code: u32) -> &[Division] {
        let start = self.rows.partition_point(|row| row.code < code);
        let rest = self.rows.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|row| row.code == code).count();
        rest.get(..count).unwrap_or_default()
    }

    /// Whether any division, past or present, has a code in this range.
    pub(super) fn any_in(&self, codes: std::ops::Range<u32>) -> bool {
        let start = self.rows.partition_point(|row| row.code < codes.start);
        self.rows.get(start).is_some_and(|row| row.code < codes.end)
    }

    /// Whether a full or short name begins like this.
    pub(super) fn begins(&self, start: &str) -> bool {
        let at = self.sorted.partition_point(|name| *name < start);
        self.sorted.get(at).is_some_and(|name| name.starts_with(start))
    }

    /// Divisions, past and present, with this full or short name.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &Division> {
        let numbers = self.names.get(name).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|number| self.rows.get(*number as usize))
    }

    /// All rows, by code and time.
    pub(super) fn rows(&self) -> &[Division] {
        &self.rows
    }
}

fn row(line: &'static str) -> Option<Division> {
    let mut cells = line.splitn(4, ',');
    let code = cells.next()?.parse().ok()?;
    let from = cells.next()?.parse().ok()?;
    let to = cells.next()?.parse().ok();
    Some(Division { code, from, to, name: cells.next()? })
}

/// The name as people write it without its kind: 浙江 for 浙江省, 恩施州 is left to its full name.
fn short_name(row: &Division) -> Option<&'static str> {
    if row.is_heading() {
        return None;
    }
    match row.code {
        150_000 => return Some("内蒙古"),
        450_000 => return Some("广西"),
        540_000 => return Some("西藏"),
        640_000 => return Some("宁夏"),
        650_000 => return Some("新疆"),
        810_000 => return Some("香港"),
        820_000 => return Some("澳门"),
        _ => {}
    }
    let short =
        ["地区", "省", "市", "区", "县", "盟", "旗"].iter().find_map(|kind| row.name.strip_suffix(kind))?;
    // One character says too little (郊区, 城区), and "自治" is left of 自治县.
    (short.chars().count() >= 2 && !short.ends_with("自治")).then_some(short)
}
