//! What is held in memory between two steps: log-ins that wait for a code. A restart forgets them, and people begin anew.

use std::collections::HashMap;

use kernel::ids::UserId;
use parking_lot::Mutex;

/// How long a code may take.
pub const LIFETIME_MS: i64 = 5 * 60_000;
const MOST: usize = 10_000;

/// A log-in that waits for a code.
#[derive(Debug, Clone)]
pub struct Challenge {
    pub user: UserId,
    pub door: String,
    pub expires_ms: i64,
}

/// Things that expire, by the hash of the token that names them.
pub struct Held<T>(Mutex<HashMap<String, (T, i64)>>);

/// Log-ins that wait for a code.
pub type Challenges = Held<Challenge>;

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Held<T> {
    /// Keeps one until a time; false when there is no room.
    pub fn keep_until(&self, hash: String, one: T, expires_ms: i64, now_ms: i64) -> bool {
        let mut held = self.0.lock();
        if held.len() >= MOST {
            held.retain(|_, (_, until)| *until > now_ms);
        }
        if held.len() >= MOST {
            return false;
        }
        held.insert(hash, (one, expires_ms));
        true
    }

    /// The one of that name, if it has not expired.
    pub fn get(&self, hash: &str, now_ms: i64) -> Option<T> {
        self.0.lock().get(hash).filter(|(_, until)| *until > now_ms).map(|(one, _)| one.clone())
    }

    /// Takes one away, so that it counts once.
    pub fn take(&self, hash: &str, now_ms: i64) -> Option<T> {
        self.0.lock().remove(hash).filter(|(_, until)| *until > now_ms).map(|(one, _)| one)
    }
}

impl Challenges {
    /// Keeps a log-in; false when there is no room.
    pub fn keep(&self, hash: String, challenge: Challenge, now_ms: i64) -> bool {
        let until = challenge.expires_ms;
        self.keep_until(hash, challenge, until, now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is taken is gone, and what has expired is nobody's.
    #[test]
    fn counts_once_and_in_time() {
        let held = Held::default();
        assert!(held.keep_until("a".into(), 1, 100, 0) && held.keep_until("b".into(), 2, 100, 0));
        assert_eq!((held.get("a", 99), held.get("a", 100)), (Some(1), None));
        assert_eq!((held.take("a", 99), held.take("a", 99)), (Some(1), None));
        assert_eq!(held.take("b", 100), None);
    }
}
