//! Do the hub's evidence and the agent's own record tell the same story? 存证比对

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::fault::Fault;

const PAGE: u32 = 2_000;
/// An answer is recorded here a moment before the hub records it; this long is waited before it counts as missing there.
const SETTLE: Duration = Duration::from_secs(2);
/// Lines listed of each sort; the numbers are always complete.
const LISTED: usize = 1_000;

/// The result of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Calls that both sides recorded with the same digest.
    pub same: u64,
    /// Number of differences.
    pub differences: u64,
    /// The differences, first at the hub and then here, at most 1,000.
    pub lines: Vec<Difference>,
}

/// One call on which the two records differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What differs.
    pub what: What,
    /// Call id.
    pub call: String,
    /// Index of the hub's entry.
    pub hub_index: Option<u64>,
    /// Digest of the answer at the hub.
    pub hub_digest: Option<String>,
    /// Index of the agent's entry.
    pub own_index: Option<u64>,
    /// Digest of the answer here.
    pub own_digest: Option<String>,
}

/// How the records differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The hub claims an answer that this agent never recorded.
    OnlyHub,
    /// This agent gave an answer that the hub does not show.
    OnlyHere,
    /// Both recorded the call, but not the same answer.
    Digest,
    /// Same answer, but the hub names another entry of this agent's record.
    Index,
}

/// What the hub's leaves say about an answer of this agent; other fields and kinds are the hub's own business.
#[derive(Debug, Deserialize)]
struct HubLeaf {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    call: String,
    agent_digest: Option<String>,
    agent_index: Option<u64>,
}

/// One answer in either record.
#[derive(Debug, Clone)]
pub(crate) struct HubLine {
    pub index: u64,
    pub call: String,
    pub digest: String,
    pub agent_index: Option<u64>,
}

impl HubLine {
    pub(crate) fn read(index: u64, leaf: &[u8]) -> Option<Self> {
        let leaf: HubLeaf = serde_json::from_slice(leaf).ok()?;
        if !["exchange.query", "exchange.verify", "exchange.retry"].contains(&leaf.kind.as_str()) {
            return None;
        }
        let digest = leaf.agent_digest.filter(|digest| !digest.is_empty())?;
        Some(Self { index, call: leaf.call, digest, agent_index: leaf.agent_index })
    }
}

/// Compares the whole record with the hub's evidence, fetched over the open link.
///
/// # Errors
/// When either record cannot be read.
pub async fn compare(agent: &Agent) -> Result<Comparison, Fault> {
    let until = agent.recorder.size();
    let (mut hub, next) = fetch(agent, 0).await?;
    let first = weigh(&hub, &own(agent, agent.recorder.size())?, until);
    if first.differences == 0 {
        return Ok(first);
    }
    tokio::time::sleep(SETTLE).await;
    let (later, _) = fetch(agent, next).await?;
    hub.extend(later);
    Ok(weigh(&hub, &own(agent, agent.recorder.size())?, until))
}

async fn fetch(agent: &Agent, mut from: u64) -> Result<(Vec<HubLine>, u64), Fault> {
    let mut lines = Vec::new();
    let mut last = from;
    loop {
        let page = agent.hub_evidence.page(from, PAGE).await?;
        for line in &page.lines {
            last = last.max(line.index.saturating_add(1));
            lines.extend(HubLine::read(line.index, &line.leaf));
        }
        // A hub that does not move on would keep us here for ever.
        if page.next_index <= from {
            return Ok((lines, last));
        }
        from = page.next_index;
    }
}

/// Answers in the agent's own record: index and digest by call.
type Own = HashMap<String, Vec<(u64, String)>>;

fn own(agent: &Agent, until: u64) -> Result<Own, Fault> {
    let mut own = Own::new();
    for entry in agent.recorder.entries(0..until) {
        let (index, leaf) = entry?;
        if let (true, Some(call), Some(answer)) = (leaf.is_use(), leaf.call, leaf.answer) {
            own.entry(call).or_default().push((index, answer));
        }
    }
    Ok(own)
}

