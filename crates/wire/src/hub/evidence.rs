//! Answers an agent's question for the hub's evidence (`guantong agent compare`).

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::gate::{AgentGate, EvidencePage};
use super::link::LinkHandle;
use crate::proto::{EvidenceReply, EvidenceRequest, hub_message};

/// A page is cut before it grows beyond what the agent's side accepts; the agent asks on from there.
const PAGE_BYTES: usize = 2 * 1024 * 1024;
/// Entries of a page when the agent names no limit, and at most.
const PAGE_LINES: u32 = 1000;

/// Reads the page on a task of its own, so that calls go on meanwhile.
pub(super) fn answer(
    gate: Arc<dyn AgentGate>,
    link: Arc<LinkHandle>,
    request: EvidenceRequest,
    slots: Arc<Semaphore>,
) {
    let Ok(slot) = slots.try_acquire_owned() else {
        link.try_send(failed(request.id, "link.overloaded: ask for one evidence page after the other"));
        return;
    };
    tokio::spawn(async move {
        let limit = if request.limit == 0 { PAGE_LINES } else { request.limit.min(PAGE_LINES) };
        let body = match gate.evidence(&link.agent_id, request.from_index, limit).await {
            Ok(page) => {
                let page = cut(page, PAGE_BYTES);
                hub_message::Body::Evidence(EvidenceReply {
                    id: request.id,
                    lines: page.lines,
                    next_index: page.next_index,
                    error: String::new(),
                })
            }
            Err(refusal) => failed(request.id, &refusal.to_string()),
        };
        link.send(body).await;
        drop(slot);
    });
}

fn failed(id: u64, error: &str) -> hub_message::Body {
    hub_message::Body::Evidence(EvidenceReply {
        id,
        lines: Vec::new(),
        next_index: 0,
        error: error.to_owned(),
    })
}

/// Cuts a page to a size; at least one entry stays, so that asking on always makes progress.
fn cut(mut page: EvidencePage, bytes: usize) -> EvidencePage {
    let mut size = 0;
    let keep = page.lines.iter().position(|line| {
        size += line.leaf.len();
        size > bytes
    });
    if let Some(keep) = keep.map(|keep| keep.max(1)) {
        if let Some(next) = page.lines.get(keep) {
            page.next_index = next.index;
        }
        page.lines.truncate(keep);
    }
    page
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::proto::EvidenceLine;

    fn page(sizes: &[usize]) -> EvidencePage {
        let lines = sizes
            .iter()
            .zip(10..)
            .map(|(size, index)| EvidenceLine { index, leaf: Bytes::from(vec![0; *size]) })
            .collect();
        EvidencePage { lines, next_index: 99 }
    }

    /// A page that fits stays whole; one that does not goes on where it was cut; a single huge entry is sent.
    #[test]
    fn pages_are_cut_where_they_can_go_on() {
        let whole = cut(page(&[3, 3, 3]), 9);
        assert_eq!((whole.lines.len(), whole.next_index), (3, 99));
        let part = cut(page(&[3, 3, 4]), 9);
        assert_eq!((part.lines.len(), part.next_index), (2, 12));
        let huge = cut(page(&[50, 3]), 9);
        assert_eq!((huge.lines.len(), huge.next_index), (1, 11));
        let last = cut(page(&[50]), 9);
        assert_eq!((last.lines.len(), last.next_index), (1, 99));
    }
}
