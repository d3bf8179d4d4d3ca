//! Which documents there are under a grant.

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use connect::{Scan, Values};
use futures::TryStreamExt as _;
use plan::batch::Image;
use plan::document::{DocumentList, DocumentListed, check_list};

use super::super::provide as tables;
use super::provide::no_documents;
use crate::agent::Agent;
use crate::fault::Fault;
use crate::record::Listed;
use crate::sources::fault;

/// Documents in one list at most.
const MOST: usize = 500;
const BATCH_ROWS: usize = 4_096;

/// Lists documents; the entry is durable before the list leaves.
///
/// # Errors
/// `plan.*`, `source.*`, `agent.denied`.
pub(in crate::carry) async fn list(agent: &Agent, asked: &DocumentList) -> Result<DocumentListed, Fault> {
    let pin = agent.book.get(&asked.grant).ok_or_else(|| tables::unpinned(&asked.grant))?;
    let mut task = check_list(&pin.pinned, asked, agent.clock.now_ms())?;
    tables::denied(&pin, &task)?;
    let slot = agent.sources.get(task.source()).cloned().ok_or_else(|| tables::source_gone(task.source()))?;
    slot.source().documents().ok_or_else(|| no_documents(slot.name()))?;
    let failed = |error: connect::SourceError| fault(slot.name(), &error, 0);
    let (table, columns) = (task.table().to_owned(), task.columns());
    let scan =
        Scan { table: &table, columns: &columns, batch_rows: BATCH_ROWS, values: Values::Text, after: None };
    let mut batches = slot.source().stream(&scan).await.map_err(failed)?;
    let most = asked.limit.clamp(1, MOST);
    let mut listed =
        DocumentListed { items: task.outs().map(|out| out.item.clone()).collect(), ..Default::default() };
    let name = task.keys().first().copied().unwrap_or(0);
    'reading: while let Some(batch) = batches.try_next().await.map_err(failed)? {
        let worked = task.work(&batch, Image::Present)?;
        for row in rows(&worked.rows, listed.items.len()) {
            let named = row.get(name).and_then(Option::as_deref).unwrap_or_default();
            if !named.contains(&asked.search) {
                continue;
            }
            if listed.rows.len() == most {
                listed.more = true;
                break 'reading;
            }
            listed.rows.push(row);
        }
    }
    let bytes = serde_json::to_vec(&(&listed.items, &listed.rows)).unwrap_or_default();
    listed.digest = plan::sha256_hex(&bytes);
    let told = Listed {
        asked,
        grant: &pin.pinned.pin().grant,
        digest: &listed.digest,
        rows: listed.rows.len() as u64,
    };
    listed.index = agent.recorder.listed(told).await?.appended.index;
    Ok(listed)
}

fn rows(batch: &RecordBatch, width: usize) -> impl Iterator<Item = Vec<Option<String>>> + '_ {
    (0..batch.num_rows()).map(move |row| {
        let cell = |column: &arrow::array::ArrayRef| {
            let texts = column.as_string_opt::<i32>()?;
            texts.is_valid(row).then(|| texts.value(row).to_owned())
        };
        batch.columns().iter().take(width).map(cell).collect()
    })
}
