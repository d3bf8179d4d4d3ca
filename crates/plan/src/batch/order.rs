//! What the hub asks the two agents of a run to do, and what they tell it.

use serde::{Deserialize, Serialize};

use super::model::{BatchCall, OutColumn};
use crate::document::{DocumentCall, DocumentDelivery, DocumentList};

/// Where the hub stands in a run, told to an agent together with the ticket of its connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Order {
    /// Read, and send what may leave.
    Provide(BatchCall),
    /// Take in, and write.
    Receive(Delivery),
    /// Hand a document over.
    ProvideDocument(DocumentCall),
    /// Take a document in.
    ReceiveDocument(DocumentDelivery),
}

/// A table that takes the rows of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// Subscription.
    pub subscription: String,
    /// Target, by its name in the receiving agent's configuration.
    pub target: String,
    /// Table there.
    pub table: String,
    /// Name of the resource, for people who look into the table.
    pub title: String,
    /// What comes, in order, and the column it goes into.
    pub columns: Vec<Column>,
    /// Items that tell rows apart.
    pub keys: Vec<String>,
    /// Whether a companion column tells what is not valid.
    pub flags: bool,
    /// Whether rows may be overwritten that this subscription did not deliver.
    pub adopt: bool,
}

/// One column of a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// What comes.
    #[serde(flatten)]
    pub out: OutColumn,
    /// Column of the target table.
    pub column: String,
    /// Name of the item for people.
    #[serde(default)]
    pub title: String,
}

/// How what is delivered meets what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The table holds exactly the delivered rows afterwards.
    Replace,
    /// Rows are inserted, updated and deleted by key.
    Apply,
    /// Nothing is written; the table is compared with what comes.
    Compare,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Run.
    pub run: String,
    /// Where to.
    pub to: Destination,
    /// How.
    pub mode: Mode,
}

/// A question to an agent about what subscriptions need of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum TargetQuestion {
    /// Would it fit, and where do deliveries stand? Answered by [`Standing`].
    Standing(Destination),
    /// A subscription is over: what the source keeps for its changes is given up. Answered by `null`.
    Forget {
        /// Source, by its name in the providing agent's configuration.
        source: String,
        /// Subscription.
        subscription: String,
    },
    /// Which documents there are under a grant. Answered by [`crate::document::DocumentListed`].
    Documents(DocumentList),
    /// Gives up what has arrived of a document that will not go on. Answered by `null`.
    DiscardDocument {
        /// Target.
        target: String,
        /// Handover.
        handover: String,
    },
    /// Deletes a document whose time is over. Answered by `deleted`, `gone` or `changed`.
    RemoveDocument {
        /// Target.
        target: String,
        /// Handover.
        handover: String,
    },
    /// Rows held back by the last run, at most `limit`. Answered by a list of [`HeldRow`].
    Held {
        /// Where.
        to: Destination,
        /// How many.
        limit: usize,
    },
}

/// How a destination stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The table would be created.
    pub creates: bool,
    /// Rows in it now.
    pub rows: u64,
    /// What does not fit.
    pub misfits: Vec<Misfit>,
    /// Run that wrote last.
    #[serde(default)]
    pub run: Option<String>,
    /// Position stored with its last rows.
    #[serde(default)]
    pub position: Option<String>,
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misfit {
    /// Stable code.
    pub code: String,
    /// Column; empty for the table as a whole.
    pub column: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A row that was held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    /// Its key.
    pub key: String,
    /// Codes of why, parted by blanks.
    pub reasons: String,
    /// The row as a JSON object.
    pub row: String,
}

/// What a delivery did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Rows that were not there.
    pub inserted: u64,
    /// Rows that were there with other values.
    pub updated: u64,
    /// Rows taken away.
    pub deleted: u64,
    /// Rows that were there with the same values.
    pub unchanged: u64,
    /// Rows held back at the target: those whose key came twice, and those that came as held back.
    pub held: u64,
    /// SHA-256 of the chunk as it was received, hex; empty at the end.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// Outcome of a comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Compared>,
}

/// Outcome of a comparison of source and target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Rows that are the same on both sides.
    pub same: u64,
    /// Rows that only the source has.
    pub only_source: u64,
    /// Rows that only the target has.
    pub only_target: u64,
    /// Rows that differ.
    pub different: u64,
    /// Some of them, by key: `+` only at the source, `-` only at the target, `~` different.
    pub keys: Vec<String>,
}

/// Where a provider's source stands; opaque to everybody but the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "m", rename_all = "snake_case")]
pub enum Position {
    /// The table was read in full.
    Full,
    /// Rows up to this watermark were read.
    After {
        /// The watermark, as the source writes it; none while every row is without.
        v: Option<String>,
    },
    /// The engine's own log was read up to here.
    Log {
        /// Position in the log.
        p: String,
    },
    /// Compared with the digests that this run left behind.
    Digests {
        /// The run.
        g: String,
    },
}

impl Position {
    /// As text.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From text; `None` when it is none of ours.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
