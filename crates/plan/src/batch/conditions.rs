//! Conditions on rows that were delivered already.

use crate::check::{MAX_NARROW, narrow_invalid, narrowable};
use crate::filter::Test;
use crate::model::{RowFilter, Shape};
use crate::pinned::Pinned;
use crate::refusal::Refusal;

/// Conditions on standardised values, made ready for use on rows that a held copy has.
#[derive(Debug, Clone, Default)]
pub struct Conditions(Vec<(String, Test)>);

impl Conditions {
    /// Prepares conditions; only those on items granted in clear, since any other would be a question about its value.
    ///
    /// # Errors
    /// `plan.narrow_*`, naming the item, or `plan.too_many_items`.
    pub fn compile(pinned: &Pinned, filter: &RowFilter) -> Result<Self, Refusal> {
        if filter.all.len() > MAX_NARROW || filter.all.iter().any(|one| one.values.len() > MAX_NARROW) {
            return Err(Refusal::new(
                "plan.too_many_items",
                format!("附加条件或其取值超过 {MAX_NARROW} 个；请减少后重试"),
                format!("There are more than {MAX_NARROW} conditions or values in one; use fewer"),
            ));
        }
        let test = |condition| {
            let (at, item) = narrowable(pinned, condition, Shape::Hold)?;
            let test = Test::compile(condition, at, &item.kind);
            Ok((condition.item.clone(), test.ok_or_else(|| narrow_invalid(&condition.item))?))
        };
        filter.all.iter().map(test).collect::<Result<_, _>>().map(Self)
    }

    /// Items that must be known of a row.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(item, _)| item.as_str())
    }

    /// Whether all hold; a value that is missing makes its condition false.
    pub fn hold<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> bool {
        self.0.iter().all(|(item, test)| value(item).is_some_and(|value| test.holds(value)))
    }
}
