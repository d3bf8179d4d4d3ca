//! Merkle tree hashing after RFC 6962 section 2.1, always with SHA-256.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Length of a hash in bytes.
pub const HASH_LEN: usize = 32;

/// A SHA-256 value: of a leaf, of an inner node or of a whole tree. Written as base64, like in a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Hash(pub [u8; HASH_LEN]);

impl Hash {
    /// Reads a hash from exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads the base64 form.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok().and_then(|bytes| Self::from_slice(&bytes))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; HASH_LEN] {
        &self.0
    }

    /// Lower-case hexadecimal form, 64 characters.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = std::array::TryFromSliceError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

impl TryFrom<String> for Hash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::from_base64(&text).ok_or("a hash is 32 bytes in base64")
    }
}

/// The hash of a leaf: SHA-256(0x00 || data).
pub fn leaf_hash(data: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0u8]);
    hasher.update(data);
    Hash(hasher.finalize().into())
}

/// The hash of an inner node: SHA-256(0x01 || left || right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut block = [1u8; 2 * HASH_LEN + 1];
    block[1..=HASH_LEN].copy_from_slice(&left.0);
    block[HASH_LEN + 1..].copy_from_slice(&right.0);
    Hash(Sha256::digest(block).into())
}

/// The root of a tree without entries: SHA-256 of the empty string.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The empty root is the value which the checkpoint specification names.
    #[test]
    fn empty_root_is_the_published_value() {
        assert_eq!(empty_root().to_string(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    /// Leaf and node hashes are domain-separated: an inner node cannot be passed off as a leaf.
    #[test]
    fn leaf_and_node_differ_in_domain() {
        let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
        let mut both = a.0.to_vec();
        both.extend_from_slice(&b.0);
        assert_ne!(node_hash(&a, &b), leaf_hash(&both));
        assert_eq!(
            leaf_hash(b"").to_hex(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
    }

    /// A hash survives its text form; a text of another length is refused.
    #[test]
    fn text_form_round_trips() {
        let hash = leaf_hash(b"x");
        assert_eq!(Hash::try_from(String::from(hash)), Ok(hash));
        assert!(Hash::try_from("AAAA".to_owned()).is_err());
    }
}
