//! Types and rules of planned systems, of the budget view and of the map. Pure: nothing here reads a database or a clock.

pub mod budget;
pub mod chimney;
mod month;
mod plan;
mod rules;

pub use month::Month;
pub use plan::{
    Decided, Decision, DecisionInput, DecisionView, Outcome, PlanId, PlanInput, PlanLine, PlanState,
    PlanView, PlannedItem, PlannedResource, ReasonInput, Ruling, RulingInput, RulingView, Target,
};
pub use rules::{check_decision, check_plan};
