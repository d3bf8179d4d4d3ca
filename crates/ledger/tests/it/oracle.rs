//! Our proofs against an independent implementation of RFC 6962.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ledger::compact::CompactRange;
use ledger::hash::leaf_hash;
use ledger::proof::{self, Nodes};
use ledger::{Error, Hash};
use proptest::prelude::*;
use sha2::Sha256;

/// Subtree hashes computed from the leaves each time: slow and plain.
pub struct Plain(pub Vec<Vec<u8>>);

impl Nodes for Plain {
    fn node(&self, level: u32, index: u64) -> Result<Hash, Error> {
        let mut range = CompactRange::new();
        let first = (index << level) as usize;
        self.0[first..first + (1 << level)].iter().for_each(|leaf| range.push(leaf_hash(leaf)));
        Ok(range.root())
    }
}

fn leaves() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..200)
}

fn concat(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.0).collect()
}

fn oracle(leaves: &[Vec<u8>]) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf.clone()));
    tree
}

proptest! {
    /// Roots and inclusion proofs are byte for byte those of the other implementation, and both sides accept them.
    #[test]
    fn inclusion_agrees(leaves in leaves(), pick in any::<prop::sample::Index>()) {
        let (size, index) = (leaves.len() as u64, pick.index(leaves.len()));
        let theirs = oracle(&leaves);
        let ours = Plain(leaves.clone());
        let root = proof::tree_root(&ours, size).unwrap();
        prop_assert_eq!(root.0.to_vec(), theirs.root().as_bytes().to_vec());
        let path = proof::inclusion(&ours, index as u64, size).unwrap();
        let expected = theirs.prove_inclusion(index);
        prop_assert_eq!(concat(&path), expected.as_bytes());
        let leaf = leaf_hash(&leaves[index]);
        prop_assert!(proof::verify_inclusion(index as u64, size, &leaf, &path, &root).is_ok());
    }

    /// Consistency proofs agree in the same way.
    #[test]
    fn consistency_agrees(leaves in leaves(), pick in any::<prop::sample::Index>()) {
        let (new, old) = (leaves.len() as u64, pick.index(leaves.len()) as u64 + 1);
        let ours = Plain(leaves.clone());
        let (old_root, new_root) = (proof::tree_root(&ours, old).unwrap(), proof::tree_root(&ours, new).unwrap());
        let path = proof::consistency(&ours, old, new).unwrap();
        let theirs = oracle(&leaves);
        if old < new {
            let expected = theirs.prove_consistency((new - old) as usize);
            prop_assert_eq!(concat(&path), expected.as_bytes());
        }
        prop_assert!(proof::verify_consistency(old, new, &old_root, &new_root, &path).is_ok());
    }

    /// Any change to a proof, a size, an index or a hash makes it fail.
    #[test]
    fn changed_proofs_fail(leaves in leaves(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let (size, index) = (leaves.len() as u64, a.index(leaves.len()) as u64);
        let ours = Plain(leaves.clone());
        let root = proof::tree_root(&ours, size).unwrap();
        let leaf = leaf_hash(&leaves[index as usize]);
        let path = proof::inclusion(&ours, index, size).unwrap();
        let ok = |index, size, leaf: &Hash, path: &[Hash]| {
            proof::verify_inclusion(index, size, leaf, path, &root).is_ok()
        };
        prop_assert!(!ok(index, size, &leaf_hash(b"another leaf, longer than any"), &path));
        let mut longer = path.clone();
        longer.push(root);
        prop_assert!(!ok(index, size, &leaf, &longer));
        if !path.is_empty() {
            prop_assert!(!ok(index, size, &leaf, &path[1..]));
            let mut changed = path.clone();
            let at = b.index(changed.len());
            changed[at].0[7] ^= 1;
            prop_assert!(!ok(index, size, &leaf, &changed));
        }
        prop_assert!(!ok(size, size, &leaf, &path));

        let old = b.index(leaves.len()) as u64 + 1;
        let old_root = proof::tree_root(&ours, old).unwrap();
        let path = proof::consistency(&ours, old, size).unwrap();
        let mut wrong = old_root;
        wrong.0[0] ^= 1;
        prop_assert!(proof::verify_consistency(old, size, &wrong, &root, &path).is_err());
        prop_assert!(proof::verify_consistency(old, size, &old_root, &wrong, &path).is_err());
        prop_assert!(proof::verify_consistency(size + 1, size, &old_root, &root, &path).is_err());
        for at in 0..path.len() {
            let mut changed = path.clone();
            changed[at].0[0] ^= 1;
            prop_assert!(proof::verify_consistency(old, size, &old_root, &root, &changed).is_err());
        }
    }
}
