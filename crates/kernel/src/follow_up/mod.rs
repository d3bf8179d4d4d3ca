//! Follow-up work: rows written with the change that caused them, claimed in the database, retried with
//! growing pauses, put aside after too many failures.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect};

use crate::Kernel;
use crate::error::Result;

/// A claim that is not finished after this time belongs to a worker that died.
const CLAIM_MS: i64 = 60_000;
/// After this many failures a row is left for a person.
const MAX_ATTEMPTS: i32 = 20;

/// Row of table `follow_up`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "follow_up")]
pub struct Model {
    /// UUID version 7; also the idempotency key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Which handler.
    pub kind: String,
    /// What about, for example a grant id. Rows of one kind and key run in order.
    pub subject: String,
    /// Not before, Unix milliseconds.
    pub due_ms: i64,
    /// Claimed until, Unix milliseconds.
    pub claimed_until_ms: i64,
    /// Failures so far.
    pub attempts: i32,
    /// Code of the last failure.
    pub last_error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Does one kind of follow-up work. Must be idempotent: it runs at least once.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Kind of row it takes.
    fn kind(&self) -> &'static str;
    /// Does the work.
    ///
    /// # Errors
    /// Any error leads to a retry.
    async fn run(&self, key: &str) -> Result<()>;
    /// Whether it may take many seconds, as when a department is asked. Such work has a queue of its own, so that
    /// nothing else waits behind it.
    fn slow(&self) -> bool {
        false
    }
}

pub(crate) async fn put<C: ConnectionTrait>(
    connection: &C,
    id: String,
    kind: &str,
    key: &str,
    due_ms: i64,
) -> Result<()> {
    let row = ActiveModel {
        id: Set(id),
        kind: Set(kind.to_owned()),
        subject: Set(key.to_owned()),
        due_ms: Set(due_ms),
        claimed_until_ms: Set(0),
        attempts: Set(0),
        last_error: Set(None),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

/// A row in hand in this process; let go when dropped.
struct InHand<'k>(&'k Kernel, &'k str);

impl<'k> InHand<'k> {
    /// Takes a row, unless it is in hand already.
    fn take(kernel: &'k Kernel, row: &'k str) -> Option<Self> {
        kernel.in_hand.lock().insert(row.to_owned()).then(|| Self(kernel, row))
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.in_hand.lock().remove(self.1);
    }
}

/// How many rows are due and not done.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(kernel: &Kernel) -> Result<u64> {
    let now = kernel.clock.now_ms();
    let due = Entity::find().filter(Column::DueMs.lte(now)).filter(Column::Attempts.lt(MAX_ATTEMPTS));
    Ok(due.count(&kernel.db).await?)
}

/// Claims and does what is due; gives how many rows were done.
///
/// # Errors
/// When the database cannot be read.
pub async fn run_due(kernel: &Kernel, handlers: &[Arc<dyn Handler>]) -> Result<usize> {
    let now = kernel.clock.now_ms();
    // Rows for others must not fill the batch.
    let kinds = handlers.iter().map(|handler| handler.kind());
    let due = Entity::find()
        .filter(Column::Kind.is_in(kinds))
        .filter(Column::DueMs.lte(now))
        .filter(Column::ClaimedUntilMs.lte(now))
        .filter(Column::Attempts.lt(MAX_ATTEMPTS))
        .order_by_asc(Column::Id)
        .limit(50)
        .all(&kernel.db)
        .await?;
    let mut done = 0;
    for row in due {
        let Some(handler) = handlers.iter().find(|handler| handler.kind() == row.kind) else { continue };
        // A claim that ran out while its worker is still at it, for slowness or because the clock was moved, is not taken twice.
        let Some(_in_hand) = InHand::take(kernel, &row.id) else { continue };
        // The condition on the old claim makes this the claim of exactly one worker on either engine.
        let claimed = Entity::update_many()
            .col_expr(Column::ClaimedUntilMs, Expr::value(now + CLAIM_MS))
            .filter(Column::Id.eq(&row.id))
            .filter(Column::ClaimedUntilMs.eq(row.claimed_until_ms))
            .exec(&kernel.db)
            .await?;
        if claimed.rows_affected != 1 {
            continue;
        }
        match handler.run(&row.subject).await {
            Ok(()) => {
                Entity::delete_by_id(&row.id).exec(&kernel.db).await?;
                done += 1;
            }
            Err(error) => {
                tracing::warn!(kind = row.kind, attempts = row.attempts + 1, error = ?error, "follow_up.failed");
                let pause = 1000 * (1_i64 << row.attempts.clamp(0, 9));
                Entity::update_many()
                    .col_expr(Column::Attempts, Expr::value(row.attempts + 1))
                    .col_expr(Column::DueMs, Expr::value(now + pause))
                    .col_expr(Column::ClaimedUntilMs, Expr::value(0_i64))
                    .col_expr(Column::LastError, Expr::value(Some(error.code().to_owned())))
                    .filter(Column::Id.eq(&row.id))
                    .exec(&kernel.db)
                    .await?;
            }
        }
    }
    Ok(done)
}

/// How long a queue rests when nothing is due.
const REST: Duration = Duration::from_secs(2);

/// Works until the task is dropped.
pub async fn work(kernel: Kernel, handlers: Vec<Arc<dyn Handler>>) {
    let (slow, quick): (Vec<_>, Vec<_>) = handlers.into_iter().partition(|handler| handler.slow());
    // A commit wakes one sleeper, which must be the quick queue.
    tokio::join!(work_off(&kernel, &quick, true), work_off(&kernel, &slow, false));
}

async fn work_off(kernel: &Kernel, handlers: &[Arc<dyn Handler>], woken: bool) {
    loop {
        match run_due(kernel, handlers).await {
            Ok(0) if woken => {
                let _either = tokio::time::timeout(REST, kernel.follow_ups.notified()).await;
            }
            Ok(0) => tokio::time::sleep(REST).await,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(error = ?error, "follow_up.work");
                tokio::time::sleep(REST).await;
            }
        }
    }
}
