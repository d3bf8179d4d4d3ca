//! Counting different values in bounded memory.

use std::collections::BTreeSet;

use super::DistinctCount;

/// Hashes kept. The estimate's relative standard error is about one over the root of this number.
const KEPT: usize = 4096;

/// Keeps the smallest hashes seen. While there are fewer than [`KEPT`] the count is exact (up to a
/// collision of 64-bit hashes); beyond, how densely the kept ones lie tells how many there are.
#[derive(Debug, Default)]
pub(crate) struct Distinct {
    smallest: BTreeSet<u64>,
    overflowed: bool,
}

impl Distinct {
    /// Takes one value's hash.
    pub(crate) fn add(&mut self, hash: u64) {
        if self.overflowed && self.smallest.last().is_some_and(|last| hash >= *last) {
            return;
        }
        if self.smallest.insert(hash) && self.smallest.len() > KEPT {
            self.smallest.pop_last();
            self.overflowed = true;
        }
    }

    /// How many different hashes came.
    pub(crate) fn count(&self) -> DistinctCount {
        match self.smallest.last() {
            Some(last) if self.overflowed => {
                let filled = *last as f64 / u64::MAX as f64;
                DistinctCount { values: ((KEPT - 1) as f64 / filled).round() as u64, exact: false }
            }
            _ => DistinctCount { values: self.smallest.len() as u64, exact: true },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hash64;

    /// Repeated values are counted once, exactly, while few.
    #[test]
    fn counts_few_exactly() {
        let mut distinct = Distinct::default();
        for i in 0..10_000_u32 {
            distinct.add(hash64((i % 700).to_string().as_bytes()));
        }
        assert_eq!(distinct.count(), DistinctCount { values: 700, exact: true });
    }

    /// Many values are estimated within five per cent and flagged as an estimate.
    #[test]
    fn estimates_many() {
        let mut distinct = Distinct::default();
        for i in 0..300_000_u32 {
            distinct.add(hash64((i % 100_000).to_string().as_bytes()));
        }
        let count = distinct.count();
        assert!(!count.exact);
        assert!((95_000..105_000).contains(&count.values), "{}", count.values);
    }
}
