//! Keeps the index as new as the last commit.
//!
//! Each commit raises the kernel's revision. A search that sees a new revision asks the database which resources
//! changed, and puts just these anew; at the first search everything is read.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use kernel::ids::ResourceId;
use kernel::{Error, Result};
use tokio::sync::Mutex;

use super::entry::{Entry, Mark};
use super::index::{TextIndex, TextSearcher};
use crate::Catalog;
use crate::model::Organisations;
use crate::store::search::{self, MarkRow};

/// How far back a change is looked for: a transaction may take its time before it commits.
const SLACK_MS: i64 = 10 * 60 * 1000;

/// Everything a search needs, as it stood at one moment.
pub struct Snapshot {
    /// Full text.
    pub text: TextSearcher,
    /// Entries by slot.
    pub entries: Vec<Option<Arc<Entry>>>,
    /// Slots of the resources that hold a data element.
    pub by_element: HashMap<Arc<str>, Vec<usize>>,
}

impl Snapshot {
    /// The entry at a slot.
    pub fn entry(&self, slot: usize) -> Option<&Arc<Entry>> {
        self.entries.get(slot)?.as_ref()
    }

    /// Every entry with its slot.
    pub fn all(&self) -> impl Iterator<Item = (usize, &Arc<Entry>)> {
        self.entries.iter().enumerate().filter_map(|(slot, entry)| Some((slot, entry.as_ref()?)))
    }
}

/// What the writer knows.
struct Writer {
    index: TextIndex,
    marks: HashMap<ResourceId, (usize, Mark)>,
    entries: Vec<Option<Arc<Entry>>>,
    free: Vec<usize>,
    texts: HashMap<String, Arc<str>>,
    newest_ms: i64,
    organisations: Arc<Organisations>,
}

/// The search index of a catalogue; empty until the first search.
#[derive(Default)]
pub struct Finder {
    writer: Mutex<Option<Writer>>,
    snapshot: ArcSwapOption<Snapshot>,
    revision: AtomicU64,
}

impl Finder {
    /// The index as new as the last commit.
    ///
    /// # Errors
    /// When the database or the index cannot be read.
    pub async fn fresh(&self, catalog: &Catalog) -> Result<Arc<Snapshot>> {
        let revision = catalog.kernel.revision();
        if let Some(snapshot) = self.snapshot.load_full()
            && self.revision.load(Ordering::Acquire) == revision
        {
            return Ok(snapshot);
        }
        let mut turn = self.writer.lock().await;
        // Read again under the lock: whoever waited finds the work done.
        let revision = catalog.kernel.revision();
        if let Some(snapshot) = self.snapshot.load_full()
            && self.revision.load(Ordering::Acquire) == revision
        {
            return Ok(snapshot);
        }
        let organisations = catalog.organisations().await?;
        // What fails half-way is thrown away and read anew by the next search.
        let (writer, changed) = match turn.take() {
            Some(writer) => follow(writer, catalog, organisations).await?,
            None => (build(catalog, organisations).await?, true),
        };
        let known = self.snapshot.load_full();
        let (writer, snapshot) = match known.filter(|_| !changed) {
            Some(snapshot) => (writer, snapshot),
            None => tokio::task::spawn_blocking(move || publish(writer))
                .await
                .map_err(|error| Error::internal("catalog.search", error))??,
        };
        *turn = Some(writer);
        self.snapshot.store(Some(Arc::clone(&snapshot)));
        self.revision.store(revision, Ordering::Release);
        Ok(snapshot)
    }
}

fn mark(row: &MarkRow, organisations: &Organisations) -> Mark {
    Mark {
        updated_ms: row.updated_ms,
        state: row.state.clone(),
        mount_state: row.mount_state.clone(),
        version: row.version,
        organisation_name: organisations.name(&row.organisation_id).to_owned(),
    }
}

