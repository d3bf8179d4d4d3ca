//! What the search reads of resources: marks to see changes by, and whole entries in batches.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::Result;
use kernel::ids::{OrganisationId, ResourceId};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};

use super::{item, resource};
use crate::search::{Entry, EntryItem};

/// Resources read at once; SQLite takes at most 32766 values in a statement, and memory stays bounded.
const BATCH: usize = 500;
/// Characters of an abstract that a hit shows and a search looks at.
const SUMMARY_CHARS: usize = 300;

/// What a change shows in.
#[derive(Debug, Clone)]
pub struct MarkRow {
    pub id: ResourceId,
    pub organisation_id: OrganisationId,
    pub updated_ms: i64,
    pub state: String,
    pub mount_state: String,
    pub version: i32,
}

type Columns = (ResourceId, OrganisationId, i64, String, String, i32);

/// Marks of resources changed since that time; of all when it is `None`.
pub async fn marks<C: ConnectionTrait>(db: &C, since_ms: Option<i64>) -> Result<Vec<MarkRow>> {
    let mut find = resource::Entity::find().select_only().columns([
        resource::Column::Id,
        resource::Column::OrganisationId,
        resource::Column::UpdatedMs,
        resource::Column::State,
        resource::Column::MountState,
        resource::Column::Version,
    ]);
    if let Some(since) = since_ms {
        find = find.filter(resource::Column::UpdatedMs.gte(since));
    }
    let rows: Vec<Columns> = find.order_by_asc(resource::Column::Id).into_tuple().all(db).await?;
    Ok(rows
        .into_iter()
        .map(|(id, organisation_id, updated_ms, state, mount_state, version)| MarkRow {
            id,
            organisation_id,
            updated_ms,
            state,
            mount_state,
            version,
        })
        .collect())
}

/// How many resources there are.
pub async fn count<C: ConnectionTrait>(db: &C) -> Result<u64> {
    Ok(resource::Entity::find().count(db).await?)
}

/// These resources with their items. Texts that repeat are held once.
pub async fn entries<C: ConnectionTrait>(
    db: &C,
    ids: &[ResourceId],
    texts: &mut HashMap<String, Arc<str>>,
) -> Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let rows = resource::Entity::find()
            .filter(resource::Column::Id.is_in(batch.iter().cloned()))
            .order_by_asc(resource::Column::Id)
            .all(db)
            .await?;
        let mut items: HashMap<ResourceId, Vec<EntryItem>> = HashMap::new();
        let item_rows = item::Entity::find()
            .filter(item::Column::ResourceId.is_in(batch.iter().cloned()))
            .order_by_asc(item::Column::ResourceId)
            .order_by_asc(item::Column::Place)
            .all(db)
            .await?;
        for row in item_rows {
            let mut held = |text: String| match texts.get(&text) {
                Some(known) => Arc::clone(known),
                None => {
                    let new: Arc<str> = Arc::from(text.as_str());
                    texts.insert(text, Arc::clone(&new));
                    new
                }
            };
            let (zh, en, element) = (held(row.zh), held(row.en), held(row.element));
            items.entry(row.resource_id).or_default().push(EntryItem {
                item: row.item,
                zh,
                en,
                element,
                is_key: row.is_key,
            });
        }
        for row in rows {
            entries.push(Entry {
                items: items.remove(&row.id).unwrap_or_default(),
                id: row.id,
                code: row.code,
                name: row.name,
                summary: row.summary.chars().take(SUMMARY_CHARS).collect(),
                organisation_id: row.organisation_id,
                organisation_name: String::new(),
                classification: row.classification,
                share_type: row.share_type,
                state: row.state,
                mount_state: row.mount_state,
                update_cycle: row.update_cycle,
                open_to_society: row.open_to_society,
                published_ms: row.published_ms,
                updated_ms: row.updated_ms,
            });
        }
    }
    Ok(entries)
}
