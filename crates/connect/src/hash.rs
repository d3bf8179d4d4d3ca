//! A hash that is the same in every run and every version, because it is stored in index files.

/// 64-bit FNV-1a over bytes that come piece by piece, then a finaliser that spreads short inputs over all bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Takes further bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// The hash of all bytes.
    pub(crate) fn finish(self) -> u64 {
        let mut hash = self.0;
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^ (hash >> 33)
    }
}

/// The hash of these bytes.
pub(crate) fn hash64(bytes: &[u8]) -> u64 {
    let mut digest = Digest::default();
    digest.add(bytes);
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::hash64;

    /// The values are part of the index format: a change of the function must fail here, and then needs
    /// a new format version.
    #[test]
    fn is_frozen() {
        assert_eq!(hash64(b""), 0xefd0_1f60_ba99_2926);
        assert_ne!(hash64(b"a"), hash64(b"b"));
    }
}
