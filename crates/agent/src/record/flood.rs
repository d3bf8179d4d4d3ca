//! Counts refusals so that a flood of attempts is recorded but cannot fill the disk.

use std::collections::HashMap;

use parking_lot::Mutex;

const MINUTE_MS: i64 = 60_000;
/// Refusals of one code that get an entry of their own in a minute.
const SINGLE: u64 = 20;
/// Codes kept apart; they are ours and few, but the bound makes sure of it.
const CODES: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Flood(Mutex<HashMap<String, Window>>);

#[derive(Debug, Default, Clone, Copy)]
struct Window {
    minute: i64,
    seen: u64,
    /// Counted, not recorded.
    owed: u64,
}

/// What to record for one refusal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    single: bool,
    /// Code, number and time of refusals of an earlier minute that were only counted.
    pub earlier: Option<(String, u64, i64)>,
}

impl Verdict {
    pub(super) fn is_counted_only(&self) -> bool {
        !self.single
    }
}

impl Flood {
    /// Notes one refusal.
    pub(super) fn note(&self, code: &str, now_ms: i64) -> Verdict {
        let minute = now_ms.div_euclid(MINUTE_MS);
        let mut windows = self.0.lock();
        if !windows.contains_key(code) {
            if windows.len() >= CODES {
                return Verdict { single: true, earlier: None };
            }
            windows.insert(code.to_owned(), Window { minute, ..Window::default() });
        }
        let Some(window) = windows.get_mut(code) else { return Verdict { single: true, earlier: None } };
        let mut earlier = None;
        if window.minute != minute {
            if window.owed > 0 {
                earlier = Some((code.to_owned(), window.owed, window.minute.saturating_mul(MINUTE_MS)));
            }
            *window = Window { minute, ..Window::default() };
        }
        window.seen += 1;
        let single = window.seen <= SINGLE;
        if !single {
            window.owed += 1;
        }
        Verdict { single, earlier }
    }

    /// Takes all that was counted and not recorded.
    pub(super) fn drain(&self) -> Vec<(String, u64, i64)> {
        let mut windows = self.0.lock();
        let owed = windows.iter_mut().filter(|(_, window)| window.owed > 0);
        owed.map(|(code, window)| {
            (code.clone(), std::mem::take(&mut window.owed), window.minute.saturating_mul(MINUTE_MS))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a flood of one code only the first get entries; the others are counted exactly, and other codes are not affected.
    #[test]
    fn a_flood_is_counted_not_lost() {
        let flood = Flood::default();
        let singles = (0..1_000).filter(|_| !flood.note("a", 0).is_counted_only()).count() as u64;
        assert_eq!(singles, SINGLE);
        assert!(!flood.note("b", 0).is_counted_only());
        let verdict = flood.note("a", MINUTE_MS);
        assert_eq!(verdict, Verdict { single: true, earlier: Some(("a".to_owned(), 1_000 - SINGLE, 0)) });
        assert!(flood.drain().is_empty());
        (0..SINGLE).for_each(|_| drop(flood.note("a", MINUTE_MS)));
        assert_eq!(flood.drain(), [("a".to_owned(), 1, MINUTE_MS)]);
    }
}
