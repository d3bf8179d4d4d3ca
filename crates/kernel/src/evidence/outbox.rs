//! Evidence of state changes: written as a row in the same transaction as the change, appended to the log
//! right after the commit. A crash in between leaves the row; the next start appends it, once.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect};

use super::index;
use super::model::{Leaf, Opening};
use crate::Kernel;
use crate::error::{Error, Result};

/// Row of table `evidence_outbox`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "evidence_outbox")]
pub struct Model {
    /// UUID version 7, so that rows sort by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// JSON of [`Leaf`].
    #[sea_orm(column_type = "Text")]
    pub leaf: String,
    /// JSON of [`Opening`].
    #[sea_orm(column_type = "Text")]
    pub opening: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// Writes one row within the caller's transaction.
pub(crate) async fn put<C: ConnectionTrait>(
    connection: &C,
    id: String,
    leaf: &Leaf,
    opening: &Opening,
) -> Result<()> {
    let encode = |error: serde_json::Error| Error::internal("evidence.encode", error);
    let row = ActiveModel {
        id: Set(id),
        leaf: Set(serde_json::to_string(leaf).map_err(encode)?),
        opening: Set(serde_json::to_string(opening).map_err(encode)?),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

impl Kernel {
    /// Appends what waits in the outbox, in order; gives the index of the last entry appended.
    ///
    /// # Errors
    /// `evidence.unavailable` when the log cannot be written; the rows stay.
    pub async fn drain_outbox(&self) -> Result<Option<u64>> {
        let _one_at_a_time = self.outbox_turn.lock().await;
        let mut last = None;
        loop {
            let rows = Entity::find().order_by_asc(Column::Id).limit(100).all(&self.db).await?;
            if rows.is_empty() {
                return Ok(last);
            }
            for row in rows {
                let decode = |error: serde_json::Error| Error::internal("evidence.decode", error);
                let leaf: Leaf = serde_json::from_str(&row.leaf).map_err(decode)?;
                let opening: Opening = serde_json::from_str(&row.opening).map_err(decode)?;
                last = Some(self.evidence.append(&leaf, &opening).await?.index);
                Entity::delete_by_id(row.id).exec(&self.db).await?;
            }
        }
    }

    /// At the start: lets the index catch up with the log, drops outbox rows that reached the log before
    /// a crash, appends the rest.
    ///
    /// # Errors
    /// As [`Kernel::drain_outbox`].
    pub async fn recover_outbox(&self) -> Result<()> {
        index::catch_up(self).await?;
        for row in Entity::find().all(&self.db).await? {
            if index::has_outbox(&self.db, &row.id).await? {
                Entity::delete_by_id(row.id).exec(&self.db).await?;
            }
        }
        self.drain_outbox().await.map(|_| ())
    }
}
