//! The bytes that both sides hash.
//!
//! Canonical JSON here means: the bytes that `serde_json` writes for the types of [`crate::model`]. Fields stand in the order
//! of declaration, maps are sorted, there is no white space; equal values give equal bytes on every machine.

use sha2::{Digest, Sha256};

use crate::model::{Answer, Pin};

/// SHA-256 of some bytes, lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The canonical bytes of a pin, as they travel in `PinOffer.pin_json`.
pub fn pin_bytes(pin: &Pin) -> Vec<u8> {
    // Only maps with keys that are not texts and failing `Serialize` implementations can fail; the model has neither.
    serde_json::to_vec(pin).unwrap_or_default()
}

/// SHA-256 of a pin's canonical bytes, lower-case hex. It names exactly what a department agreed to.
pub fn digest(pin: &Pin) -> String {
    sha256_hex(&pin_bytes(pin))
}

/// The canonical bytes of an answer: what is sent, and what both logs hold the SHA-256 of.
pub fn answer_bytes(answer: &Answer) -> Vec<u8> {
    serde_json::to_vec(answer).unwrap_or_default()
}
