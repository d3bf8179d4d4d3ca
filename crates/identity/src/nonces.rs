//! Nonces of signed calls: each counts once as long as a call of its time would be accepted.

use std::collections::HashMap;

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

/// More than 1,600 signed calls a second over the whole window would be needed to reach it.
const MOST: usize = 1_000_000;
const PURGE_EVERY_MS: i64 = 30_000;

/// Nonces seen, by a hash of client and nonce, with the time after which they may be forgotten.
#[derive(Default)]
pub struct Nonces(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    until: HashMap<[u8; 16], i64>,
    purge_at_ms: i64,
}

/// What became of a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is new and now used up.
    First,
    /// It was used before.
    Again,
    /// There is no room to remember it.
    Full,
}

impl Nonces {
    /// Uses a nonce up until `until_ms`.
    pub fn take(&self, client: &str, nonce: &str, until_ms: i64, now_ms: i64) -> Use {
        let digest = Sha256::new().chain_update(client).chain_update([0]).chain_update(nonce).finalize();
        let mut key = [0; 16];
        key.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        let mut seen = self.0.lock();
        if now_ms >= seen.purge_at_ms || seen.until.len() >= MOST {
            seen.until.retain(|_, until| *until >= now_ms);
            seen.purge_at_ms = now_ms + PURGE_EVERY_MS;
        }
        if seen.until.contains_key(&key) {
            return Use::Again;
        }
        if seen.until.len() >= MOST {
            return Use::Full;
        }
        seen.until.insert(key, until_ms);
        Use::First
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A nonce counts once per client, and is forgotten only when its time is over.
    #[test]
    fn counts_once() {
        let nonces = Nonces::default();
        assert_eq!(nonces.take("a", "n", 1000, 0), Use::First);
        assert_eq!(nonces.take("a", "n", 1000, 1000), Use::Again);
        assert_eq!(nonces.take("b", "n", 1000, 0), Use::First);
        assert_eq!(nonces.take("a", "n", 99_000, 40_000), Use::First);
    }
}
