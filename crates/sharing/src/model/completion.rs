//! The consumer's clock after the one notice of gaps (补正期限). The provider's clock stands still meanwhile; this one runs
//! until the consumer's head has signed again. The law names no number of days, so a node sets it.

use kernel::working_time::{due_ms, working_days_between};
use serde::{Deserialize, Serialize};

/// A clock for filling gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// Start: the notice, Unix milliseconds.
    pub from_ms: i64,
    /// Working days.
    pub days: u32,
    /// End of the last day, Unix milliseconds.
    pub due_ms: i64,
}

/// The consumer's clock for filling gaps as people read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CompletionView {
    /// Start: the notice, Unix milliseconds.
    pub from_ms: i64,
    /// Working days.
    pub days: u32,
    /// Working days passed.
    pub passed_days: i64,
    /// End of the last day, Unix milliseconds; then the request is taken as withdrawn.
    pub due_ms: i64,
    /// True when it has run out.
    pub late: bool,
}

impl Completion {
    /// Starts with the notice.
    pub fn start(days: u32, now_ms: i64) -> Self {
        Self { from_ms: now_ms, days, due_ms: due_ms(now_ms, days) }
    }

    /// When the consumer is reminded; never when the clock is too short for it.
    pub fn remind_ms(&self, before: u32) -> Option<i64> {
        (self.days > before).then(|| due_ms(self.from_ms, self.days - before) + 1)
    }

    /// When the request is taken as withdrawn: after the last millisecond of the last day.
    pub fn end_ms(&self) -> i64 {
        self.due_ms + 1
    }

    /// As people read it at a time.
    pub fn view(&self, now_ms: i64) -> CompletionView {
        CompletionView {
            from_ms: self.from_ms,
            days: self.days,
            passed_days: working_days_between(self.from_ms, now_ms),
            due_ms: self.due_ms,
            late: now_ms > self.due_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 2 March 2026, ten in the morning in China.
    const MONDAY: i64 = 1_772_416_800_000;
    const DAY: i64 = 86_400_000;

    /// Working days count, the weekend does not; the reminder comes that many working days before the end, or never.
    #[test]
    fn working_days_count() {
        let clock = Completion::start(10, MONDAY);
        assert_eq!(clock.end_ms() - MONDAY, 14 * DAY + 14 * 3_600_000, "the end of Monday two weeks on");
        let reminded = clock.remind_ms(2).unwrap();
        assert_eq!(clock.end_ms() - reminded, 4 * DAY, "Thursday evening, with Friday and Monday left");
        assert_eq!(Completion::start(2, MONDAY).remind_ms(2), None);
        let view = clock.view(MONDAY + 7 * DAY);
        assert_eq!((view.passed_days, view.late), (5, false));
        assert!(clock.view(clock.end_ms()).late && !clock.view(clock.due_ms).late);
    }
}