async fn build(catalog: &Catalog, organisations: Arc<Organisations>) -> Result<Writer> {
    let writer = Writer {
        index: TextIndex::new()?,
        marks: HashMap::new(),
        entries: Vec::new(),
        free: Vec::new(),
        texts: HashMap::new(),
        newest_ms: i64::MIN,
        organisations: Arc::clone(&organisations),
    };
    let rows = search::marks(&catalog.kernel.db, None).await?;
    put(writer, catalog, rows, organisations).await
}

/// Follows the database; the flag tells whether anything had changed.
async fn follow(
    mut writer: Writer,
    catalog: &Catalog,
    organisations: Arc<Organisations>,
) -> Result<(Writer, bool)> {
    let db = &catalog.kernel.db;
    // An office that was renamed is found in all its entries; one that went leaves a different count.
    let renamed = !Arc::ptr_eq(&writer.organisations, &organisations);
    let mut rows = search::marks(db, (!renamed).then(|| writer.newest_ms.saturating_sub(SLACK_MS))).await?;
    let new = rows.iter().filter(|row| !writer.marks.contains_key(&row.id)).count();
    let mut gone = Vec::new();
    if search::count(db).await? != (writer.marks.len() + new) as u64 {
        rows = search::marks(db, None).await?;
        let there: std::collections::HashSet<&ResourceId> = rows.iter().map(|row| &row.id).collect();
        gone.extend(writer.marks.keys().filter(|id| !there.contains(id)).cloned());
    }
    rows.retain(|row| writer.marks.get(&row.id).is_none_or(|(_, known)| *known != mark(row, &organisations)));
    let changed = !rows.is_empty() || !gone.is_empty();
    for id in gone {
        if let Some((slot, _)) = writer.marks.remove(&id) {
            writer.index.remove(slot as u64);
            if let Some(place) = writer.entries.get_mut(slot) {
                *place = None;
            }
            writer.free.push(slot);
        }
    }
    Ok((put(writer, catalog, rows, organisations).await?, changed))
}

async fn put(
    mut writer: Writer,
    catalog: &Catalog,
    rows: Vec<MarkRow>,
    organisations: Arc<Organisations>,
) -> Result<Writer> {
    let ids: Vec<ResourceId> = rows.iter().map(|row| row.id.clone()).collect();
    let entries = search::entries(&catalog.kernel.db, &ids, &mut writer.texts).await?;
    let marks: HashMap<ResourceId, Mark> =
        rows.iter().map(|row| (row.id.clone(), mark(row, &organisations))).collect();
    writer.organisations = Arc::clone(&organisations);
    // Cutting ten thousand entries takes seconds; other requests go on meanwhile.
    tokio::task::spawn_blocking(move || {
        for mut entry in entries {
            let Some(mark) = marks.get(&entry.id) else { continue };
            organisations.name(&entry.organisation_id).clone_into(&mut entry.organisation_name);
            writer.newest_ms = writer.newest_ms.max(mark.updated_ms);
            let slot = match writer.marks.get(&entry.id) {
                Some((slot, _)) => *slot,
                None => writer.free.pop().unwrap_or_else(|| {
                    writer.entries.push(None);
                    writer.entries.len() - 1
                }),
            };
            writer.index.put(slot as u64, &entry)?;
            writer.marks.insert(entry.id.clone(), (slot, mark.clone()));
            if let Some(place) = writer.entries.get_mut(slot) {
                *place = Some(Arc::new(entry));
            }
        }
        Ok(writer)
    })
    .await
    .map_err(|error| Error::internal("catalog.search", error))?
}

fn publish(mut writer: Writer) -> Result<(Writer, Arc<Snapshot>)> {
    let text = writer.index.commit()?;
    let entries = writer.entries.clone();
    let mut by_element: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
    for (slot, entry) in entries.iter().enumerate() {
        let Some(entry) = entry else { continue };
        for item in &entry.items {
            let slots = by_element.entry(Arc::clone(&item.element)).or_default();
            if slots.last() != Some(&slot) {
                slots.push(slot);
            }
        }
    }
    Ok((writer, Arc::new(Snapshot { text, entries, by_element })))
}
