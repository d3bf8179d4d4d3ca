//! What a source keeps for a subscription that is over is given up: a replication slot that nobody reads fills the disk of the
//! department.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kernel::follow_up::Handler;
use kernel::{Error, Result};
use plan::batch::TargetQuestion;
use wire::proto::{TargetQuestion as Question, metadata_request::What};

use super::model::{MethodView, SubscriptionId};
use super::store;
use crate::Exchange;

/// Follow-up work: tell the provider's agent that a subscription is over.
pub(super) const FORGET: &str = "exchange.subscription_over";
/// An agent that answers at all answers in this time.
const PATIENCE: Duration = Duration::from_secs(30);

struct Forget(Exchange);

#[async_trait]
impl Handler for Forget {
    fn kind(&self) -> &'static str {
        FORGET
    }
    fn slow(&self) -> bool {
        true
    }
    async fn run(&self, key: &str) -> Result<()> {
        let exchange = &self.0;
        let id = SubscriptionId(key.to_owned());
        let Some(row) = store::find(&exchange.kernel.db, &id).await? else { return Ok(()) };
        if row.said()?.method != MethodView::Changes {
            return Ok(());
        }
        // The grant may be gone; where the resource is mounted is still known.
        let Some(mounted) = exchange.catalog.mount_of(&row.resource_id).await? else { return Ok(()) };
        let mount = mounted.mount;
        let Some(agent) = crate::store::find(&exchange.kernel.db, &mount.agent_id).await? else {
            return Ok(());
        };
        let question = TargetQuestion::Forget { source: mount.source.clone(), subscription: id.0 };
        let json = serde_json::to_vec(&question)
            .map_err(|error| Error::internal("exchange.question_encode", error))?;
        let what = What::Target(Question { json: json.into() });
        exchange.ask_agent(&agent, &mount.source, what, PATIENCE).await.map(drop)
    }
}

/// The handler of this work.
pub(crate) fn handler(exchange: &Exchange) -> Arc<dyn Handler> {
    Arc::new(Forget(exchange.clone()))
}
