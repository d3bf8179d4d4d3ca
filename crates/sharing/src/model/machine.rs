//! The states of a request (共享申请) and what leads from one to the next. Everything that may happen to a request is
//! decided here and nowhere else.

text_enum! {
    /// State of a request.
    RequestState {
        /// 草稿: only the consumer sees it.
        Draft = "draft" "草稿" "Draft",
        /// 待签发: the consumer's head signs.
        Signing = "signing" "待签发" "To be signed",
        /// 受理: is it complete?
        Checking = "checking" "待受理" "Being checked",
        /// 待补正: the consumer fills the gaps of the one notice.
        Incomplete = "incomplete" "待补正" "Gaps to be filled",
        /// 办理中: the provider decides.
        Deciding = "deciding" "办理中" "Being decided",
        /// 待签批: the provider's head signs the decision.
        ProviderSigning = "provider_signing" "待签批" "Decision to be signed",
        /// 已同意, with a narrower scope that the consumer has yet to accept.
        Approved = "approved" "已同意待确认" "Approved, scope to be accepted",
        /// 不予同意.
        Refused = "refused" "不予同意" "Refused",
        /// 待交付.
        Delivering = "delivering" "待交付" "Being delivered",
        /// 已交付: the grant is in force and pinned by the agent.
        Delivered = "delivered" "已交付" "Delivered",
        /// 已撤回.
        Withdrawn = "withdrawn" "已撤回" "Withdrawn",
        /// 视为撤回: the gaps were not filled in time.
        Lapsed = "lapsed" "视为撤回" "Taken as withdrawn",
    }
}
text_enum! {
    /// What the provider decides.
    Outcome {
        /// 同意.
        Approve = "approve" "同意" "Approve",
        /// 不予同意.
        Refuse = "refuse" "不予同意" "Refuse",
    }
}

impl RequestState {
    /// True when nothing can happen to it any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Refused | Self::Delivered | Self::Withdrawn | Self::Lapsed)
    }
    /// True while only the consumer knows of it.
    pub fn is_private(self) -> bool {
        matches!(self, Self::Draft | Self::Signing)
    }
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// State.
    pub state: RequestState,
    /// The one notice that lists the gaps was given.
    pub noticed: bool,
    /// What was decided, or is proposed.
    pub outcome: Option<Outcome>,
    /// The approved scope is narrower than the requested one.
    pub narrowed: bool,
    /// Decided by rule, without a person.
    pub by_rule: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self { state: RequestState::Draft, noticed: false, outcome: None, narrowed: false, by_rule: false }
    }
}

/// Something done to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// 送签: the consumer's operator gives it to the head.
    Submit,
    /// 退回: the consumer's head gives it back.
    Return,
    /// 签发: the consumer's head signs; with `by_rule` an unconditional, complete request is approved by that.
    Sign {
        /// The rule approves it.
        by_rule: bool,
    },
    /// 受理.
    Accept {
        /// Blocking gaps remain.
        incomplete: bool,
    },
    /// 一次性告知: the one notice of all gaps.
    Notify,
    /// 补正: the consumer has filled the gaps; the head signs again.
    Complete,
    /// 拟办: what the provider means to decide.
    Decide {
        /// What.
        outcome: Outcome,
        /// With a narrower scope.
        narrowed: bool,
        /// Blocking gaps remain.
        incomplete: bool,
    },
    /// The provider's head gives the proposal back.
    ReturnDecision,
    /// 签批: the provider's head signs the decision.
    SignDecision,
    /// The consumer accepts the narrower scope.
    AcceptScope,
    /// The agent holds the grant.
    Deliver,
    /// 撤回 by the consumer.
    Withdraw,
    /// 视为撤回: the consumer's time to fill the gaps ran out.
    Lapse,
}

/// Why something cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Not in this state.
    State,
    /// The one notice was given already.
    NoticeTwice,
    /// Gaps remain of which the consumer was never told.
    NeverNotified,
}

