//! The right edge of a growing Merkle tree: all that is needed to add entries and to know the root.

use crate::hash::{Hash, empty_root, node_hash};

/// The roots of the full subtrees that make up a tree of `size` entries, largest (leftmost) first. It holds at
/// most 64 hashes, however large the tree is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactRange {
    size: u64,
    nodes: Vec<Hash>,
}

impl CompactRange {
    /// A tree without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a range together from the subtree roots of a tree of `size` entries, largest first. `None` when the
    /// number of hashes is not the number of one-bits in `size`.
    pub fn from_nodes(size: u64, nodes: Vec<Hash>) -> Option<Self> {
        (nodes.len() == size.count_ones() as usize).then_some(Self { size, nodes })
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The subtree roots, largest first.
    pub fn nodes(&self) -> &[Hash] {
        &self.nodes
    }

    /// The root of the full subtree at `level`, when the tree has one at its right edge: it then covers the entries
    /// from `((size >> level) - 1) << level` on.
    pub fn node_at(&self, level: u32) -> Option<Hash> {
        if level >= 64 || (self.size >> level) & 1 == 0 {
            return None;
        }
        let above = if level == 63 { 0 } else { (self.size >> (level + 1)).count_ones() };
        self.nodes.get(above as usize).copied()
    }

    /// Adds one entry by its leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, |_, _, _| {});
    }

    /// Adds one entry and reports each subtree that it completes as (level, index in the level, hash), from the
    /// leaf itself upwards.
    pub fn push_with(&mut self, leaf: Hash, mut completed: impl FnMut(u32, u64, Hash)) {
        let (mut node, mut level, mut index) = (leaf, 0, self.size);
        completed(level, index, node);
        while index & 1 == 1 {
            // An odd index has its left sibling at the end of the list; an empty list cannot occur.
            let Some(left) = self.nodes.pop() else { break };
            node = node_hash(&left, &node);
            level += 1;
            index >>= 1;
            completed(level, index, node);
        }
        self.nodes.push(node);
        self.size += 1;
    }

    /// The root of the whole tree.
    pub fn root(&self) -> Hash {
        let mut nodes = self.nodes.iter().rev();
        match nodes.next() {
            None => empty_root(),
            Some(last) => nodes.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    /// The root follows the recursive definition of RFC 6962 for all small sizes.
    #[test]
    fn root_follows_the_definition() {
        fn root(leaves: &[Hash]) -> Hash {
            match leaves {
                [] => empty_root(),
                [one] => *one,
                many => {
                    let k = many.len().next_power_of_two() / 2;
                    node_hash(&root(&many[..k]), &root(&many[k..]))
                }
            }
        }
        let mut range = CompactRange::new();
        let mut leaves = Vec::new();
        for i in 0..200u32 {
            assert_eq!(range.root(), root(&leaves), "size {i}");
            let leaf = leaf_hash(&i.to_be_bytes());
            range.push(leaf);
            leaves.push(leaf);
        }
    }

    /// `node_at` finds exactly the subtrees at the right edge.
    #[test]
    fn edge_nodes_are_found_by_level() {
        let mut range = CompactRange::new();
        for i in 0..5u8 {
            range.push(leaf_hash(&[i]));
        }
        assert_eq!(range.node_at(2), Some(range.nodes()[0]));
        assert_eq!(range.node_at(1), None);
        assert_eq!(range.node_at(0), Some(leaf_hash(&[4])));
        assert_eq!(range.node_at(64), None);
    }
}
