//! What follows when a handover is over: parts that arrived are given up, and what was received is removed at its end.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::evidence::Leaf;
use kernel::follow_up::Handler;
use kernel::{Actor, Result};
use plan::batch::TargetQuestion;
use sea_orm::ActiveValue::Set;

use super::model::{HandoverId, HandoverState};
use super::runner::place;
use super::store;
use crate::Exchange;

/// Follow-up work: tell the receiver's agent that a handover is over.
pub(super) const OVER: &str = "exchange.document_over";
/// Stands for what became of a document until its agent has said it.
pub(super) const ASKED: &str = "asked";

struct Over(Exchange);

#[async_trait]
impl Handler for Over {
    fn kind(&self) -> &'static str {
        OVER
    }
    fn slow(&self) -> bool {
        true
    }
    async fn run(&self, key: &str) -> Result<()> {
        let exchange = &self.0;
        let id = HandoverId(key.to_owned());
        let Some(row) = store::find(&exchange.kernel.db, &id).await? else { return Ok(()) };
        let Some(to) = place(&row) else { return Ok(()) };
        // An agent that was taken away has nothing to give up.
        let known = crate::store::find(&exchange.kernel.db, &to.agent_id).await?;
        if known.is_none_or(|known| known.disabled) {
            return Ok(());
        }
        let (target, handover) = (to.target.clone(), id.0.clone());
        if row.stands() != HandoverState::Received {
            if row.digest.is_none() {
                return Ok(());
            }
            // Its last bytes may have arrived while it was called off; then the document goes with them.
            let question = TargetQuestion::RemoveDocument { target, handover };
            return exchange
                .ask_target(&to.agent_id, &row.consumer_id, &to.target, &question)
                .await
                .map(drop);
        }
        let question = TargetQuestion::RemoveDocument { target, handover };
        let said = exchange.ask_target(&to.agent_id, &row.consumer_id, &to.target, &question).await?;
        let said = said.as_str().unwrap_or("gone").to_owned();
        let leaf =
            Leaf { code: Some(said.clone()), ..exchange.handover_leaf(&row, "exchange.file.removed").await? };
        let tx = exchange.kernel.begin().await?;
        let changed = store::change(tx.connection(), row, |to| {
            to.state = Set(HandoverState::Removed.as_str().to_owned());
            to.removed = Set(Some(said));
        });
        if changed.await?.is_some() {
            tx.record(&Actor::System, leaf, None, Some(id.0.clone())).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// The handler of this work.
pub(crate) fn handler(exchange: &Exchange) -> Arc<dyn Handler> {
    Arc::new(Over(exchange.clone()))
}
