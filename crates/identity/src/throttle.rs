//! Slows down guessing of passwords: after several failures a user name or an address has to wait.

use std::collections::HashMap;

use parking_lot::Mutex;

/// Failures of one user name before it has to wait.
pub const USER_FAILURES: u32 = 5;
/// Failures from one address before it has to wait; an office often shares one address.
pub const ADDRESS_FAILURES: u32 = 50;
/// How long failures count, and how long the wait is.
pub const WINDOW_MS: i64 = 15 * 60_000;
const MOST: usize = 20_000;

/// Failures in memory. A restart forgets them; whoever could restart the hub needs no guessing.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<Subject, Failures>>);

/// Whose failures are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    User(String),
    Address(String),
    /// Codes of the second factor of a user. Counted apart, so that a right password does not clear it.
    Code(String),
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last_ms: i64,
}

impl Subject {
    fn limit(&self) -> u32 {
        match self {
            Self::User(_) | Self::Code(_) => USER_FAILURES,
            Self::Address(_) => ADDRESS_FAILURES,
        }
    }
}

impl Throttle {
    /// Counts an attempt as failed before it is made, so that attempts at once cannot slip through.
    ///
    /// # Errors
    /// Milliseconds left to wait; the attempt must not be made.
    pub fn begin(&self, subjects: &[Subject], now_ms: i64) -> Result<(), i64> {
        let mut all = self.0.lock();
        if all.len() >= MOST {
            all.retain(|_, failures| now_ms - failures.last_ms < WINDOW_MS);
        }
        for subject in subjects {
            if let Some(failures) = all.get(subject) {
                let left = failures.last_ms + WINDOW_MS - now_ms;
                if left > 0 && failures.count >= subject.limit() {
                    return Err(left);
                }
            }
        }
        for subject in subjects {
            // When memory is full of names tried, the count per address still holds.
            if all.len() >= MOST && !all.contains_key(subject) {
                continue;
            }
            let failures = all.entry(subject.clone()).or_insert(Failures { count: 0, last_ms: now_ms });
            if now_ms - failures.last_ms >= WINDOW_MS {
                failures.count = 0;
            }
            failures.count += 1;
            failures.last_ms = now_ms;
        }
        Ok(())
    }

    /// The attempt succeeded: forgets the user's failures, takes back the one of the address.
    pub fn succeeded(&self, subjects: &[Subject]) {
        let mut all = self.0.lock();
        for subject in subjects {
            match subject {
                Subject::User(_) | Subject::Code(_) => drop(all.remove(subject)),
                Subject::Address(_) => {
                    if let Some(failures) = all.get_mut(subject) {
                        failures.count = failures.count.saturating_sub(1);
                    }
                }
            }
        }
    }

    /// Attempts the user name has left.
    pub fn left(&self, subject: &Subject) -> u32 {
        self.0
            .lock()
            .get(subject)
            .map_or(subject.limit(), |found| subject.limit().saturating_sub(found.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sixth attempt waits for the rest of the window, and not longer.
    #[test]
    fn waits_and_recovers() {
        let throttle = Throttle::default();
        let user = [Subject::User("a".to_owned())];
        for _ in 0..USER_FAILURES {
            assert_eq!(throttle.begin(&user, 1000), Ok(()));
        }
        assert_eq!(throttle.left(&user[0]), 0);
        assert_eq!(throttle.begin(&user, 2000), Err(WINDOW_MS - 1000));
        assert_eq!(throttle.begin(&[Subject::User("b".to_owned())], 2000), Ok(()));
        assert_eq!(throttle.begin(&user, 1000 + WINDOW_MS), Ok(()));
        throttle.succeeded(&user);
        assert_eq!(throttle.left(&user[0]), USER_FAILURES);
    }
}
