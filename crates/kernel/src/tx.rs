//! One transaction that carries a state change, its evidence and its follow-up work.

use sea_orm::{DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use crate::Kernel;
use crate::actor::Actor;
use crate::error::Result;
use crate::evidence::{Leaf, Payload, outbox};
use crate::follow_up;
use crate::ids;

/// An open transaction. Dropped without [`Tx::commit`] it changes nothing.
pub struct Tx<'k> {
    kernel: &'k Kernel,
    connection: DatabaseTransaction,
}

impl Kernel {
    /// Opens a transaction.
    ///
    /// # Errors
    /// When the database is not there.
    pub async fn begin(&self) -> Result<Tx<'_>> {
        // SQLite: take the write lock at once, so that two writers wait for each other rather than fail half-way.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Tx { kernel: self, connection: self.db.begin_with_options(options).await? })
    }
}

impl Tx<'_> {
    /// The connection for queries of this transaction.
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.connection
    }

    /// Writes evidence of what this transaction changes. `detail` says what, in plain JSON or words.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub async fn record(
        &self,
        actor: &Actor,
        leaf: Leaf,
        reason: Option<&str>,
        detail: Option<String>,
    ) -> Result<()> {
        self.record_entry(actor, leaf, reason, detail).await.map(drop)
    }

    /// As [`Tx::record`], and gives the id under which the index of the log finds the entry again.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub async fn record_entry(
        &self,
        actor: &Actor,
        mut leaf: Leaf,
        reason: Option<&str>,
        detail: Option<String>,
    ) -> Result<String> {
        let id = ids::new_uuid(&*self.kernel.clock, &*self.kernel.entropy).to_string();
        leaf.outbox = Some(id.clone());
        if leaf.consumer.is_none() {
            leaf.consumer = actor.organisation().map(|own| own.credit_code.clone());
        }
        let opening = self.kernel.evidence.seal(
            &mut leaf,
            Payload {
                caller: actor.label(),
                reason: reason.map(str::to_owned),
                detail,
                ..Payload::default()
            },
        );
        outbox::put(&self.connection, id.clone(), &leaf, &opening).await?;
        Ok(id)
    }

    /// Leaves work to be done after the commit, at least once, until it succeeds.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub async fn follow_up(&self, kind: &str, key: &str) -> Result<()> {
        let id = ids::new_uuid(&*self.kernel.clock, &*self.kernel.entropy).to_string();
        follow_up::put(&self.connection, id, kind, key, self.kernel.clock.now_ms()).await
    }

    /// Leaves work to be done not before a time: a reminder, a clock that runs out.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub async fn follow_up_at(&self, kind: &str, key: &str, due_ms: i64) -> Result<()> {
        let id = ids::new_uuid(&*self.kernel.clock, &*self.kernel.entropy).to_string();
        follow_up::put(&self.connection, id, kind, key, due_ms).await
    }

    /// The kernel it was opened on.
    pub(crate) fn kernel(&self) -> &Kernel {
        self.kernel
    }

    /// Commits, then makes the evidence durable in the log and wakes the workers.
    ///
    /// # Errors
    /// When the commit fails nothing has changed. When only the log cannot be written the change stands,
    /// its evidence waits in the outbox, and the caller is told `evidence.unavailable`.
    pub async fn commit(self) -> Result<()> {
        self.connection.commit().await?;
        self.kernel.bump_revision();
        self.kernel.follow_ups.notify_one();
        self.kernel.drain_outbox().await.map(|_| ())
    }
}
