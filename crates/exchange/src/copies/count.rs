//! Statistics over a held copy: rows counted by one or two items. What is small enough to point at somebody is not shown.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;

use plan::batch::Conditions;

use super::model::CopyGroup;
use super::read;

/// Different groups that are counted at most: more is no statistic, and has to be kept in memory.
pub(super) const MOST_GROUPS: usize = 10_000;

/// Rows by group.
pub(super) type Groups = HashMap<Vec<Option<String>>, u64>;

/// Counts the rows that meet the conditions; `None` when there are more than [`MOST_GROUPS`] groups.
///
/// # Errors
/// The file is gone or damaged.
pub(super) fn groups(path: &Path, by: &[String], conditions: &Conditions) -> io::Result<Option<Groups>> {
    let asked: BTreeSet<&str> = by.iter().map(String::as_str).chain(conditions.items()).collect();
    let names: Vec<&str> = asked.into_iter().collect();
    let place = |item: &str| names.iter().position(|name| *name == item);
    let grouped: Vec<usize> = by.iter().filter_map(|item| place(item)).collect();
    let mut groups = Groups::new();
    for rows in read::scan(path, &names)? {
        let rows = rows.map_err(io::Error::other)?;
        let columns = read::texts(&rows, &names)?;
        for row in 0..rows.num_rows() {
            let value = |at: usize| columns.get(at).and_then(|column| read::value(column, row));
            if !conditions.hold(|item| place(item).and_then(value)) {
                continue;
            }
            let group: Vec<_> = grouped.iter().map(|at| value(*at).map(str::to_owned)).collect();
            *groups.entry(group).or_default() += 1;
            if groups.len() > MOST_GROUPS {
                return Ok(None);
            }
        }
    }
    Ok(Some(groups))
}

/// What may be seen of a count.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub groups: Vec<CopyGroup>,
    pub hidden_groups: u64,
    /// All rows counted; `None` when subtraction would tell what is hidden.
    pub rows: Option<u64>,
}

/// Hides groups of fewer than `least` rows. One hidden group alone is the sum less the others; so the smallest of the shown is
/// hidden with it, until at least two groups with at least `least` rows are.
pub(super) fn hide(groups: Groups, least: u64) -> Shown {
    let rows: u64 = groups.values().sum();
    let mut all: Vec<CopyGroup> =
        groups.into_iter().map(|(values, rows)| CopyGroup { values, rows }).collect();
    all.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.values.cmp(&b.values)));
    let shown = all.iter().take_while(|group| group.rows >= least).count();
    let mut hidden = all.split_off(shown);
    let safe = |hidden: &[CopyGroup]| {
        hidden.is_empty() || hidden.len() > 1 && hidden.iter().map(|group| group.rows).sum::<u64>() >= least
    };
    while !safe(&hidden) {
        let Some(smallest) = all.pop() else { break };
        hidden.push(smallest);
    }
    Shown { rows: safe(&hidden).then_some(rows), hidden_groups: hidden.len() as u64, groups: all }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(groups: &[(&str, u64)]) -> Groups {
        groups.iter().map(|(value, rows)| (vec![Some((*value).to_owned())], *rows)).collect()
    }

    fn names(shown: &Shown) -> Vec<&str> {
        shown.groups.iter().filter_map(|group| group.values.first()?.as_deref()).collect()
    }

    /// A small group is hidden, and the next smallest with it, because the sum would tell it otherwise.
    #[test]
    fn a_small_group_cannot_be_worked_out() {
        let shown = hide(counted(&[("a", 50), ("b", 20), ("c", 2)]), 5);
        assert_eq!((names(&shown), shown.hidden_groups, shown.rows), (vec!["a"], 2, Some(72)));
        // Two small groups that are large enough together need no third.
        let shown = hide(counted(&[("a", 50), ("c", 4), ("d", 3)]), 5);
        assert_eq!((names(&shown), shown.hidden_groups, shown.rows), (vec!["a"], 2, Some(57)));
        // Nothing small, nothing hidden.
        let shown = hide(counted(&[("a", 50), ("b", 5)]), 5);
        assert_eq!((names(&shown), shown.hidden_groups, shown.rows), (vec!["a", "b"], 0, Some(55)));
    }

    /// Where only a few rows meet the conditions, not even their number is told.
    #[test]
    fn few_rows_are_not_counted() {
        let shown = hide(counted(&[("a", 2), ("b", 1)]), 5);
        assert_eq!((shown.groups.len(), shown.rows), (0, None));
        assert_eq!(hide(Groups::new(), 5).rows, Some(0));
    }
}
