//! Console sessions in memory for a few seconds, so that a page of many requests reads the table once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::Role;
use kernel::ids::{OrganisationId, UserId};
use parking_lot::Mutex;

use crate::model::Due;

const KEEP_MS: i64 = 5_000;
const MOST: usize = 10_000;

/// A session that was found valid.
#[derive(Debug, Clone)]
pub struct Known {
    pub user: UserId,
    /// Role in which the user acts: his own, or that of the person he stands in for.
    pub role: Role,
    pub organisation: OrganisationId,
    /// Until when this holds: the session's end, or that of the delegation.
    pub expires_ms: i64,
    /// Whom the user stands in for.
    pub on_behalf_of: Option<UserId>,
    /// What the user must do before anything else.
    pub due: Option<Due>,
}

/// Sessions by the hash of their token.
#[derive(Default)]
pub struct Sessions {
    known: Mutex<HashMap<String, (Known, i64)>>,
    /// Rises with each change of users or sessions. What was read before a change is not kept after it.
    changes: AtomicU64,
}

impl Sessions {
    pub fn get(&self, hash: &str, now_ms: i64) -> Option<Known> {
        let known = self.known.lock();
        let (found, keep_until) = known.get(hash)?;
        (now_ms < *keep_until && now_ms < found.expires_ms).then(|| found.clone())
    }

    /// Taken before the table is read, given back with what was read.
    pub fn ticket(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    pub fn keep(&self, hash: String, session: Known, ticket: u64, now_ms: i64) {
        let mut known = self.known.lock();
        if self.ticket() != ticket {
            return;
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(hash, (session, now_ms + KEEP_MS));
    }

    /// Forgets everything: a session ended, or a user was changed.
    pub fn forget(&self) {
        let mut known = self.known.lock();
        self.changes.fetch_add(1, Ordering::AcqRel);
        known.clear();
    }
}
