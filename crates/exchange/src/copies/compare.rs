//! Two held copies compared by key, in as many passes as it takes to keep the keys of one in a bounded part of memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::path::Path;

use arrow::array::StringArray;
use sha2::{Digest as _, Sha256};

use super::model::ItemDifference;
use super::read;

/// Rows of a side whose keys are in memory at once.
const PASS: u64 = 500_000;
/// Keys that are named.
pub(super) const MOST_KEYS: usize = 200;

type Key = [u8; 16];

/// A row of the left side.
struct Row {
    values: Box<[u64]>,
    twice: bool,
    met: bool,
}

/// What came out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub same: u64,
    pub only_left: u64,
    pub only_right: u64,
    pub different: u64,
    pub not_compared: u64,
    pub differences: Vec<ItemDifference>,
    pub keys: Vec<String>,
}

/// What is compared: the items that tell rows apart, and the others.
pub(super) struct Plan {
    pub keys: Vec<String>,
    pub items: Vec<String>,
    /// Rows of the larger side.
    pub rows: u64,
}

impl Plan {
    fn names(&self) -> Vec<&str> {
        self.keys.iter().chain(&self.items).map(String::as_str).collect()
    }

    /// Digest of the key; `None` when a part of it is missing.
    fn key(&self, columns: &[&StringArray], row: usize) -> Option<Key> {
        let mut digest = Sha256::new();
        for column in columns.iter().take(self.keys.len()) {
            let value = read::value(column, row)?;
            digest.update((value.len() as u64).to_be_bytes());
            digest.update(value);
        }
        digest.finalize().first_chunk::<16>().copied()
    }

    fn values(&self, columns: &[&StringArray], row: usize) -> Box<[u64]> {
        let digest = |column: &&StringArray| {
            let mut hasher = DefaultHasher::new();
            match read::value(column, row) {
                Some(value) => {
                    hasher.write_u8(1);
                    hasher.write(value.as_bytes());
                }
                None => hasher.write_u8(0),
            }
            hasher.finish()
        };
        columns.iter().skip(self.keys.len()).map(digest).collect()
    }

    fn told(&self, columns: &[&StringArray], row: usize) -> String {
        let parts: Vec<_> =
            columns.iter().take(self.keys.len()).map(|column| read::value(column, row)).collect();
        parts.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join("|")
    }
}

/// Calls `with` for each row of a file that belongs to this pass; rows without a key belong to the first.
fn each(
    path: &Path,
    plan: &Plan,
    pass: (u64, u64),
    mut with: impl FnMut(Option<Key>, &[&StringArray], usize),
) -> io::Result<()> {
    let names = plan.names();
    for rows in read::scan(path, &names)? {
        let rows = rows.map_err(io::Error::other)?;
        let columns = read::texts(&rows, &names)?;
        for row in 0..rows.num_rows() {
            let key = plan.key(&columns, row);
            let part =
                key.map_or(0, |key| key.first_chunk::<8>().map_or(0, |head| u64::from_be_bytes(*head)));
            if part % pass.1 == pass.0 {
                with(key, &columns, row);
            }
        }
    }
    Ok(())
}

/// Compares two files.
///
/// # Errors
/// A file is gone or damaged.
pub(super) fn compare(left: &Path, right: &Path, plan: &Plan) -> io::Result<Outcome> {
    let passes = plan.rows.div_ceil(PASS).max(1);
    let mut outcome = Outcome::default();
    let mut by_item = vec![0_u64; plan.items.len()];
    for pass in 0..passes {
        one_pass(left, right, plan, (pass, passes), &mut outcome, &mut by_item)?;
    }
    let named = plan.items.iter().zip(by_item).filter(|(_, rows)| *rows > 0);
    outcome.differences = named.map(|(item, rows)| ItemDifference { item: item.clone(), rows }).collect();
    outcome.differences.sort_by_key(|item| std::cmp::Reverse(item.rows));
    Ok(outcome)
}

fn one_pass(
    left: &Path,
    right: &Path,
    plan: &Plan,
    pass: (u64, u64),
    outcome: &mut Outcome,
    by_item: &mut [u64],
) -> io::Result<()> {
    let mut own: HashMap<Key, Row> = HashMap::new();
    each(left, plan, pass, |key, columns, row| match key.map(|key| own.entry(key)) {
        None => outcome.not_compared += 1,
        Some(Entry::Occupied(mut known)) => {
            known.get_mut().twice = true;
            outcome.not_compared += 1;
        }
        Some(Entry::Vacant(free)) => {
            free.insert(Row { values: plan.values(columns, row), twice: false, met: false });
        }
    })?;
    let tell = |keys: &mut Vec<String>, sign: char, columns: &[&StringArray], row: usize| {
        if keys.len() < MOST_KEYS {
            keys.push(format!("{sign}{}", plan.told(columns, row)));
        }
    };
    each(right, plan, pass, |key, columns, row| {
        let Some(key) = key else { return outcome.not_compared += 1 };
        match own.get_mut(&key) {
            None => {
                outcome.only_right += 1;
                tell(&mut outcome.keys, '-', columns, row);
            }
            Some(known) if known.twice || known.met => outcome.not_compared += 1,
            Some(known) => {
                known.met = true;
                let other = plan.values(columns, row);
                if known.values == other {
                    outcome.same += 1;
                    return;
                }
                outcome.different += 1;
                for (at, (a, b)) in known.values.iter().zip(&other).enumerate() {
                    if a != b
                        && let Some(rows) = by_item.get_mut(at)
                    {
                        *rows += 1;
                    }
                }
                tell(&mut outcome.keys, '~', columns, row);
            }
        }
    })?;
    outcome.not_compared += own.values().filter(|row| row.twice).count() as u64;
    outcome.only_left += own.values().filter(|row| !row.met && !row.twice).count() as u64;
    if outcome.only_left > 0 && outcome.keys.len() < MOST_KEYS {
        each(left, plan, pass, |key, columns, row| {
            if key.and_then(|key| own.get(&key)).is_some_and(|known| !known.met && !known.twice) {
                tell(&mut outcome.keys, '+', columns, row);
            }
        })?;
    }
    Ok(())
}
