//! The part of the tree that one batch adds, kept in memory just long enough to prove each of its entries.

use crate::compact::CompactRange;
use crate::hash::{Hash, empty_root, node_hash};

/// All full subtrees that a batch completes, with their left neighbours at the old edge.
#[derive(Debug)]
pub(super) struct BatchTree {
    old: u64,
    new: u64,
    levels: Vec<Level>,
    /// Per level, the root of what lies right of the last full subtree, where there is such a rest.
    rest: Vec<Option<Hash>>,
}

#[derive(Debug)]
struct Level {
    /// Index of the first hash of `nodes` in its tree level.
    base: u64,
    nodes: Vec<Hash>,
}

impl BatchTree {
    /// The batch of `leaves` behind the tree `before`.
    pub fn new(before: &CompactRange, leaves: Vec<Hash>) -> Self {
        let old = before.size();
        let new = old + leaves.len() as u64;
        let mut levels: Vec<Level> = Vec::new();
        let mut rest = Vec::new();
        let mut fresh = leaves;
        let mut level = 0;
        let mut right = None;
        while level < 64 && new >> level > 0 {
            // A left neighbour at the old edge pairs with the first new node.
            let mut base = old >> level;
            if let Some(edge) = before.node_at(level) {
                base -= 1;
                fresh.insert(0, edge);
            }
            rest.push(right);
            if (new >> level) & 1 == 1 {
                right = match (fresh.last(), right) {
                    (Some(last), Some(right)) => Some(node_hash(last, &right)),
                    (last, _) => last.copied(),
                };
            }
            let pairs = fresh.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right));
            let above = pairs.collect();
            levels.push(Level { base, nodes: std::mem::replace(&mut fresh, above) });
            level += 1;
        }
        rest.push(right);
        Self { old, new, levels, rest }
    }

    /// Size of the log with the batch.
    pub fn size(&self) -> u64 {
        self.new
    }

    /// Root of the log with the batch.
    pub fn root(&self) -> Hash {
        self.rest.last().copied().flatten().unwrap_or_else(empty_root)
    }

    fn node(&self, level: u32, index: u64) -> Option<Hash> {
        let level = self.levels.get(level as usize)?;
        level.nodes.get(usize::try_from(index.checked_sub(level.base)?).ok()?).copied()
    }

    /// The subtrees of `level` which the batch completed: index of the first, and their hashes.
    pub fn completed(&self, level: u32) -> (u64, &[Hash]) {
        let first = self.old.checked_shr(level).unwrap_or(0);
        let nodes = self.levels.get(level as usize).map(|l| {
            let skip = usize::try_from(first - l.base).unwrap_or(usize::MAX);
            l.nodes.get(skip..).unwrap_or_default()
        });
        (first, nodes.unwrap_or_default())
    }

    /// The right edge of the log with the batch.
    pub fn after(&self) -> CompactRange {
        let edge = (0..64u32).rev().filter(|level| (self.new >> level) & 1 == 1);
        let nodes = edge.filter_map(|level| self.node(level, (self.new >> level) - 1)).collect();
        // The edge always lies in the batch or at the old edge, both of which are at hand.
        CompactRange::from_nodes(self.new, nodes).unwrap_or_default()
    }

    /// The inclusion proof, leaf to root, of the entry `index`, which must belong to the batch.
    pub fn proof(&self, index: u64) -> Vec<Hash> {
        let mut proof = Vec::with_capacity(self.levels.len());
        for level in 0..self.levels.len() as u32 {
            let sibling = (index >> level) ^ 1;
            let full = self.new >> level;
            if sibling < full {
                proof.extend(self.node(level, sibling));
            } else if sibling == full {
                proof.extend(self.rest.get(level as usize).copied().flatten());
            }
        }
        proof
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::leaf_hash;
    use crate::proof::verify_inclusion;

    proptest! {
        /// Whatever the log's size and the batch's size, each entry's proof leads to the root, and the edge and the
        /// completed subtrees are those of a tree grown entry by entry.
        #[test]
        fn batch_agrees_with_single_steps(old in 0u64..600, count in 1u64..600) {
            let leaf = |i: u64| leaf_hash(&i.to_be_bytes());
            let mut range = CompactRange::new();
            (0..old).for_each(|i| range.push(leaf(i)));
            let tree = BatchTree::new(&range, (old..old + count).map(leaf).collect());
            let mut completed = vec![Vec::new(); 12];
            for i in old..old + count {
                range.push_with(leaf(i), |level, index, hash| completed[level as usize].push((index, hash)));
            }
            prop_assert_eq!(tree.root(), range.root());
            prop_assert_eq!(tree.after(), range);
            for (level, expected) in completed.into_iter().enumerate() {
                let (first, hashes) = tree.completed(level as u32);
                let found: Vec<_> = (first..).zip(hashes.iter().copied()).collect();
                prop_assert_eq!(found, expected);
            }
            for i in old..old + count {
                prop_assert!(verify_inclusion(i, tree.size(), &leaf(i), &tree.proof(i), &tree.root()).is_ok());
            }
        }
    }
}
