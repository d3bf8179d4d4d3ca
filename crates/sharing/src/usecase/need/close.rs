//! Close a need (办结): it is met, or no longer felt.

use kernel::error::Result;
use kernel::{Actor, Role};

use crate::Sharing;
use crate::model::{NeedId, NeedState, NeedView};
use crate::usecase::request::{STAFF, worded};

impl Sharing {
    /// Closes a need.
    ///
    /// # Errors
    /// `need.not_found`, `actor.*`, `need.state`, `input.invalid`.
    pub async fn close_need(&self, actor: &Actor, id: &NeedId, reason: &str) -> Result<NeedView> {
        let mut need = self.open_need(actor, id).await?;
        actor.require_in(&need.consumer_id, &[STAFF, &[Role::BusinessOperator]].concat())?;
        worded("reason", reason)?;
        Self::need_in(
            &need,
            &[NeedState::Open, NeedState::Committed, NeedState::Designated, NeedState::Listed],
        )?;
        need.state = NeedState::Closed;
        need.closing = Some(reason.to_owned());
        need.clock.stop();
        let title = need.content.title.clone();
        let tx = self.kernel.begin().await?;
        self.write_need(&tx, actor, &mut need, "sharing.need.closed", Some(reason)).await?;
        let words = (
            format!("数据需求“{title}”已办结：{reason}"),
            format!("The need “{title}” was closed: {reason}"),
        );
        if let Some(responsible) = &need.responsible_id {
            let (to, words) = (Some(responsible), words.clone());
            self.tell_need(&tx, &need, to, STAFF, "sharing.need.closed", words).await?;
        }
        if !actor.is_of(&need.consumer_id) {
            self.tell_need(&tx, &need, Some(&need.consumer_id), STAFF, "sharing.need.closed", words).await?;
        }
        tx.commit().await?;
        self.view_need(actor, id).await
    }
}
