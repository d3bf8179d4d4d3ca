//! Looks that are taken by themselves: after a publication or another mount, and again when a report has grown old.
//!
//! One row of follow-up work waits for each resource; the table says for when, so that a row left earlier is void. An agent
//! or a source that is away puts the look off, by growing pauses and without end. A node that wants no looks by themselves
//! is asked now and then whether that is still so.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kernel::follow_up::Handler;
use kernel::ids::ResourceId;
use kernel::{Actor, Error, Kernel, Result, Tx};

use super::{LOOK_DAYS, QUALITY_LOOK, store};
use crate::Exchange;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
/// Whether the setting was changed is seen after that many days at the latest.
const WAKE_DAYS: i64 = 90;
/// An agent that answers at all answers in this time; longer would outlast the claim on the work.
const PATIENCE: Duration = Duration::from_secs(40);

/// A look that is left to be taken by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub id: ResourceId,
    pub due_ms: i64,
    /// Only if the report has grown old by then; otherwise the mount or the entry is another.
    pub again: bool,
}

impl Turn {
    /// Leaves it as follow-up work.
    pub(super) async fn leave(&self, tx: &Tx<'_>) -> Result<()> {
        let reason = if self.again { "again" } else { "new" };
        tx.follow_up_at(QUALITY_LOOK, &format!("{}@{}@{reason}", self.id, self.due_ms), self.due_ms).await
    }

    fn parse(key: &str) -> Option<Self> {
        let mut parts = key.rsplitn(3, '@');
        let again = parts.next()? == "again";
        let due_ms = parts.next()?.parse().ok()?;
        Some(Self { id: ResourceId(parts.next()?.to_owned()), due_ms, again })
    }
}

/// When a report taken then is to be looked at again, or the setting is.
pub(super) async fn next_look(kernel: &Kernel, taken_ms: i64, now_ms: i64) -> Result<i64> {
    let wake_ms = now_ms + WAKE_DAYS * DAY_MS;
    let days = kernel.number(&LOOK_DAYS).await?;
    Ok(if days == 0 { wake_ms } else { wake_ms.min(taken_ms + days * DAY_MS) })
}

impl Exchange {
    /// Has a published, mounted resource looked at soon.
    pub(crate) async fn plan_quality(&self, id: &ResourceId) -> Result<()> {
        let subject = self.quality_subject(id).await?;
        if !subject.is_some_and(|subject| subject.resource.state.in_force()) {
            return Ok(());
        }
        let due_ms = self.kernel.now_ms();
        let tx = self.kernel.begin().await?;
        store::plan(tx.connection(), id, due_ms).await?;
        Turn { id: id.clone(), due_ms, again: false }.leave(&tx).await?;
        tx.commit().await
    }

    async fn take_turn(&self, turn: &Turn) -> Result<()> {
        let Some(row) = store::find(&self.kernel.db, &turn.id).await? else { return Ok(()) };
        if row.due_ms != turn.due_ms {
            return Ok(());
        }
        let now_ms = self.kernel.now_ms();
        if !self.wanted(turn, &row, now_ms).await? {
            let due_ms = next_look(&self.kernel, row.taken_ms.unwrap_or(now_ms), now_ms).await?;
            return self.put_off(&row, Turn { due_ms, ..turn.clone() }, None).await;
        }
        // What is not in force, or not mounted, is looked at when it is again.
        let subject = self.quality_subject(&turn.id).await?;
        let Some(subject) = subject.filter(|subject| subject.resource.state.in_force()) else {
            return Ok(());
        };
        match self.look(&subject, PATIENCE).await {
            Ok(seen) => self.keep(&Actor::System, &subject.resource, &seen, Some(row.due_ms)).await,
            Err(error) => {
                let due_ms = now_ms + (MINUTE_MS << row.failures.clamp(0, 11)).min(DAY_MS);
                self.put_off(&row, Turn { due_ms, ..turn.clone() }, Some(&error)).await
            }
        }
    }

    /// Whether the node wants looks by themselves, and this one now.
    async fn wanted(&self, turn: &Turn, row: &store::Model, now_ms: i64) -> Result<bool> {
        let days = self.kernel.number(&LOOK_DAYS).await?;
        let old = row.taken_ms.is_none_or(|taken_ms| taken_ms + days * DAY_MS <= now_ms);
        Ok(days > 0 && (!turn.again || old))
    }

    async fn put_off(&self, row: &store::Model, next: Turn, failure: Option<&Error>) -> Result<()> {
        let code = failure.map(Error::code);
        if let Some(code) = code {
            tracing::info!(resource = row.resource_id.as_str(), code, "exchange.quality.put_off");
        }
        let tx = self.kernel.begin().await?;
        if store::put_off(tx.connection(), row, next.due_ms, code).await? {
            next.leave(&tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

struct Look(Exchange);

#[async_trait]
impl Handler for Look {
    fn kind(&self) -> &'static str {
        QUALITY_LOOK
    }
    fn slow(&self) -> bool {
        true
    }
    async fn run(&self, key: &str) -> Result<()> {
        let turn =
            Turn::parse(key).ok_or_else(|| Error::internal("exchange.follow_up_key", key.to_owned()))?;
        self.0.take_turn(&turn).await
    }
}

/// The handler of these looks.
pub(crate) fn handler(exchange: &Exchange) -> Arc<dyn Handler> {
    Arc::new(Look(exchange.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A turn is read back out of its key, whatever stands in the id.
    #[test]
    fn a_turn_has_a_key() {
        let turn = Turn::parse("a@b@1790000000000@again").expect("a turn");
        assert_eq!(turn, Turn { id: ResourceId("a@b".to_owned()), due_ms: 1_790_000_000_000, again: true });
        assert!(!Turn::parse("a@1@new").expect("a turn").again);
        assert_eq!(Turn::parse("a@soon@new"), None);
    }
}
