//! Which attempts go on: begins what is due, writes down how each ended, and ends what has run out of time.

use std::sync::atomic::Ordering;
use std::time::Duration;

use kernel::evidence::{Leaf, Payload};
use kernel::{Actor, Error, Result};
use plan::model::{Call, KeyValue, Shape};
use sea_orm::ActiveValue::Set;
use sharing::book::Usable;

use super::Attempt;
use super::drive::{Begun, Done, Ordered, drive};
use super::model::{HandoverId, HandoverState, PlaceInput};
use super::over::OVER;
use super::store::{self, Model};
use crate::Exchange;
use crate::leave::{in_force, no_grant};
use crate::subscriptions::model::Notice;

/// How often it is looked what is due.
const LOOK: Duration = Duration::from_millis(500);
/// Attempts at the same time at one hub.
const MOST: usize = 16;
const SECOND_MS: i64 = 1_000;
/// Longest pause after attempts that broke off.
const LONGEST_PAUSE_MS: i64 = 10 * 60 * SECOND_MS;
/// Attempts after which a document that arrives damaged again and again is given up.
const MOST_DAMAGED: i32 = 3;

/// After these a person has to begin anew; all else is tried again until its time is over.
const FINAL: &[&str] = &[
    "authorise.no_grant",
    "authorise.expired",
    "authorise.shape",
    "authorise.offline",
    "document.unknown",
    "document.changed",
    "document.infected",
    "plan.no_documents",
    "plan.item_not_granted",
    "plan.item_not_mounted",
    "plan.purpose_not_granted",
    "plan.client_not_granted",
    "plan.key_not_mounted",
    "plan.subject_invalid",
    "agent.denied",
    "target.unknown",
    "agent.not_found",
];

impl Exchange {
    /// Begins attempts and ends what has run out of time, until it is dropped.
    pub async fn run_documents(self) {
        if let Err(error) = store::take_up(&self.kernel.db, self.kernel.now_ms()).await {
            tracing::error!(error = ?error, "exchange.documents.take_up");
        }
        loop {
            if let Err(error) = self.look_at_documents().await {
                tracing::error!(error = ?error, "exchange.documents.look");
            }
            let _ = tokio::time::timeout(LOOK, self.moving.wake.notified()).await;
        }
    }

