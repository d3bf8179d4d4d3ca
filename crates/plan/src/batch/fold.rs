//! Several changes of one row become the last of them.

use std::collections::HashMap;

use arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray};

use super::work::Fate;

/// Which rows of a batch of changes are there at its end, and which keys are gone.
pub(super) struct Folded {
    pub there: BooleanArray,
    pub gone: BooleanArray,
}

/// Keeps the last word on each key. A row that is held back is taken away from the target, too: what stands there would no longer be
/// what the source says.
pub(super) fn fold(keys: &[ArrayRef], fates: &[Fate], gone: &[bool]) -> Folded {
    let rows = gone.len();
    let mut last: HashMap<String, (usize, bool)> = HashMap::with_capacity(rows);
    for row in 0..rows {
        let Some(key) = key_of(keys, row) else { continue };
        let fate = fates.get(row).copied().unwrap_or(Fate::Deliver);
        let is_gone = gone.get(row).copied().unwrap_or(false);
        match (fate, is_gone) {
            // What the consumer may not see was not delivered, so nothing is said about its key.
            (Fate::Hide, _) => {}
            (Fate::Deliver, false) => drop(last.insert(key, (row, false))),
            (Fate::Hold, false) | (_, true) => drop(last.insert(key, (row, true))),
        }
    }
    let mut there = vec![false; rows];
    let mut taken = vec![false; rows];
    for (row, is_gone) in last.into_values() {
        let to = if is_gone { &mut taken } else { &mut there };
        if let Some(at) = to.get_mut(row) {
            *at = true;
        }
    }
    Folded { there: there.into(), gone: taken.into() }
}

/// The key of a row as one text; none when a part is missing.
fn key_of(keys: &[ArrayRef], row: usize) -> Option<String> {
    let mut text = String::new();
    for key in keys {
        let key = key.as_string::<i32>();
        if key.is_null(row) {
            return None;
        }
        text.push_str(key.value(row));
        text.push('\u{1f}');
    }
    Some(text)
}