impl Progress {
    /// How far it has come after that act.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub fn after(self, act: Act) -> Result<Self, Wrong> {
        use RequestState as S;
        let to = |state| Ok(Self { state, ..self });
        match (self.state, act) {
            (S::Draft, Act::Submit) | (S::Incomplete, Act::Complete) => to(S::Signing),
            (S::Signing, Act::Return) => to(if self.noticed { S::Incomplete } else { S::Draft }),
            (S::Signing, Act::Sign { by_rule: true }) => {
                Ok(Self { state: S::Delivering, outcome: Some(Outcome::Approve), by_rule: true, ..self })
            }
            (S::Signing, Act::Sign { by_rule: false }) => to(S::Checking),
            // An incomplete application is never passed on or refused before its gaps were named once.
            (S::Checking, Act::Accept { incomplete: true })
            | (S::Deciding, Act::Decide { incomplete: true, .. })
                if !self.noticed =>
            {
                Err(Wrong::NeverNotified)
            }
            (S::Checking, Act::Accept { .. }) => to(S::Deciding),
            (S::Checking, Act::Notify) if self.noticed => Err(Wrong::NoticeTwice),
            (S::Checking, Act::Notify) => Ok(Self { state: S::Incomplete, noticed: true, ..self }),
            (S::Deciding, Act::Decide { outcome, narrowed, .. }) => Ok(Self {
                state: S::ProviderSigning,
                outcome: Some(outcome),
                narrowed: narrowed && outcome == Outcome::Approve,
                ..self
            }),
            (S::ProviderSigning, Act::ReturnDecision) => {
                Ok(Self { state: S::Deciding, outcome: None, narrowed: false, ..self })
            }
            (S::ProviderSigning, Act::SignDecision) => match (self.outcome, self.narrowed) {
                (Some(Outcome::Approve), true) => to(S::Approved),
                (Some(Outcome::Approve), false) => to(S::Delivering),
                (Some(Outcome::Refuse), _) => to(S::Refused),
                (None, _) => Err(Wrong::State),
            },
            (S::Approved, Act::AcceptScope) => to(S::Delivering),
            (S::Delivering, Act::Deliver) => to(S::Delivered),
            // What was filled in and not signed again has not reached the provider.
            (S::Incomplete, Act::Lapse) => to(S::Lapsed),
            (S::Signing, Act::Lapse) if self.noticed => to(S::Lapsed),
            (state, Act::Withdraw) if !state.is_final() => to(S::Withdrawn),
            _ => Err(Wrong::State),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_act() -> impl Strategy<Value = Act> {
        let outcome = prop_oneof![Just(Outcome::Approve), Just(Outcome::Refuse)];
        // A withdrawal ends the walk, so it comes seldom.
        prop_oneof![
            8 => Just(Act::Submit),
            8 => Just(Act::Return),
            8 => any::<bool>().prop_map(|by_rule| Act::Sign { by_rule }),
            8 => any::<bool>().prop_map(|incomplete| Act::Accept { incomplete }),
            8 => Just(Act::Notify),
            8 => Just(Act::Complete),
            8 => (outcome, any::<bool>(), any::<bool>())
                .prop_map(|(outcome, narrowed, incomplete)| Act::Decide { outcome, narrowed, incomplete }),
            8 => Just(Act::ReturnDecision),
            8 => Just(Act::SignDecision),
            8 => Just(Act::AcceptScope),
            8 => Just(Act::Deliver),
            1 => Just(Act::Withdraw),
            1 => Just(Act::Lapse),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Whatever is tried in whatever order: nothing leaves a final state, data is delivered only after both heads
        /// signed or the rule spoke, a refusal is signed, the gaps are named at most once, and an incomplete
        /// application is neither passed on nor decided before they were.
        #[test]
        fn no_order_of_acts_reaches_an_impossible_state(acts in prop::collection::vec(any_act(), 0..150)) {
            let mut now = Progress::default();
            let (mut consumer_signed, mut provider_signed, mut notices) = (false, false, 0);
            for act in acts {
                let before = now;
                let Ok(after) = before.after(act) else { continue };
                prop_assert!(!before.state.is_final(), "{before:?} {act:?}");
                prop_assert!(before.noticed <= after.noticed, "a notice is never taken back");
                match act {
                    Act::Sign { .. } => consumer_signed = true,
                    Act::Submit | Act::Complete => consumer_signed = false,
                    Act::SignDecision => provider_signed = true,
                    Act::Notify => notices += 1,
                    Act::Lapse => prop_assert!(before.noticed, "only who was told of gaps can be late with them"),
                    Act::Accept { incomplete } | Act::Decide { incomplete, .. } => {
                        prop_assert!(!incomplete || before.noticed);
                    }
                    _ => {}
                }
                prop_assert!(notices <= 1);
                match after.state {
                    RequestState::Delivering | RequestState::Delivered | RequestState::Approved => {
                        prop_assert_eq!(after.outcome, Some(Outcome::Approve));
                        prop_assert!(consumer_signed && (provider_signed || after.by_rule));
                        prop_assert!(!(after.by_rule && after.narrowed), "a rule never narrows");
                    }
                    RequestState::Refused => {
                        prop_assert_eq!(after.outcome, Some(Outcome::Refuse));
                        prop_assert!(consumer_signed && provider_signed && !after.by_rule);
                    }
                    RequestState::Checking | RequestState::Deciding => prop_assert!(consumer_signed),
                    RequestState::Incomplete => prop_assert!(after.noticed),
                    _ => {}
                }
                now = after;
            }
        }
    }

    /// Each state can be reached and each that is not final can be left, so that no request is stuck.
    #[test]
    fn no_state_is_a_dead_end() {
        let approve = Act::Decide { outcome: Outcome::Approve, narrowed: true, incomplete: false };
        let road = [
            Act::Submit,
            Act::Sign { by_rule: false },
            Act::Notify,
            Act::Complete,
            Act::Sign { by_rule: false },
            Act::Accept { incomplete: true },
            approve,
            Act::SignDecision,
            Act::AcceptScope,
            Act::Deliver,
        ];
        let mut now = Progress::default();
        let mut seen = vec![now.state];
        for act in road {
            assert!(now.after(Act::Withdraw).is_ok(), "{now:?}");
            now = now.after(act).unwrap_or_else(|wrong| panic!("{now:?} {act:?}: {wrong:?}"));
            seen.push(now.state);
        }
        assert_eq!(now.state, RequestState::Delivered);
        for state in RequestState::ALL {
            let other =
                [RequestState::Refused, RequestState::Withdrawn, RequestState::Lapsed].contains(state);
            assert!(other || seen.contains(state), "{state:?}");
        }
    }
}