/// Weighs both records. Own entries from `until` on may still be on their way to the hub, so they are not missed there.
pub(crate) fn weigh(hub: &[HubLine], own: &Own, until: u64) -> Comparison {
    let mut result = Comparison::default();
    let mut differ = |line: Difference| {
        result.differences += 1;
        if result.lines.len() < LISTED {
            result.lines.push(line);
        }
    };
    let mut same = 0;
    let mut seen: HashMap<&str, Vec<u64>> = HashMap::new();
    for line in hub {
        let entries = own.get(&line.call).map(Vec::as_slice).unwrap_or_default();
        let right_place = |index: u64| line.agent_index.is_none_or(|told| told == index);
        let by_digest = |(_, digest): &&(u64, String)| *digest == line.digest;
        let exact = entries.iter().filter(by_digest).find(|(index, _)| right_place(*index));
        let found = exact.or_else(|| entries.iter().find(by_digest)).or_else(|| entries.first());
        if let Some((index, _)) = found {
            seen.entry(&line.call).or_default().push(*index);
        }
        let what = match (exact, found) {
            (Some(_), _) => {
                same += 1;
                continue;
            }
            (None, None) => What::OnlyHub,
            (None, Some((_, digest))) if *digest == line.digest => What::Index,
            (None, Some(_)) => What::Digest,
        };
        differ(Difference {
            what,
            call: line.call.clone(),
            hub_index: Some(line.index),
            hub_digest: Some(line.digest.clone()),
            own_index: found.map(|(index, _)| *index),
            own_digest: found.map(|(_, digest)| digest.clone()),
        });
    }
    let mut missing: Vec<_> = own
        .iter()
        .flat_map(|(call, entries)| entries.iter().map(move |(index, digest)| (*index, call, digest)))
        .filter(|(index, call, _)| {
            *index < until && !seen.get(call.as_str()).is_some_and(|s| s.contains(index))
        })
        .collect();
    missing.sort_unstable();
    for (index, call, digest) in missing {
        differ(Difference {
            what: What::OnlyHere,
            call: call.clone(),
            hub_index: None,
            hub_digest: None,
            own_index: Some(index),
            own_digest: Some(digest.clone()),
        });
    }
    result.same = same;
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(index: u64, call: &str, digest: &str, agent_index: u64) -> HubLine {
        HubLine { index, call: call.to_owned(), digest: digest.to_owned(), agent_index: Some(agent_index) }
    }

    fn own(entries: &[(u64, &str, &str)]) -> Own {
        let mut own = Own::new();
        for &(index, call, digest) in entries {
            own.entry(call.to_owned()).or_default().push((index, digest.to_owned()));
        }
        own
    }

    fn found(comparison: &Comparison) -> Vec<(What, &str)> {
        comparison.lines.iter().map(|line| (line.what, line.call.as_str())).collect()
    }

    /// Each way of differing is found and named; equal entries are counted.
    #[test]
    fn each_difference_is_named() {
        let hub_lines =
            [hub(1, "a", "1", 0), hub(2, "b", "X", 1), hub(3, "ghost", "9", 7), hub(4, "d", "4", 9)];
        let own = own(&[(0, "a", "1"), (1, "b", "2"), (2, "c", "3"), (3, "d", "4")]);
        let result = weigh(&hub_lines, &own, 4);
        let expected =
            [(What::Digest, "b"), (What::OnlyHub, "ghost"), (What::Index, "d"), (What::OnlyHere, "c")];
        assert_eq!((result.same, found(&result)), (1, expected.to_vec()));
    }

    /// An entry made after the comparison began is not missed at the hub; a second answer under the same call id is.
    #[test]
    fn entries_under_way_are_not_missed() {
        let own = own(&[(0, "a", "1"), (1, "a", "2"), (2, "late", "3")]);
        let result = weigh(&[hub(1, "a", "1", 0)], &own, 2);
        assert_eq!(found(&result), [(What::OnlyHere, "a")]);
        assert_eq!(result.lines[0].own_index, Some(1));
    }

    /// Leaves of other kinds, refused calls and foreign bytes are no answers.
    #[test]
    fn only_answers_are_compared() {
        assert!(HubLine::read(0, b"not json").is_none());
        assert!(HubLine::read(0, br#"{"kind":"grant.created"}"#).is_none());
        assert!(HubLine::read(0, br#"{"kind":"exchange.query","call":"c"}"#).is_none());
        let line =
            HubLine::read(0, br#"{"kind":"exchange.verify","call":"c","agent_digest":"d","agent_index":3}"#)
                .unwrap();
        assert_eq!((line.call.as_str(), line.digest.as_str(), line.agent_index), ("c", "d", Some(3)));
    }
}
