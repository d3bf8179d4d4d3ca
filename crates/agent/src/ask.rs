//! What people ask an agent, running or not: pins, approvals, record, comparison.

use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::compare::{Comparison, compare};
use crate::fault::Fault;
use crate::pins::{Approval, StoredGrant};
use crate::record::leaf::Leaf;

/// Entries in one answer at most.
const MOST_ENTRIES: u64 = 10_000;

/// A question or an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// All grants and how they stand.
    Pins,
    /// Decide about a waiting pin.
    Decide {
        /// Grant.
        grant: String,
        /// Digest of the version that was shown.
        digest: String,
        /// Accept it; otherwise refuse it.
        accept: bool,
        /// Who decides.
        by: String,
    },
    /// Entries of the record.
    Record {
        /// First index.
        from: u64,
        /// Number of entries.
        limit: u64,
    },
    /// Compare the record with the hub's evidence.
    Compare,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Grants by id.
    Pins(Vec<(String, StoredGrant)>),
    /// The state of the pin after the decision: `accepted` or `refused`.
    Decided(String),
    /// Entries of the record.
    Record {
        /// Number of all entries.
        size: u64,
        /// The entries asked for.
        entries: Vec<Entry>,
    },
    /// The comparison.
    Compared(Comparison),
}

/// An entry of the record with its private part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Place in the log.
    pub index: u64,
    /// The public part.
    pub leaf: Leaf,
    /// The private part, unless it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<serde_json::Value>,
}

/// Answers a question.
///
/// # Errors
/// What stands in the way, with code and sentences.
pub async fn answer(agent: &Agent, ask: Ask) -> Result<Told, Fault> {
    match ask {
        Ask::Pins => Ok(Told::Pins(agent.book.list().await)),
        Ask::Decide { grant, digest, accept, by } => {
            let what = if accept { Approval::Accept } else { Approval::Refuse };
            Ok(Told::Decided(agent.book.approve(&grant, &digest, what, &by).await?.state))
        }
        Ask::Record { from, limit } => {
            let size = agent.recorder.size();
            let end = from.saturating_add(limit.min(MOST_ENTRIES)).min(size);
            let entries = agent.recorder.entries(from.min(end)..end).map(|entry| {
                let (index, leaf) = entry?;
                Ok(Entry { index, leaf, private: agent.recorder.private(index)? })
            });
            Ok(Told::Record { size, entries: entries.collect::<Result<_, Fault>>()? })
        }
        Ask::Compare => Ok(Told::Compared(compare(agent).await?)),
    }
}
