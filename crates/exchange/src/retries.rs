//! Idempotent retries: a caller that got no answer asks again under the same key and leaves no second entry.
//!
//! No data is kept for this. The question goes to the department again; when the answer says the same as before,
//! the entry that is there already covers it.

use std::collections::HashMap;
use std::collections::VecDeque;

use kernel::error::{Error, Result};
use kernel::evidence::{Leaf, index};
use parking_lot::Mutex;
use plan::model::Answer;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::Exchange;

/// Keys remembered in memory; older ones are looked up in the index.
const KEPT: usize = 20_000;

/// An earlier attempt.
#[derive(Debug, Clone)]
pub struct Prior {
    /// Kind of its entry.
    pub kind: String,
    /// Resource code.
    pub resource: String,
    /// Call id.
    pub call: String,
    /// Tag of its subject.
    pub subject_tag: String,
    /// Index of its entry.
    pub index: u64,
    /// Digest of its answer as the agent signed it.
    pub digest: String,
    /// Digest of what the answer said, without call id and reading time. `None` after a restart: then a retry
    /// gets an entry of its own, since sameness cannot be shown.
    pub content: Option<String>,
}

/// Recent keys.
#[derive(Default)]
pub struct Retries(Mutex<(HashMap<String, Prior>, VecDeque<String>)>);

impl Retries {
    /// Remembers an attempt.
    pub fn remember(&self, caller: &str, key: &str, prior: Prior) {
        let name = format!("{caller}/{key}");
        let mut guard = self.0.lock();
        let (map, order) = &mut *guard;
        if map.insert(name.clone(), prior).is_none() {
            order.push_back(name);
        }
        while order.len() > KEPT {
            if let Some(oldest) = order.pop_front() {
                map.remove(&oldest);
            }
        }
    }

    /// Finds an attempt, in memory or in the index.
    ///
    /// # Errors
    /// When index or log cannot be read.
    pub async fn find(&self, exchange: &Exchange, caller: &str, key: &str) -> Result<Option<Prior>> {
        let name = format!("{caller}/{key}");
        if let Some(prior) = self.0.lock().0.get(&name) {
            return Ok(Some(prior.clone()));
        }
        let row = index::Entity::find()
            .filter(index::Column::IdempotencyKey.eq(&name))
            .order_by_asc(index::Column::Idx)
            .one(&exchange.kernel.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let at = u64::try_from(row.idx).unwrap_or(0);
        let bytes = exchange
            .kernel
            .evidence
            .log()
            .entry(at)
            .map_err(|error| Error::internal("evidence.read", error))?;
        let leaf: Leaf =
            serde_json::from_slice(&bytes).map_err(|error| Error::internal("evidence.decode", error))?;
        Ok(Some(Prior {
            kind: leaf.kind,
            resource: leaf.resource.unwrap_or_default(),
            call: leaf.call.unwrap_or_default(),
            subject_tag: leaf.subject_tag.unwrap_or_default(),
            index: at,
            digest: leaf.agent_digest.unwrap_or_default(),
            content: None,
        }))
    }
}

/// Digest of what an answer says, without call id and reading time; `copy_as_of_ms` when a held copy says it.
pub fn content_digest(answer: &Answer, copy_as_of_ms: Option<i64>) -> String {
    let as_of = answer.as_of_from_source.then_some(answer.as_of_ms);
    let bytes =
        serde_json::to_vec(&(&answer.rows, &answer.verdicts, as_of, copy_as_of_ms)).unwrap_or_default();
    plan::sha256_hex(&bytes)
}

/// Lets each refusal through once a minute.
#[derive(Default)]
pub struct Refusals(Mutex<(i64, std::collections::HashSet<String>)>);

impl Refusals {
    /// True for the first of this name in this minute; false also when a minute brings too many names.
    pub fn first(&self, name: &str, minute: i64) -> bool {
        let mut guard = self.0.lock();
        if guard.0 != minute {
            *guard = (minute, std::collections::HashSet::new());
        }
        guard.1.len() < 1_000 && guard.1.insert(name.to_owned())
    }
}
