//! Randomness by seed and purpose. Each part of the county draws from a stream of its own, so that a change in one
//! department's mistakes leaves all others as they were.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The stream of a purpose.
pub(crate) fn stream(seed: u64, purpose: &str) -> StdRng {
    // FNV-1a: stable across versions of the standard library, unlike its hashers.
    let mixed = purpose.bytes().chain(seed.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    StdRng::seed_from_u64(mixed)
}

/// One of a list; the list must not be empty.
pub(crate) fn pick<T: Copy>(rng: &mut StdRng, from: &[T]) -> T {
    from[rng.random_range(0..from.len())]
}

/// One of a list by weight; the list must not be empty.
pub(crate) fn weighted<T: Copy>(rng: &mut StdRng, from: &[(T, u32)]) -> T {
    let total: u32 = from.iter().map(|(_, weight)| weight).sum();
    let mut at = rng.random_range(0..total);
    for (value, weight) in from {
        if at < *weight {
            return *value;
        }
        at -= weight;
    }
    from[from.len() - 1].0
}

/// A character of a text; the text must not be empty.
pub(crate) fn pick_char(rng: &mut StdRng, from: &str) -> char {
    let count = from.chars().count();
    from.chars().nth(rng.random_range(0..count)).unwrap_or('一')
}
