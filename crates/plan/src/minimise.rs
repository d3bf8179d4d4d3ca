//! Only what was granted leaves 最小化: granted items of visible rows, masked where the grant says so, or only a verdict.

use standards::value::mask;

use crate::filter::same;
use crate::model::{Answer, AnswerItem, AnswerRow, ClaimVerdict, ItemState, Shape, Verdict};
use crate::standardise::Standardised;
use crate::task::{Claim, Task, Wanted};

/// Builds the answer from the rows that [`crate::filter()`] let through.
///
/// `read_at_ms` is when the source was read, Unix milliseconds; it stands for the as-of time where the department keeps none.
/// `salt` is fresh random text, see [`Answer::salt`]. With several rows the oldest as-of time counts, so that an answer never looks fresher than its parts.
pub fn minimise(
    task: &Task<'_>,
    rows: &Standardised,
    visible: &[usize],
    read_at_ms: i64,
    salt: String,
) -> Answer {
    let told: Option<i64> = visible
        .iter()
        .map(|&row| rows.as_of(row))
        .try_fold(None, |oldest: Option<i64>, as_of| {
            let as_of = as_of?;
            Some(Some(oldest.map_or(as_of, |oldest| oldest.min(as_of))))
        })
        .flatten();
    let (delivered, verdicts) = match task.shape {
        // What is told about a document is minimised like any row; its bytes are granted as a whole.
        Shape::Query | Shape::File => {
            (visible.iter().map(|&row| answer_row(task, rows, row)).collect(), Vec::new())
        }
        // A whole table never comes as an answer: [`crate::check()`] admits no such call.
        Shape::Batch | Shape::Hold => (Vec::new(), Vec::new()),
        Shape::Verify => {
            (Vec::new(), task.claims.iter().map(|claim| verdict(task, rows, visible, claim)).collect())
        }
    };
    Answer {
        call: task.call.clone(),
        rows: delivered,
        verdicts,
        as_of_ms: told.unwrap_or(read_at_ms),
        as_of_from_source: told.is_some(),
        salt,
    }
}

fn answer_row(task: &Task<'_>, rows: &Standardised, row: usize) -> AnswerRow {
    AnswerRow {
        items: task.wanted.iter().filter_map(|wanted| answer_item(task, rows, row, wanted)).collect(),
    }
}

fn answer_item(task: &Task<'_>, rows: &Standardised, row: usize, wanted: &Wanted) -> Option<AnswerItem> {
    let item = task.item(wanted.slot)?;
    let cell = rows.cell(wanted.slot, row)?;
    let value = cell
        .value
        .as_deref()
        .map(|value| if wanted.masked { mask(&item.kind, value) } else { value.to_owned() });
    Some(AnswerItem {
        item: item.item.clone(),
        value,
        state: cell.state,
        flags: cell.flags.iter().map(|&flag| flag.to_owned()).collect(),
        // An invalid text has no kind, so no mask can be trusted with it.
        raw: if wanted.masked { None } else { cell.raw.clone() },
    })
}

/// Yes or no when every visible row says the same; otherwise unknown.
fn verdict(task: &Task<'_>, rows: &Standardised, visible: &[usize], claim: &Claim) -> ClaimVerdict {
    let item = task.item(claim.slot);
    let one = |row: &usize| {
        let cell = rows.cell(claim.slot, *row)?;
        match cell.state {
            ItemState::Valid | ItemState::Repaired => {
                Some(same(&item?.kind, cell.value.as_deref()?, &claim.value))
            }
            ItemState::Invalid | ItemState::Missing => None,
        }
    };
    let mut said = visible.iter().map(one);
    let first = said.next().flatten();
    let agreed = first.filter(|_| said.all(|other| other == first));
    ClaimVerdict {
        item: item.map(|item| item.item.clone()).unwrap_or_default(),
        verdict: match agreed {
            Some(true) => Verdict::Yes,
            Some(false) => Verdict::No,
            None => Verdict::Unknown,
        },
    }
}
