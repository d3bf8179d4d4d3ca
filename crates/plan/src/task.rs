//! An admitted call, resolved against its pin.

use crate::filter::Test;
use crate::model::Shape;
use crate::pinned::Pinned;

/// What is read from the source. Every name stands in the pinned mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Source, by its name in the agent's configuration.
    pub source: String,
    /// Table of that source.
    pub table: String,
    /// Column that holds the subject's key.
    pub key_column: String,
    /// Texts under which the subject may stand there; any of them may match.
    pub key_values: Vec<String>,
    /// Columns to read, each once.
    pub columns: Vec<String>,
    /// Rows to read at most. It is one more than may be answered, so that "too many" can be told from "just enough".
    pub limit: usize,
}

/// An admitted call: what to fetch, and what to do with the rows.
#[derive(Debug, Clone)]
pub struct Task<'p> {
    pub(crate) pinned: &'p Pinned,
    pub(crate) call: String,
    pub(crate) shape: Shape,
    pub(crate) fetch: Fetch,
    /// Mounted items that take part, by position in the mount.
    pub(crate) slots: Vec<usize>,
    /// Slot of the key item.
    pub(crate) key: usize,
    /// Standard value of the subject.
    pub(crate) subject: String,
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) claims: Vec<Claim>,
    /// Grant's conditions first, then those of the call; `Test::at` is a slot here.
    pub(crate) tests: Vec<Test>,
}

/// An item that leaves.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub slot: usize,
    pub masked: bool,
}

/// A claim, standardised.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub slot: usize,
    pub value: String,
}

impl Task<'_> {
    /// What to read from the source.
    pub fn fetch(&self) -> &Fetch {
        &self.fetch
    }

    /// The subject's key in standard form; for commitments only, never for a log.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Items that will be delivered or verified, in the order of the call.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        let slots = self.wanted.iter().map(|w| w.slot).chain(self.claims.iter().map(|c| c.slot));
        slots.filter_map(|slot| self.item(slot)).map(|item| item.item.as_str())
    }

    /// Binding of the item at a slot.
    pub(crate) fn item(&self, slot: usize) -> Option<&crate::model::MountItem> {
        self.pinned.pin().mount.items.get(*self.slots.get(slot)?)
    }
}
