//! A circuit breaker per source: a system that is down is not asked again by every caller at once.

use std::collections::HashMap;

use parking_lot::Mutex;

/// Key of a source: agent and source name.
type Key = (String, String);

#[derive(Debug, Clone, Copy)]
struct State {
    failures: u32,
    down_since_ms: i64,
    asked_again_ms: i64,
}

/// Breakers of every source.
pub struct Breakers {
    failures: u32,
    pause_ms: i64,
    states: Mutex<HashMap<Key, State>>,
}

impl Breakers {
    /// Opens after `failures` in a row and lets one call through each `pause_ms`.
    pub fn new(failures: u32, pause_ms: u64) -> Self {
        Self {
            failures: failures.max(1),
            pause_ms: i64::try_from(pause_ms).unwrap_or(i64::MAX),
            states: Mutex::default(),
        }
    }

    /// Whether to ask the source now.
    ///
    /// # Errors
    /// Since when it is down, Unix milliseconds, when it is not to be asked.
    pub fn admit(&self, agent: &str, source: &str, now_ms: i64) -> Result<(), i64> {
        let mut states = self.states.lock();
        if states.is_empty() {
            return Ok(());
        }
        let Some(state) = states.get_mut(&(agent.to_owned(), source.to_owned())) else { return Ok(()) };
        if state.failures < self.failures {
            return Ok(());
        }
        if now_ms - state.asked_again_ms >= self.pause_ms {
            // This one call tries; the others go on being refused until it comes back.
            state.asked_again_ms = now_ms;
            return Ok(());
        }
        Err(state.down_since_ms)
    }

    /// The source answered.
    pub fn succeeded(&self, agent: &str, source: &str) {
        let mut states = self.states.lock();
        if !states.is_empty() {
            states.remove(&(agent.to_owned(), source.to_owned()));
        }
    }

    /// The source did not answer; gives since when it fails.
    pub fn failed(&self, agent: &str, source: &str, now_ms: i64) -> i64 {
        let mut states = self.states.lock();
        let state = states.entry((agent.to_owned(), source.to_owned())).or_insert(State {
            failures: 0,
            down_since_ms: now_ms,
            asked_again_ms: now_ms,
        });
        state.failures = state.failures.saturating_add(1);
        state.asked_again_ms = now_ms;
        state.down_since_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After some failures one call per pause tries; an answer closes the breaker at once.
    #[test]
    fn opens_tries_and_closes() {
        let breakers = Breakers::new(2, 1_000);
        assert_eq!(breakers.admit("a", "s", 0), Ok(()));
        breakers.failed("a", "s", 10);
        assert_eq!(breakers.admit("a", "s", 11), Ok(()));
        assert_eq!(breakers.failed("a", "s", 20), 10);
        assert_eq!(breakers.admit("a", "s", 21), Err(10));
        assert_eq!(breakers.admit("a", "other", 21), Ok(()));
        assert_eq!(breakers.admit("a", "s", 1_020), Ok(()));
        assert_eq!(breakers.admit("a", "s", 1_021), Err(10));
        breakers.succeeded("a", "s");
        assert_eq!(breakers.admit("a", "s", 1_022), Ok(()));
    }
}
