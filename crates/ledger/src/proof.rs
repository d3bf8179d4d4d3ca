//! Inclusion and consistency proofs: made from stored subtree hashes, checked with nothing but hashes.
//!
//! Making follows RFC 6962 sections 2.1.1 and 2.1.2, checking RFC 9162 sections 2.1.3.2 and 2.1.4.2.

use crate::error::{Error, ProofFault, Result};
use crate::hash::{Hash, empty_root, node_hash};

/// Where proofs take the roots of full subtrees from.
pub trait Nodes {
    /// The root of the full subtree `index` of height `level`: it covers the entries `index << level` up to
    /// `(index + 1) << level`. It is only asked for subtrees that lie inside the tree.
    fn node(&self, level: u32, index: u64) -> Result<Hash>;
}

/// The largest power of two below `n`, for `n` of at least 2.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// The root of the subtree over the entries `lo..hi`, where `lo` is a multiple of the power of two not below
/// `hi - lo`.
fn range_root(nodes: &impl Nodes, mut lo: u64, hi: u64) -> Result<Hash> {
    if lo >= hi {
        return Ok(empty_root());
    }
    let mut full = Vec::new();
    while lo < hi {
        let level = 63 - (hi - lo).leading_zeros();
        full.push(nodes.node(level, lo >> level)?);
        lo += 1 << level;
    }
    let mut root = None;
    for left in full.into_iter().rev() {
        root = Some(root.map_or(left, |right| node_hash(&left, &right)));
    }
    Ok(root.unwrap_or_else(empty_root))
}

/// The root of the tree of the first `size` entries.
pub fn tree_root(nodes: &impl Nodes, size: u64) -> Result<Hash> {
    range_root(nodes, 0, size)
}

/// The proof that the entry `index` stands in the tree of the first `size` entries: hashes from leaf to root.
pub fn inclusion(nodes: &impl Nodes, index: u64, size: u64) -> Result<Vec<Hash>> {
    if index >= size {
        return Err(Error::OutOfRange { index, size });
    }
    let (mut lo, mut hi) = (0, size);
    let mut path = Vec::new();
    while hi - lo > 1 {
        let middle = lo + split(hi - lo);
        if index < middle {
            path.push(range_root(nodes, middle, hi)?);
            hi = middle;
        } else {
            path.push(range_root(nodes, lo, middle)?);
            lo = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of the first `old` entries is a beginning of the tree of the first `new` entries.
pub fn consistency(nodes: &impl Nodes, old: u64, new: u64) -> Result<Vec<Hash>> {
    if old > new {
        return Err(Error::OutOfRange { index: old, size: new });
    }
    let mut path = Vec::new();
    if old == 0 || old == new {
        return Ok(path);
    }
    let (mut lo, mut hi) = (0, new);
    let mut whole = true;
    // `whole` tells that the old tree is exactly the subtree at hand as seen from the root, so that the verifier
    // knows its hash already.
    while old != hi {
        let middle = lo + split(hi - lo);
        if old <= middle {
            path.push(range_root(nodes, middle, hi)?);
            hi = middle;
        } else {
            path.push(range_root(nodes, lo, middle)?);
            lo = middle;
            whole = false;
        }
    }
    if !whole {
        path.push(range_root(nodes, lo, hi)?);
    }
    path.reverse();
    Ok(path)
}

/// Computes the root which an inclusion proof leads to.
pub fn root_from_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash]) -> Result<Hash> {
    if index >= size {
        return Err(Error::OutOfRange { index, size });
    }
    let (mut fnode, mut snode) = (index, size - 1);
    let mut root = *leaf;
    for hash in proof {
        if snode == 0 {
            return Err(Error::Proof(ProofFault::TooLong));
        }
        if fnode & 1 == 1 || fnode == snode {
            root = node_hash(hash, &root);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            root = node_hash(&root, hash);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    if snode != 0 {
        return Err(Error::Proof(ProofFault::TooShort));
    }
    Ok(root)
}

/// Checks that the leaf hash `leaf` stands at `index` in the tree of `size` entries with the root `root`.
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash], root: &Hash) -> Result<()> {
    let found = root_from_inclusion(index, size, leaf, proof)?;
    if found == *root { Ok(()) } else { Err(Error::Proof(ProofFault::Root { expected: *root, found })) }
}

/// Checks that the tree of `old` entries with root `old_root` is a beginning of the tree of `new` entries with root
/// `new_root`.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<()> {
    let same = |expected: &Hash, found: Hash| {
        if *expected == found {
            Ok(())
        } else {
            Err(Error::Proof(ProofFault::Root { expected: *expected, found }))
        }
    };
    if old > new {
        return Err(Error::OutOfRange { index: old, size: new });
    }
    if old == 0 || old == new {
        if !proof.is_empty() {
            return Err(Error::Proof(ProofFault::TooLong));
        }
        return if old == new { same(old_root, *new_root) } else { same(old_root, empty_root()) };
    }
    let mut hashes = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { hashes.next() };
    let Some(first) = first else { return Err(Error::Proof(ProofFault::TooShort)) };
    let (mut fnode, mut snode) = (old - 1, new - 1);
    while fnode & 1 == 1 {
        fnode >>= 1;
        snode >>= 1;
    }
    let (mut from_old, mut from_new) = (*first, *first);
    for hash in hashes {
        if snode == 0 {
            return Err(Error::Proof(ProofFault::TooLong));
        }
        if fnode & 1 == 1 || fnode == snode {
            from_old = node_hash(hash, &from_old);
            from_new = node_hash(hash, &from_new);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, hash);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    if snode != 0 {
        return Err(Error::Proof(ProofFault::TooShort));
    }
    same(old_root, from_old)?;
    same(new_root, from_new)
}
