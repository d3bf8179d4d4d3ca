//! Is a source up, since when, and should it be asked at all? Pure; time comes in.

use connect::SourceCode;

/// What is known about the state of a source.
#[derive(Debug, Clone)]
pub struct Breaker {
    failures: u32,
    open_until_ms: i64,
    health: Health,
    threshold: u32,
    open_ms: i64,
}

/// Whether a source is up, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether it is up.
    pub up: bool,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// Why it is down.
    pub why: Option<Trouble>,
}

/// Why a source is down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Code of the failure.
    pub code: SourceCode,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Breaker {
    /// A source that is taken to be up until the first failure.
    pub fn new(now_ms: i64, threshold: u32, open_ms: u64) -> Self {
        let health = Health { up: true, since_ms: now_ms, why: None };
        let open_ms = i64::try_from(open_ms).unwrap_or(i64::MAX);
        Self { failures: 0, open_until_ms: 0, health, threshold, open_ms }
    }

    /// The present state.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Whether a call may go to the source now. After too many failures only one call in each period may try; the others are
    /// spared the wait.
    pub fn admit(&mut self, now_ms: i64) -> Result<(), Health> {
        if self.failures < self.threshold {
            return Ok(());
        }
        if now_ms < self.open_until_ms {
            return Err(self.health.clone());
        }
        self.open_until_ms = now_ms.saturating_add(self.open_ms);
        Ok(())
    }

    /// A look-up was answered. True when the state changed.
    pub fn answered(&mut self, now_ms: i64) -> bool {
        self.failures = 0;
        self.open_until_ms = 0;
        self.set(now_ms, true, None)
    }

    /// The source answered a ping. A source that only timed out may well answer pings and still be too slow for look-ups, so then
    /// the next look-up decides. True when the state changed.
    pub fn pinged(&mut self, now_ms: i64) -> bool {
        if self.health.why.as_ref().is_some_and(|why| why.code == SourceCode::Timeout) {
            if now_ms < self.open_until_ms {
                return false;
            }
            self.failures = self.threshold.saturating_sub(1);
            return self.set(now_ms, true, None);
        }
        self.answered(now_ms)
    }

    /// A look-up or ping failed. True when the state changed.
    pub fn failed(&mut self, now_ms: i64, why: Trouble) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= self.threshold {
            self.open_until_ms = now_ms.saturating_add(self.open_ms);
        }
        // One answer that took too long is no outage; a broken connection or a refused login is.
        let down = why.code != SourceCode::Timeout || self.failures >= self.threshold;
        down && self.set(now_ms, false, Some(why))
    }

    fn set(&mut self, now_ms: i64, up: bool, why: Option<Trouble>) -> bool {
        let changed = self.health.up != up;
        let since_ms = if changed { now_ms } else { self.health.since_ms };
        self.health = Health { up, since_ms, why };
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(code: SourceCode) -> Trouble {
        Trouble { code, zh: String::new(), en: String::new() }
    }

    /// Down from the first broken connection, with since-when kept; fails fast after three, lets one call try in each period,
    /// and recovers with the first answer.
    #[test]
    fn a_broken_source_is_spared_and_recovers() {
        let mut breaker = Breaker::new(0, 3, 100);
        assert!(breaker.failed(10, trouble(SourceCode::Down)));
        assert!(!breaker.failed(20, trouble(SourceCode::Down)));
        assert!(breaker.admit(21).is_ok());
        breaker.failed(30, trouble(SourceCode::Down));
        let health = breaker.admit(31).unwrap_err();
        assert_eq!((health.up, health.since_ms), (false, 10));
        assert!(breaker.admit(130).is_ok(), "one call may try");
        assert!(breaker.admit(131).is_err(), "the others wait for its result");
        assert!(breaker.answered(140));
        assert!(breaker.admit(141).is_ok() && breaker.health().up && breaker.health().since_ms == 140);
    }

    /// One slow answer is no outage; three in a row are, and pings alone do not end it before the period is over.
    #[test]
    fn a_slow_source_is_down_only_when_it_stays_slow() {
        let mut breaker = Breaker::new(0, 3, 100);
        assert!(!breaker.failed(1, trouble(SourceCode::Timeout)) && breaker.health().up);
        breaker.failed(2, trouble(SourceCode::Timeout));
        assert!(breaker.failed(3, trouble(SourceCode::Timeout)));
        assert!(!breaker.pinged(50) && breaker.admit(51).is_err());
        assert!(breaker.pinged(104) && breaker.admit(104).is_ok());
        assert!(
            breaker.failed(105, trouble(SourceCode::Timeout)),
            "one more slow answer and it is down again"
        );
    }
}
