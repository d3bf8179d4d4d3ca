//! The consumer has filled the gaps (补正); its head signs again, and the clock begins anew with that.

use kernel::Actor;
use kernel::error::Result;

use super::step::{STAFF, Written};
use crate::Sharing;
use crate::model::{Act, RequestId, RequestView};

impl Sharing {
    /// Gives a completed request to the own head.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`.
    pub async fn complete_request(&self, actor: &Actor, id: &RequestId) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.consumer_id, STAFF)?;
        self.advance(&mut request, Act::Complete)?;
        let tx = self.kernel.begin().await?;
        self.write_request(&tx, actor, &mut request, Written::of("sharing.request.completed")).await?;
        self.ask_for_signature(&tx, &request).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }
}
