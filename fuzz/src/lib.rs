//! What every target checks: no text makes the parser panic, a standard value is its own standard value, its variants and its mask can be made.

use standards::value::{ValueKind, equal, key_variants, mask, standardise};

/// Runs one text through everything that is done with a value of this kind.
///
/// # Panics
/// When a rule of the crate is broken; that is what the fuzzer looks for.
pub fn check(kind: &ValueKind, raw: &str) {
    let answer = standardise(kind, raw);
    let _ = mask(kind, raw);
    if let Some(value) = answer.usable() {
        assert_eq!(standardise(kind, value).usable(), Some(value));
        assert_eq!(equal(kind, raw, value), Some(true));
        assert_eq!(key_variants(kind, value).first().map(String::as_str), Some(value));
    }
}
