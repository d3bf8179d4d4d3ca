//! How a table with rows is brought to what is staged.

use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::delivery::PgDelivery;
use crate::{
    error::SourceError,
    target::{
        Counts,
        slot::{self, Lane, Unfit},
    },
};

/// Keys that are remembered; with more of them the server is asked whether one came twice. Sixteen megabytes.
const REMEMBERED: usize = 2_000_000;

/// Bytes that the server can hash at once with the memory it is given.
const HASHED: u64 = 128 << 20;
/// From this share of changed rows on, in hundredths, they are many.
const MANY: u64 = 20;

/// Hashes of the keys of a delivery, to tell that none came twice.
#[derive(Default)]
pub(super) struct Keys {
    hashes: Vec<u64>,
    /// There were too many.
    full: bool,
}

impl Keys {
    /// Adds the keys of a portion; says which row does not fit, in which column.
    pub(super) fn add(
        &mut self,
        lanes: &[Lane<'_>],
        key: &[usize],
        rows: usize,
    ) -> Result<(), (usize, (usize, Unfit))> {
        if self.full || self.hashes.len() + rows > REMEMBERED {
            *self = Self { hashes: Vec::new(), full: true };
            return Ok(());
        }
        for row in 0..rows {
            let mut values = Vec::with_capacity(key.len());
            for at in key {
                let Some(lane) = lanes.get(*at) else { continue };
                values.push(lane.value(row).map_err(|why| (row, (*at, why)))?);
            }
            self.hashes.push(slot::hash64(0, values.iter().map(|value| value.as_deref())));
        }
        Ok(())
    }

    /// Whether every key certainly came once.
    fn once(mut self) -> bool {
        self.hashes.sort_unstable();
        !self.full && self.hashes.is_sorted_by(|before, after| before < after)
    }
}

impl PgDelivery {
    async fn number(&self, conn: &mut PgConnection, sql: String) -> Result<u64, SourceError> {
        let (shared, name) = (&self.shared, self.table.table.as_str());
        let asked = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *conn);
        let row = shared.patient(name, self.pid, asked).await?;
        row.try_get::<i64, _>(0).map(i64::cast_unsigned).map_err(|error| shared.error(name, error))
    }

    /// Brings the rows that are there to what is staged. A join that hashes goes through both tables once, but in parts when they are
    /// large, and each part touches pages all over the table; where much has changed, rows are looked for one by one instead, in the
    /// order in which they came, which is mostly that of the table.
    async fn update(&self, conn: &mut PgConnection) -> Result<u64, SourceError> {
        let Some(update) = self.plan.merge_update() else { return Ok(0) };
        let large = self.number(conn, self.plan.stage_bytes()).await? > HASHED;
        if !large || self.number(conn, self.plan.changed_percent()).await? < MANY {
            return self.long(conn, update).await;
        }
        let joins = |on: &str| format!("SET LOCAL enable_hashjoin = {on}; SET LOCAL enable_mergejoin = {on}");
        self.long(conn, joins("off")).await?;
        let updated = self.long(conn, update).await?;
        self.long(conn, joins("DEFAULT")).await?;
        Ok(updated)
    }

    /// Brings the table to what is staged.
    pub(super) async fn end_merge(&mut self, conn: &mut PgConnection) -> Result<Counts, SourceError> {
        self.long(conn, self.plan.look_over()).await?;
        let mut counts = Counts::default();
        let once = std::mem::take(&mut self.keys).once();
        if !once && self.number(conn, self.plan.duplicates()).await? > 0 {
            counts.held = self.long(conn, self.plan.hold_duplicates(false)).await?;
        }
        let staged = self.rows.saturating_sub(counts.held);
        // As many rows as are staged, all of which are staged or all that are staged among them, are the same rows.
        if self.simple {
            counts.updated = self.update(conn).await?;
            if counts.updated < staged {
                counts.inserted = self.long(conn, self.plan.merge_insert()).await?;
            }
            if self.number(conn, self.plan.count()).await? != staged {
                counts.deleted = self.long(conn, self.plan.delete_missing()).await?;
            }
        } else {
            // What goes may have to make room for what comes.
            counts.deleted = self.long(conn, self.plan.delete_missing()).await?;
            counts.updated = self.update(conn).await?;
            if self.number(conn, self.plan.count()).await? != staged {
                counts.inserted = self.long(conn, self.plan.merge_insert()).await?;
            }
        }
        counts.unchanged = staged.saturating_sub(counts.updated + counts.inserted);
        Ok(counts)
    }
}
