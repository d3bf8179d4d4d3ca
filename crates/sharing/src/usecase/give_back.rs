//! The consumer gives back a grant that it no longer needs (归还). It acts on the very next call, like a revocation, and for
//! good: who needs the data again requests it again.

use kernel::Actor;
use kernel::error::{Error, Fields, Result};
use kernel::ids::GrantId;
use kernel::notice::Notice;

use super::change_state::wrong_state;
use super::request::STAFF;
use crate::model::{GrantState, GrantView};
use crate::store;
use crate::store::grant_state::{Cause, StateChange};
use crate::{PIN_CHANGED, Sharing};

impl Sharing {
    /// Gives a grant of the own department back, with a reason.
    ///
    /// # Errors
    /// `grant.not_found`, `actor.*`, `input.invalid`; `grant.state` when it has ended; `grant.breach_open` while a breach
    /// waits for the provider's word; `grant.not_delivered` while its request is being delivered.
    pub async fn give_back_grant(&self, actor: &Actor, id: &GrantId, reason: &str) -> Result<GrantView> {
        actor.require(STAFF)?;
        let grant = self.grant_of_party(actor, id).await?;
        actor.require_in(&grant.consumer_id, STAFF)?;
        let mut fields = Fields::default();
        fields.text("reason", reason, 500);
        fields.finish()?;
        let now_ms = self.kernel.now_ms();
        let now = grant.state.at(grant.valid_until_ms, now_ms);
        if !matches!(now, GrantState::Active | GrantState::Suspended) {
            return Err(wrong_state(now));
        }
        // A breach stays on the record until the provider has judged what was put right.
        if now == GrantState::Suspended && self.is_breach(grant.cause.as_deref()).await? {
            return Err(Error::conflict(
                "grant.breach_open",
                "此授权因违规被中止，须先提交整改报告，由提供方恢复或者终止，不能归还了事。",
                "The grant was suspended for breach; report what was put right, and the provider resumes or ends it.",
            ));
        }
        if store::request_list::delivering(&self.kernel.db, id).await?.is_some() {
            return Err(Error::conflict(
                "grant.not_delivered",
                "此授权还在交付中，不再需要的，请撤回对应的共享申请。",
                "The grant is still being delivered; withdraw the request it comes out of.",
            ));
        }
        let organisations = self.catalog.organisations().await?;
        let consumer = organisations.name(&grant.consumer_id).to_owned();
        let name = self.catalog.resource(&grant.resource_id).await?.map(|resource| resource.name);
        let name = name.unwrap_or_default();
        let tx = self.kernel.begin().await?;
        let change = StateChange {
            to: GrantState::GivenBack,
            reason,
            cause: Cause::Gone,
            forget_report: false,
            now_ms,
        };
        store::grant_state::set_state(tx.connection(), &grant, change).await?;
        self.note_grant(&tx, actor, &grant, "sharing.grant.given_back", Some(reason)).await?;
        tx.notify(Notice {
            organisation: Some(&grant.provider_id),
            roles: STAFF,
            kind: "sharing.grant.given_back",
            link: format!("/grants/{id}"),
            zh: format!("{consumer}不再使用“{name}”，已归还授权：{reason}"),
            en: format!("{consumer} no longer uses “{name}” and gave the grant back: {reason}"),
        })
        .await?;
        tx.follow_up(PIN_CHANGED, id.as_str()).await?;
        tx.commit().await?;
        self.grant(actor, id).await
    }
}
