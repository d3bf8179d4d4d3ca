//! One column of a batch made standard 标准化. Values that are right as written cost a look and no copy.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, StringArray, StringBuilder};
use standards::plain::{is_plain, mask_plain};
use standards::value::{ValueKind, mask};

use crate::model::{ItemState, MountItem};
use crate::standardise::{Cell, standardise_text};

/// Writings remembered for one column at most; then it begins anew.
const REMEMBERED: usize = 32_768;

/// A column after standardising.
pub(super) struct Column {
    /// Standard values; null where there is none or none that may be used.
    pub values: ArrayRef,
    /// What there is to remark, by row; in the order of rows.
    pub marks: Vec<Mark>,
}

/// A remark on one value.
#[derive(Debug)]
pub(super) struct Mark {
    pub row: usize,
    pub cell: Cell,
}

impl Mark {
    /// Whether the value is not valid and was left out.
    pub fn is_invalid(&self) -> bool {
        self.cell.state == ItemState::Invalid
    }
}

/// How writings of one column came out: codes, dates and regions come again and again.
#[derive(Debug, Default)]
pub(super) struct Memo(HashMap<String, Cell>);

impl Memo {
    fn cell(&mut self, item: &MountItem, raw: &str) -> Cell {
        if let Some(known) = self.0.get(raw) {
            return known.clone();
        }
        let cell = batch_cell(item, raw);
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        self.0.insert(raw.to_owned(), cell.clone());
        cell
    }
}

/// Whether the column's values are few enough to be remembered.
fn repeats(item: &MountItem) -> bool {
    !item.code_map.is_empty()
        || matches!(
            item.kind,
            ValueKind::Code { .. }
                | ValueKind::Region
                | ValueKind::Boolean
                | ValueKind::Date
                | ValueKind::Money
        )
}

/// As [`standardise_text`]; and an amount in another currency, which a number column cannot hold, is told instead of delivered.
fn batch_cell(item: &MountItem, raw: &str) -> Cell {
    let mut cell = standardise_text(item, Some(raw));
    let foreign = |value: &str| value.bytes().any(|byte| byte.is_ascii_alphabetic());
    if item.kind == ValueKind::Money && cell.value.as_deref().is_some_and(foreign) {
        cell.flags.insert(0, "money.foreign_currency");
        cell = Cell { value: None, state: ItemState::Invalid, raw: Some(raw.to_owned()), ..cell };
    }
    cell
}

/// Standardises a column of texts.
pub(super) fn standardise(item: &MountItem, texts: &ArrayRef, memo: &mut Memo) -> Column {
    let from = texts.as_string::<i32>();
    let unmapped = item.code_map.is_empty();
    let plain = |raw: &str| unmapped && is_plain(&item.kind, raw);
    if unmapped && from.iter().flatten().all(plain) {
        return Column { values: Arc::clone(texts), marks: Vec::new() };
    }
    let remembers = repeats(item);
    let mut to = StringBuilder::with_capacity(from.len(), from.values().len());
    let mut marks = Vec::new();
    for (row, raw) in from.iter().enumerate() {
        let Some(raw) = raw else {
            to.append_null();
            continue;
        };
        if plain(raw) {
            to.append_value(raw);
            continue;
        }
        let cell = if remembers { memo.cell(item, raw) } else { batch_cell(item, raw) };
        match cell.value.as_deref() {
            Some(value) => to.append_value(value),
            None => to.append_null(),
        }
        // A value that was in its standard form, or was simply not there, needs no remark.
        if cell.state == ItemState::Invalid || !cell.flags.is_empty() {
            marks.push(Mark { row, cell });
        }
    }
    Column { values: Arc::new(to.finish()), marks }
}

/// The column masked 脱敏 by the rule of its kind.
pub(super) fn masked(kind: &ValueKind, values: &ArrayRef) -> ArrayRef {
    let from = values.as_string::<i32>();
    let mut to = StringBuilder::with_capacity(from.len(), from.values().len());
    for value in from {
        match value {
            None => to.append_null(),
            Some(value) => {
                if mask_plain(kind, value, &mut to) {
                    to.append_value("");
                } else {
                    to.append_value(mask(kind, value));
                }
            }
        }
    }
    let masked: StringArray = to.finish();
    Arc::new(masked)
}
