//! A hash that is the same in every run and every version, because it is stored in index files.

/// 64-bit FNV-1a over the bytes, then a finaliser that spreads short inputs over all bits.
pub(crate) fn hash64(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
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
