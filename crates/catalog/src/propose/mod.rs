//! Reverse cataloguing 反向编目: from a profile of a real table to a proposal of items, with confidence and reason.
//!
//! Pure, and without any knowledge of a particular department. A column's name and comment are cut into words
//! ([`lexicon`]): whom it is about, which property, which qualifier; Chinese, English, pinyin and initials alike
//! ([`reading`]). That meaning is compared with the ways to call each data element ([`forms`]); names that are
//! merely alike do not count, since 迁入日期 and 迁出日期 are alike and opposite. The values then speak for or against
//! ([`values`]), legends give code maps ([`legend`]), and what people decided before goes first ([`lessons`]).

mod answer;
mod context;
mod decide;
mod facts;
mod forms;
mod legend;
mod lessons;
mod lexicon;
mod migration;
mod named;
mod reading;
mod remount;
mod render;
mod usecase;
mod values;

pub mod routes;

pub use answer::{
    CodeProposal, ColumnProposal, ColumnRole, Confidence, ElementScore, Proposal, ResourceProposal,
};
pub use facts::{CodeCount, ColumnFacts, ColumnShape, Distinct, KindShare, Shape, TableFacts, TableShape};
pub use lessons::{Lesson, Lessons};
pub use migration::Lessons as LessonTable;
pub(crate) use named::named_elements;
pub use remount::{ColumnChoice, ColumnState, ItemRemount, Remount};
pub use usecase::{DecidedColumn, DecisionsInput, DecisionsTaken, ProposalInput};

use context::{Context, comment_of};
use decide::{Asked, decide, settle};
use reading::plain_form;

/// Proposes a resource with its items for a table.
pub fn propose(table: &TableFacts, shape: &TableShape, lessons: &Lessons) -> Proposal {
    let comments: Vec<_> = table.columns.iter().map(|column| comment_of(column.comment.as_deref())).collect();
    let context = Context::of(table, shape, |at| plain_form(table.columns.get(at)?, comments.get(at)?));
    let asked: Vec<Asked<'_>> = table
        .columns
        .iter()
        .zip(&comments)
        .map(|(column, comment)| {
            let shape = shape.columns.iter().find(|one| one.name == column.name);
            let learned = lessons::learned(lessons, &lessons::key(column, shape));
            Asked { column, comment, shape, learned }
        })
        .collect();
    let mut decisions: Vec<_> = asked.iter().map(|one| decide(one, &context)).collect();
    settle(&mut decisions);
    render::proposal(table, &asked, &decisions, &context)
}

#[cfg(test)]
mod remount_tests;
#[cfg(test)]
mod tests;