    async fn look_at_documents(&self) -> Result<()> {
        let now = self.kernel.now_ms();
        for row in store::over(&self.kernel.db, now).await? {
            self.run_out(row).await?;
        }
        let free = MOST.saturating_sub(self.moving.count());
        for row in store::due(&self.kernel.db, now, free as u64).await? {
            let Some(attempt) = self.moving.enter(&row.id) else { continue };
            let id = row.id.clone();
            let moving = store::change(&self.kernel.db, row, |to| {
                to.state = Set(HandoverState::Moving.as_str().to_owned());
                to.due_ms = Set(None);
            });
            match moving.await {
                Ok(Some(row)) => {
                    let exchange = self.clone();
                    tokio::spawn(async move {
                        if let Err(error) = exchange.attempt(row, &attempt).await {
                            tracing::error!(handover = id.as_str(), error = ?error, "exchange.documents.attempt");
                        }
                        exchange.moving.leave(&id);
                    });
                }
                Ok(None) => self.moving.leave(&id),
                Err(error) => {
                    self.moving.leave(&id);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Its time is over.
    async fn run_out(&self, row: Model) -> Result<()> {
        if let Some(attempt) = self.moving.of(&row.id) {
            // It is looked at again when it has ended.
            attempt.stop.cancel();
            return Ok(());
        }
        let (id, received) = (row.id.clone(), row.stands() == HandoverState::Received);
        let tx = self.kernel.begin().await?;
        let changed = store::change(tx.connection(), row, |to| {
            if received {
                // What becomes of the document is filled in by the work that follows.
                to.removed = Set(Some(super::over::ASKED.to_owned()));
            } else {
                to.state = Set(HandoverState::Lapsed.as_str().to_owned());
                to.due_ms = Set(None);
            }
        });
        if changed.await?.is_some() {
            tx.follow_up(OVER, id.as_str()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn attempt(&self, row: Model, attempt: &Attempt) -> Result<()> {
        let id = row.id.clone();
        let carried = async {
            let ordered = self.order_document(&row).await?;
            let begun = async |begun: &Begun| self.document_begun(&id, begun).await;
            let done = drive(self, &ordered, attempt, begun).await?;
            Ok((ordered, done))
        };
        match carried.await {
            Ok((ordered, done)) => self.document_received(&id, &ordered.usable, done).await,
            Err(error) => self.document_broke(&id, attempt, &error).await,
        }
    }

    /// What is asked of the two agents now.
    async fn order_document(&self, row: &Model) -> Result<Ordered> {
        let book = self.sharing.book().await?;
        let usable = book.get(&row.grant_id).filter(|usable| usable.grant.consumer_id == row.consumer_id);
        let usable = usable.ok_or_else(no_grant)?.clone();
        in_force(&usable, self.kernel.now_ms(), Shape::File)?;
        let to = place(row).ok_or_else(no_grant)?;
        let purpose: sharing::model::PurposeView = crate::subscriptions::store::read(&row.purpose)?;
        let call = Call {
            call: row.id.0.clone(),
            grant: usable.grant.id.0.clone(),
            pin_digest: usable.pin_digest.clone(),
            shape: Shape::File,
            subject: KeyValue { item: name_item(&usable)?, value: row.document.clone() },
            items: told_items(&usable),
            claims: Vec::new(),
            narrow: plan::model::RowFilter::default(),
            purpose: (&purpose).into(),
            case: row.case_no.clone(),
            caller: row.caller.clone(),
        };
        Ok(Ordered { usable, call, to, digest: row.digest.clone() })
    }

    /// The document is known, and its entry is in the log.
    async fn document_begun(&self, id: &HandoverId, begun: &Begun) -> Result<()> {
        let Some(row) = store::find(&self.kernel.db, id).await? else { return Ok(()) };
        let first = row.first_index;
        let changed = store::change(&self.kernel.db, row, |to| {
            to.bytes = Set(i64::try_from(begun.head.bytes).ok());
            to.digest = Set(Some(begun.head.digest.clone()));
            to.provider_clean = Set(Some(begun.head.scanned));
            to.first_index = Set(first.or(i64::try_from(begun.index).ok()));
        });
        changed.await.map(drop)
    }

    async fn document_received(&self, id: &HandoverId, usable: &Usable, done: Done) -> Result<()> {
        let Some(row) = store::find(&self.kernel.db, id).await? else { return Ok(()) };
        if row.stands() != HandoverState::Moving {
            // It was called off while its last bytes arrived: what lies there is taken away again.
            let tx = self.kernel.begin().await?;
            tx.follow_up(OVER, id.as_str()).await?;
            return tx.commit().await;
        }
        let mut leaf = Leaf {
            call: Some(id.0.clone()),
            consumer: Some(usable.pin.grant.consumer.clone()),
            provider: Some(usable.provider.credit_code.clone()),
            resource: Some(usable.resource_code.clone()),
            grant: Some(row.grant_id.0.clone()),
            grant_version: Some(usable.grant.version),
            agent: row.agent_id.as_ref().map(|agent| agent.0.clone()),
            agent_index: Some(done.agent_index),
            agent_digest: Some(done.kept.digest.clone()),
            rows: Some(1),
            ..Leaf::of("exchange.file.received")
        };
        let now = self.kernel.now_ms();
        let payload = Payload { caller: Actor::System.label(), ..Payload::default() };
        let opening = self.kernel.evidence.seal(&mut leaf, payload);
        let recorded = self.kernel.evidence.append(&leaf, &opening).await?;
        let changed = store::change(&self.kernel.db, row, |to| {
            to.state = Set(HandoverState::Received.as_str().to_owned());
            to.notice = Set(None);
            to.failures = Set(0);
            to.moved = Set(i64::try_from(done.kept.bytes).unwrap_or(i64::MAX));
            to.receiver_clean = Set(Some(done.kept.scanned));
            to.path = Set(Some(done.kept.path.clone()));
            to.received_ms = Set(Some(now));
            to.receipt_index = Set(i64::try_from(recorded.index).ok());
        });
        changed.await.map(drop)
    }

    async fn document_broke(&self, id: &HandoverId, attempt: &Attempt, error: &Error) -> Result<()> {
        let Some(row) = store::find(&self.kernel.db, id).await? else { return Ok(()) };
        if row.stands() != HandoverState::Moving {
            // Somebody called it off meanwhile, and has said what it is now.
            return Ok(());
        }
        let now = self.kernel.now_ms();
        let arrived = attempt.moved.load(Ordering::Relaxed);
        let began = attempt.began.lock().map_or(arrived, |(_, from)| from);
        // What moved has not broken off in a row.
        let failures = if arrived > began { 1 } else { row.failures.saturating_add(1) };
        let by_hand = error.code() == "run.stopped";
        let damaged = error.code() == "document.damaged" && row.failures + 1 >= MOST_DAMAGED;
        let failed = !by_hand && (FINAL.contains(&error.code()) || damaged);
        let state = if failed { HandoverState::Failed } else { HandoverState::Waiting };
        let notice = crate::subscriptions::store::write(&Notice::from(error))?;
        let pause = (SECOND_MS << failures.clamp(0, 10)).min(LONGEST_PAUSE_MS);
        let leaf = self.handover_leaf(&row, "exchange.file.failed").await?;
        let tx = self.kernel.begin().await?;
        let changed = store::change(tx.connection(), row, |to| {
            to.state = Set(state.as_str().to_owned());
            to.moved = Set(i64::try_from(arrived).unwrap_or(i64::MAX));
            if !by_hand {
                to.notice = Set(Some(notice));
                to.failures = Set(failures);
            }
            to.due_ms = Set((!failed).then_some(now + pause));
        });
        if changed.await?.is_none() {
            return Ok(());
        }
        if failed {
            let leaf = Leaf { code: Some(error.code().to_owned()), ..leaf };
            tx.record(&Actor::System, leaf, None, Some(id.0.clone())).await?;
            tx.follow_up(OVER, id.as_str()).await?;
        }
        tx.commit().await
    }
}

/// Where it goes, when that is known.
pub(super) fn place(row: &Model) -> Option<PlaceInput> {
    Some(PlaceInput { agent_id: row.agent_id.clone()?, target: row.target.clone()? })
}

/// Items that are told about a document.
fn told_items(usable: &Usable) -> Vec<String> {
    usable.grant.items.iter().filter(|item| !item.verify_only).map(|item| item.item.clone()).collect()
}

/// The item that names a document.
///
/// # Errors
/// `plan.document_key`.
pub(super) fn name_item(usable: &Usable) -> Result<String> {
    let clear = |key: &&String| {
        usable.grant.items.iter().any(|item| item.item == **key && !item.masked && !item.verify_only)
    };
    usable.pin.mount.keys.iter().find(clear).cloned().ok_or_else(|| {
        Error::forbidden(
            "plan.document_key",
            "授权没有以明文包含文件名称，无法列出或指定文件；请申请变更授权。",
            "The grant does not hold the document's name in clear, so that none can be listed or named; ask for a change.",
        )
    })
}
