//! Legal clocks (时限) of requests and needs, and the ladder that silence climbs by itself.

use kernel::working_time::due_ms;

text_enum! {
    /// What a clock waits for.
    Stage {
        /// 答复: the provider's answer to a request.
        Reply = "reply" "答复" "Reply",
        /// 交付: delivery after consent.
        Delivery = "delivery" "交付" "Delivery",
        /// 供需应答: the departments' answers to a need.
        Answer = "answer" "应答" "Answer",
        /// 编目: the responsible department lists what it holds.
        Listing = "listing" "编目" "Listing",
    }
}

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Nobody was told yet.
    None,
    /// 临期提醒: whoever has to act is reminded before the clock runs out.
    Reminded,
    /// 到期报部门负责人.
    Head,
    /// 超期报数据主管部门.
    Authority,
    /// 记为超期: marked and counted.
    Overdue,
}

impl Step {
    const ALL: [Step; 5] = [Step::None, Step::Reminded, Step::Head, Step::Authority, Step::Overdue];
    /// Number as stored.
    pub fn number(self) -> i32 {
        match self {
            Step::None => 0,
            Step::Reminded => 1,
            Step::Head => 2,
            Step::Authority => 3,
            Step::Overdue => 4,
        }
    }
    /// From the stored number.
    pub fn parse(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.number() == number)
    }
    /// The next rung.
    pub fn next(self) -> Option<Self> {
        Self::parse(self.number() + 1)
    }
}

/// Working days between the rungs, as set at this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder {
    /// Before the clock runs out.
    pub remind: u32,
    /// After it has run out, until the data authority is told.
    pub authority: u32,
    /// After that, until it is marked overdue.
    pub overdue: u32,
}

/// A clock. It stands still when `stage` is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    /// What it waits for.
    pub stage: Option<Stage>,
    /// Rises with each start, extension and stop, so that work left for an older clock is known as stale.
    pub number: i32,
    /// Start, Unix milliseconds.
    pub from_ms: i64,
    /// Working days, an extension included.
    pub days: u32,
    /// End of the last day, Unix milliseconds.
    pub due_ms: i64,
    /// Last rung climbed, as stored.
    pub step: i32,
    /// Time during which the consumer had to act, in all, milliseconds.
    pub frozen_ms: i64,
    /// Since when the consumer has to act, Unix milliseconds.
    pub frozen_from_ms: Option<i64>,
    /// How many clocks of this object were marked overdue.
    pub overdue: i32,
}

impl Clock {
    /// Starts the clock afresh; time that it stood still for the consumer is counted as frozen.
    pub fn start(&mut self, stage: Stage, days: u32, now_ms: i64) {
        if let Some(since) = self.frozen_from_ms.take() {
            self.frozen_ms += now_ms - since;
        }
        *self = Self {
            stage: Some(stage),
            number: self.number + 1,
            from_ms: now_ms,
            days,
            due_ms: due_ms(now_ms, days),
            step: 0,
            ..*self
        };
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.stage = None;
        self.number += 1;
        self.step = 0;
        self.frozen_from_ms = None;
    }

    /// Lets it stand still until it is started afresh: the other side has to act.
    pub fn freeze(&mut self, now_ms: i64) {
        self.stop();
        self.frozen_from_ms = Some(now_ms);
    }

    /// Gives more days; the ladder is climbed afresh.
    pub fn extend(&mut self, days: u32) {
        self.number += 1;
        self.days += days;
        self.due_ms = due_ms(self.from_ms, self.days);
        self.step = 0;
    }

    /// When a rung is reached. The reminder falls away when the clock is too short for it.
    pub fn at(&self, step: Step, ladder: Ladder) -> Option<i64> {
        // A clock runs out after the last millisecond of its last day.
        let after = |ms: i64| Some(ms + 1);
        match step {
            Step::None => None,
            Step::Reminded if self.days <= ladder.remind => None,
            Step::Reminded => after(due_ms(self.from_ms, self.days - ladder.remind)),
            Step::Head => after(self.due_ms),
            Step::Authority => after(due_ms(self.due_ms, ladder.authority)),
            Step::Overdue => after(due_ms(self.due_ms, ladder.authority + ladder.overdue)),
        }
    }

    /// The next rung and when it is reached, if the clock runs and one is left.
    pub fn next(&self, ladder: Ladder) -> Option<(Step, i64)> {
        self.stage?;
        let mut step = Step::parse(self.step)?.next()?;
        loop {
            if let Some(at) = self.at(step, ladder) {
                return Some((step, at));
            }
            step = step.next()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LADDER: Ladder = Ladder { remind: 2, authority: 1, overdue: 2 };
    /// Monday, 2 March 2026, ten in the morning in China.
    const MONDAY: i64 = 1_772_416_800_000;
    const DAY: i64 = 86_400_000;

    /// The rungs come in order, each after the one before, and end with the count.
    #[test]
    fn the_ladder_is_climbed_rung_by_rung() {
        let mut clock = Clock::default();
        clock.start(Stage::Reply, 10, MONDAY);
        assert_eq!(clock.due_ms - MONDAY, 14 * DAY + 14 * 3_600_000 - 1, "Monday two weeks on, its end");
        let mut last = MONDAY;
        let mut seen = Vec::new();
        while let Some((step, at)) = clock.next(LADDER) {
            assert!(at > last, "{step:?}");
            last = at;
            seen.push(step);
            clock.step = step.number();
        }
        assert_eq!(seen, [Step::Reminded, Step::Head, Step::Authority, Step::Overdue]);
    }

    /// A clock of one day has no day left to remind in; the head is told when it has run out.
    #[test]
    fn a_short_clock_skips_the_reminder() {
        let mut clock = Clock::default();
        clock.start(Stage::Reply, 1, MONDAY);
        let (step, at) = clock.next(LADDER).unwrap();
        assert_eq!((step, at), (Step::Head, clock.due_ms + 1));
    }

    /// Time in which the consumer fills gaps counts for nobody, and the clock begins anew.
    #[test]
    fn frozen_time_is_kept_apart() {
        let mut clock = Clock::default();
        clock.start(Stage::Reply, 10, MONDAY);
        let first = clock;
        clock.freeze(MONDAY + 3 * DAY);
        assert_eq!(clock.next(LADDER), None);
        clock.start(Stage::Reply, 10, MONDAY + 7 * DAY);
        assert_eq!(clock.frozen_ms, 4 * DAY);
        assert_eq!(clock.due_ms - first.due_ms, 7 * DAY);
        assert!(clock.number > first.number, "work left for the first clock is stale");
    }
}
