//! Which rows exist for the consumer 行过滤.
//!
//! A row passes when its own key is the subject and every condition of the grant and of the call holds. A missing or
//! invalid value makes a condition false: what cannot be judged is not shown.

use rust_decimal::Decimal;
use standards::value::{ValueKind, equal, standardise};

use crate::model::{Condition, ConditionOp, ItemState};
use crate::standardise::Standardised;
use crate::task::Task;

/// A condition made ready: its values are standard, its item is a position.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// Position of the item: in the mount for a pin's own tests, a slot inside a [`Task`].
    pub at: usize,
    op: ConditionOp,
    values: Vec<String>,
    numeric: bool,
}

impl Test {
    /// Prepares a condition; `None` when it has no usable meaning for this kind.
    pub(crate) fn compile(condition: &Condition, at: usize, kind: &ValueKind) -> Option<Self> {
        let one = condition.values.len() == 1;
        let counted = if condition.op == ConditionOp::In { !condition.values.is_empty() } else { one };
        if !counted {
            return None;
        }
        let numeric = matches!(kind, ValueKind::Money | ValueKind::Integer | ValueKind::Decimal);
        let values = condition.values.iter().map(|value| match condition.op {
            // A prefix is not a whole value, so it cannot be standardised.
            ConditionOp::Prefix => (!value.is_empty()).then(|| value.clone()),
            _ => standardise(kind, value).usable().map(str::to_owned),
        });
        let values = values.collect::<Option<Vec<_>>>()?;
        let ordered = matches!(condition.op, ConditionOp::AtLeast | ConditionOp::AtMost);
        if ordered && numeric && !values.iter().all(|value| value.parse::<Decimal>().is_ok()) {
            return None;
        }
        Some(Self { at, op: condition.op, values, numeric })
    }

    /// The same test about another position.
    pub(crate) fn at(&self, at: usize) -> Self {
        Self { at, ..self.clone() }
    }

    pub(crate) fn holds(&self, value: &str) -> bool {
        let first = self.values.first().map(String::as_str);
        match self.op {
            ConditionOp::Eq | ConditionOp::In => self.values.iter().any(|wanted| wanted == value),
            ConditionOp::Prefix => first.is_some_and(|prefix| value.starts_with(prefix)),
            ConditionOp::AtLeast => {
                first.and_then(|bound| self.order(value, bound)).is_some_and(|order| order.is_ge())
            }
            ConditionOp::AtMost => {
                first.and_then(|bound| self.order(value, bound)).is_some_and(|order| order.is_le())
            }
        }
    }

    /// Numbers by size, everything else by text. A number that cannot be read (another currency) has no order.
    fn order(&self, value: &str, bound: &str) -> Option<std::cmp::Ordering> {
        if self.numeric {
            return Some(value.parse::<Decimal>().ok()?.cmp(&bound.parse::<Decimal>().ok()?));
        }
        Some(value.cmp(bound))
    }
}

/// Whether two standard values mean the same: names also without regard to separators and traditional forms.
pub fn same(kind: &ValueKind, value: &str, other: &str) -> bool {
    value == other
        || (matches!(kind, ValueKind::PersonName | ValueKind::EnterpriseName)
            && equal(kind, value, other) == Some(true))
}

/// Positions of the rows that exist for the consumer, in the source's order.
///
/// The key is compared again here, on standard values: a source with a sloppy collation or a truncated column may return
/// other people's rows for a key.
pub fn filter(task: &Task<'_>, rows: &Standardised) -> Vec<usize> {
    let value = |slot: usize, row: usize| {
        let cell = rows.cell(slot, row)?;
        matches!(cell.state, ItemState::Valid | ItemState::Repaired).then_some(cell.value.as_deref()?)
    };
    let Some(key) = task.item(task.key) else { return Vec::new() };
    (0..rows.len())
        .filter(|&row| value(task.key, row).is_some_and(|value| same(&key.kind, value, &task.subject)))
        .filter(|&row| {
            task.tests.iter().all(|test| value(test.at, row).is_some_and(|value| test.holds(value)))
        })
        .collect()
}
