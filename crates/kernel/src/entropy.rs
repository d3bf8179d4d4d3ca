//! Randomness as a parameter.

use std::sync::Arc;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng, TryRngCore};

/// Source of random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// A shared source of randomness.
pub type SharedEntropy = Arc<dyn Entropy>;

/// A ChaCha generator that is seeded from the operating system once, so that a call costs no system call.
pub struct SystemEntropy(Mutex<StdRng>);

impl SystemEntropy {
    /// Seeds from the operating system.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new() -> Result<Self, rand::rand_core::OsError> {
        let mut seed = [0_u8; 32];
        rand::rngs::OsRng.try_fill_bytes(&mut seed)?;
        Ok(Self(Mutex::new(StdRng::from_seed(seed))))
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().fill_bytes(buffer);
    }
}

/// Repeatable randomness for tests. Never for a running node.
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// The same seed gives the same bytes.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().fill_bytes(buffer);
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut out = [0_u8; N];
    entropy.fill(&mut out);
    out
}

/// A random token of `N` bytes as URL-safe base64 without padding.
pub fn token<const N: usize>(entropy: &dyn Entropy) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes::<N>(entropy))
}
