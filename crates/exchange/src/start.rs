//! What the path needs before its first call: today's counts, read back from the evidence, and the copies that stand.

use std::collections::HashMap;

use kernel::Result;
use kernel::clock::{SHANGHAI_OFFSET_MS, shanghai_day};
use kernel::evidence::index;
use kernel::ids::GrantId;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use crate::Exchange;

/// Kinds of entries that count against a grant's quota.
const COUNTED: [&str; 4] =
    ["exchange.query", "exchange.verify", "exchange.copy.counted", "exchange.copy.compared"];

impl Exchange {
    /// Restores the day's counters, so that a restart gives no fresh quota, and learns which copies are held.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn restore(&self) -> Result<()> {
        self.restore_copies().await?;
        let now_ms = self.kernel.now_ms();
        let midnight = shanghai_day(now_ms) * 86_400_000 - SHANGHAI_OFFSET_MS;
        let used: Vec<(Option<String>, i64)> = index::Entity::find()
            .select_only()
            .column(index::Column::GrantId)
            .column_as(index::Column::Idx.count(), "used")
            .filter(index::Column::TimeMs.gte(midnight))
            .filter(index::Column::Kind.is_in(COUNTED))
            .group_by(index::Column::GrantId)
            .into_tuple()
            .all(&self.kernel.db)
            .await?;
        let counts: HashMap<_, _> = used.into_iter().collect();
        for (grant, count) in counts {
            if let Some(grant) = grant {
                self.quotas.restore(&GrantId(grant), u64::try_from(count).unwrap_or(0), now_ms);
            }
        }
        Ok(())
    }
}
