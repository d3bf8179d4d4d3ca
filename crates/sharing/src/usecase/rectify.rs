//! After a suspension for breach the consumer reports what it has put right (整改报告); the provider then resumes or ends
//! the grant.

use kernel::error::{Error, Fields, Result};
use kernel::ids::GrantId;
use kernel::notice::Notice;
use kernel::{Actor, Role};

use super::request::STAFF;
use crate::Sharing;
use crate::model::{GrantState, GrantView, TimelineEvent};
use crate::store;
use crate::usecase::record::Subject;

impl Sharing {
    /// Hands in a report of rectification.
    ///
    /// # Errors
    /// `grant.not_found`, `actor.*`, `grant.not_suspended`, `input.invalid`.
    pub async fn rectify(&self, actor: &Actor, id: &GrantId, text: &str) -> Result<GrantView> {
        actor.require(STAFF)?;
        let grant = self.grant_of_party(actor, id).await?;
        actor.require_in(&grant.consumer_id, STAFF)?;
        let mut fields = Fields::default();
        fields.text("text", text, 4000);
        fields.finish()?;
        if grant.state != GrantState::Suspended {
            return Err(Error::conflict(
                "grant.not_suspended",
                "此授权没有被中止，无需提交整改报告。",
                "The grant is not suspended; no report is needed.",
            ));
        }
        let organisations = self.catalog.organisations().await?;
        let consumer = organisations.name(&grant.consumer_id).to_owned();
        let tx = self.kernel.begin().await?;
        store::grant_state::set_report(tx.connection(), &grant, text, self.kernel.now_ms()).await?;
        self.note_grant(&tx, actor, &grant, "sharing.grant.rectified", Some(text)).await?;
        tx.notify(Notice {
            organisation: Some(&grant.provider_id),
            roles: &[Role::DepartmentHead],
            kind: "sharing.grant.rectified",
            link: format!("/grants/{id}"),
            zh: format!("{consumer}已提交整改报告，请决定恢复或者终止授权。"),
            en: format!("{consumer} has handed in its report; resume or end the grant."),
        })
        .await?;
        tx.commit().await?;
        self.grant(actor, id).await
    }

    /// What happened to a grant, oldest first.
    ///
    /// # Errors
    /// `grant.not_found`.
    pub async fn grant_timeline(&self, actor: &Actor, id: &GrantId) -> Result<Vec<TimelineEvent>> {
        self.grant_of_party(actor, id).await?;
        self.timeline(Subject::Grant(id)).await
    }
}
