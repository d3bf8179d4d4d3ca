//! What a run of a subscription asks for, and what it counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use standards::value::ValueKind;

use crate::model::{Purpose, RowFilter, Shape};

/// Companion column that tells what is wrong with a row; null when nothing is.
pub const FLAGS_COLUMN: &str = "gt_flags";

/// One run of a subscription under a pin, sent by the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCall {
    /// Id of the run (UUID, from the hub).
    pub run: String,
    /// Id of the subscription.
    pub subscription: String,
    /// Grant used.
    pub grant: String,
    /// Digest of the pin that the hub believes the agent holds.
    pub pin_digest: String,
    /// Items wanted, in the order of the target's columns; each must be granted for delivery.
    pub items: Vec<String>,
    /// Of these, the ones that are masked beyond what the grant says.
    #[serde(default)]
    pub masked: Vec<String>,
    /// Items that tell rows apart; each must be wanted and granted in clear.
    pub keys: Vec<String>,
    /// Conditions that narrow the grant's own; only on items granted in clear.
    #[serde(default)]
    pub narrow: RowFilter,
    /// What becomes of rows with values that are not valid.
    pub invalid: OnInvalid,
    /// How the source is read.
    pub reading: Reading,
    /// Whether the run goes on with the changes until it is stopped (连续), rather than end when the source is quiet.
    #[serde(default)]
    pub follow: bool,
    /// Position the target has; none when it has nothing yet.
    #[serde(default)]
    pub from: Option<String>,
    /// Whether the hub itself holds the rows (留存副本), which the grant must then allow, rather than pass them on.
    #[serde(default)]
    pub hold: bool,
    /// Matter and basis; must be one of the grant's.
    pub purpose: Purpose,
    /// Who answers for the subscription, as in [`crate::Call::caller`].
    pub caller: String,
}

impl BatchCall {
    /// The shape that the grant must allow for it.
    pub fn shape(&self) -> Shape {
        if self.hold { Shape::Hold } else { Shape::Batch }
    }
}

/// What becomes of a row with a value that is not valid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnInvalid {
    /// It is delivered without the value, and the companion column tells why.
    #[default]
    Flag,
    /// It is held back 隔离, with its key and the reasons.
    HoldBack,
}

/// How the source is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Reading {
    /// The whole table, each time; the target then holds exactly that (全量).
    Full,
    /// Rows whose watermark grew (增量): the column of an item, or the mount's as-of column.
    After {
        /// Item whose column is the watermark; the as-of column when there is none.
        #[serde(default)]
        item: Option<String>,
    },
    /// Each change as it happens (变更捕获), out of the engine's log, or by comparison where there is none.
    Changes,
}

/// A column that leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutColumn {
    /// Item.
    pub item: String,
    /// What its values mean.
    pub kind: ValueKind,
    /// Whether it leaves masked, so that its values no longer are of that kind.
    pub masked: bool,
}

/// What became of the rows that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows read from the source.
    pub read: u64,
    /// Rows that exist for the consumer but for those held back.
    pub delivered: u64,
    /// Rows taken away by key.
    pub deleted: u64,
    /// Rows with at least one value that was repaired.
    pub repaired: u64,
    /// Rows delivered with at least one value that is not valid.
    pub flagged: u64,
    /// Rows held back.
    pub held: u64,
    /// Rows outside the grant's or the subscription's conditions.
    pub filtered: u64,
    /// By item and code of remark: how many values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remarks: BTreeMap<String, ItemTally>,
}

/// Remarks on one item: code to number of values.
pub type ItemTally = BTreeMap<String, u64>;

impl Tally {
    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.delivered += other.delivered;
        self.deleted += other.deleted;
        self.repaired += other.repaired;
        self.flagged += other.flagged;
        self.held += other.held;
        self.filtered += other.filtered;
        for (item, codes) in &other.remarks {
            let own = self.remarks.entry(item.clone()).or_default();
            for (code, count) in codes {
                *own.entry(code.clone()).or_default() += count;
            }
        }
    }

    pub(super) fn remark(&mut self, item: &str, code: &str) {
        if !self.remarks.contains_key(item) {
            self.remarks.insert(item.to_owned(), ItemTally::new());
        }
        let Some(codes) = self.remarks.get_mut(item) else { return };
        match codes.get_mut(code) {
            Some(count) => *count += 1,
            None => drop(codes.insert(code.to_owned(), 1)),
        }
    }
}
