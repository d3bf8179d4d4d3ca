//! The consumer takes a request back (撤回), before it is delivered.

use kernel::Actor;
use kernel::error::Result;

use super::sign::worded;
use super::step::{STAFF, To, Written};
use crate::PIN_CHANGED;
use crate::Sharing;
use crate::model::{Act, GrantState, RequestId, RequestView};
use crate::store;
use crate::store::grant_state::{Cause, StateChange};

impl Sharing {
    /// Withdraws a request; a grant that was given for it and is not yet delivered is revoked with it.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`, `input.invalid`.
    pub async fn withdraw_request(&self, actor: &Actor, id: &RequestId, reason: &str) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.consumer_id, STAFF)?;
        worded("reason", reason)?;
        self.advance(&mut request, Act::Withdraw)?;
        request.clock.stop();
        request.completion = None;
        let grant = match &request.grant_id {
            Some(grant) => store::grant::find(&self.kernel.db, grant).await?,
            None => None,
        };
        let (consumer, _) = self.names(&request).await?;
        let tx = self.kernel.begin().await?;
        self.write_request(&tx, actor, &mut request, Written::text("sharing.request.withdrawn", reason))
            .await?;
        if let Some(grant) = grant.filter(|grant| !grant.state.is_ended()) {
            let change = StateChange {
                to: GrantState::Revoked,
                reason,
                cause: Cause::Is("consumer_asked"),
                forget_report: false,
                now_ms: self.kernel.now_ms(),
            };
            store::grant_state::set_state(tx.connection(), &grant, change).await?;
            self.note_grant(&tx, actor, &grant, "sharing.grant.revoked", Some(reason)).await?;
            tx.follow_up(PIN_CHANGED, grant.id.as_str()).await?;
        }
        if request.signed_ms.is_some() {
            let words = (
                format!("{consumer}撤回了对“{}”的申请：{reason}", request.resource_name),
                format!("{consumer} withdrew its request for “{}”: {reason}", request.resource_name),
            );
            self.tell(&tx, &request, To::Provider(STAFF), "sharing.request.withdrawn", words).await?;
        }
        tx.commit().await?;
        self.view_request(actor, id).await
    }
}
