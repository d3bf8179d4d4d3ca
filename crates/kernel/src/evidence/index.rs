//! An index of the log in the database, for lists and filters. Derived: it can be dropped and rebuilt from
//! the log, and nothing is proved by it.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder};

use super::model::{Leaf, Opening, Payload};
use crate::Kernel;
use crate::error::{Error, Result};

/// Rows written at once. Keeps one statement under SQLite's limit of bound values.
const BATCH: u64 = 500;

/// Row of table `evidence_index`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "evidence_index")]
pub struct Model {
    /// Index in the log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub idx: i64,
    /// Kind of the leaf.
    pub kind: String,
    /// Exact time from the opening, Unix milliseconds.
    pub time_ms: i64,
    /// Call id.
    pub call: Option<String>,
    /// Outbox id.
    pub outbox: Option<String>,
    /// Consumer's credit code.
    pub consumer: Option<String>,
    /// Provider's credit code.
    pub provider: Option<String>,
    /// Resource code.
    pub resource: Option<String>,
    /// Grant id.
    pub grant_id: Option<String>,
    /// Matter code.
    pub matter: Option<String>,
    /// Agent id.
    pub agent: Option<String>,
    /// Who acted.
    pub caller: String,
    /// Idempotency key, prefixed by the caller.
    pub idempotency_key: Option<String>,
    /// Digest of the answer.
    pub digest: Option<String>,
    /// Code of a refusal.
    pub code: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Highest index in the table plus one.
async fn indexed_size<C: ConnectionTrait>(connection: &C) -> Result<u64> {
    let last = Entity::find().order_by_desc(Column::Idx).one(connection).await?;
    Ok(last.map_or(0, |row| u64::try_from(row.idx).unwrap_or(0) + 1))
}

/// True when an outbox row is in the log already.
pub(crate) async fn has_outbox<C: ConnectionTrait>(connection: &C, id: &str) -> Result<bool> {
    Ok(Entity::find().filter(Column::Outbox.eq(id)).one(connection).await?.is_some())
}

/// Indexes every entry that is not yet in the table.
///
/// # Errors
/// When the log or the database cannot be read.
pub async fn catch_up(kernel: &Kernel) -> Result<()> {
    let mut from = indexed_size(&kernel.db).await?;
    while from < kernel.evidence.log().size() {
        let until = kernel.evidence.log().size().min(from + BATCH);
        let mut rows = Vec::new();
        for index in from..until {
            rows.push(row(kernel, index)?);
        }
        // Another worker may have been there first; the rows are the same.
        Entity::insert_many(rows)
            .on_conflict(OnConflict::column(Column::Idx).do_nothing().to_owned())
            .exec_without_returning(&kernel.db)
            .await?;
        from = until;
    }
    Ok(())
}

fn row(kernel: &Kernel, index: u64) -> Result<ActiveModel> {
    let read = |error: ledger::Error| Error::internal("evidence.read", error);
    let decode = |error: serde_json::Error| Error::internal("evidence.decode", error);
    let log = kernel.evidence.log();
    let leaf: Leaf = serde_json::from_slice(&log.entry(index).map_err(read)?).map_err(decode)?;
    let payload = log
        .sidecar(index)
        .map_err(read)?
        .and_then(|bytes| serde_json::from_slice::<Opening>(&bytes).ok())
        .and_then(|opening| serde_json::from_str::<Payload>(&opening.payload).ok());
    let (time_ms, caller, key) =
        payload.map_or((leaf.t * 1000, String::new(), None), |p| (p.time_ms, p.caller, p.idempotency_key));
    Ok(ActiveModel {
        idx: Set(i64::try_from(index).unwrap_or(i64::MAX)),
        kind: Set(leaf.kind),
        time_ms: Set(time_ms),
        call: Set(leaf.call),
        outbox: Set(leaf.outbox),
        consumer: Set(leaf.consumer),
        provider: Set(leaf.provider),
        resource: Set(leaf.resource),
        grant_id: Set(leaf.grant),
        matter: Set(leaf.matter),
        agent: Set(leaf.agent),
        idempotency_key: Set(key.map(|key| format!("{caller}/{key}"))),
        caller: Set(caller),
        digest: Set(leaf.agent_digest),
        code: Set(leaf.code),
    })
}

/// Keeps the index behind the log until the task is dropped.
pub async fn follow(kernel: Kernel) {
    loop {
        if let Err(error) = catch_up(&kernel).await {
            tracing::error!(error = ?error, "evidence.index");
        }
        kernel.evidence.wait_appended().await;
        // Under load one pass takes many entries; the pause keeps passes few.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
