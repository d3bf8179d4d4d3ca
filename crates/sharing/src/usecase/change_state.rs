//! Suspend, resume, revoke (中止、恢复、撤销). Each acts on the very next call.

use kernel::Actor;
use kernel::error::{Error, Fields, Result};
use kernel::evidence::Leaf;
use kernel::ids::GrantId;

use super::create::GRANTORS;
use crate::model::{GrantState, GrantView};
use crate::store;
use crate::{PIN_CHANGED, Sharing};

/// What is done to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// 中止.
    Suspend,
    /// 恢复.
    Resume,
    /// 撤销.
    Revoke,
}

impl Change {
    fn kind(self) -> &'static str {
        match self {
            Change::Suspend => "sharing.grant.suspended",
            Change::Resume => "sharing.grant.resumed",
            Change::Revoke => "sharing.grant.revoked",
        }
    }

    fn target(self, from: GrantState) -> Option<GrantState> {
        match (self, from) {
            (Change::Suspend, GrantState::Active) => Some(GrantState::Suspended),
            (Change::Resume, GrantState::Suspended) => Some(GrantState::Active),
            (Change::Revoke, GrantState::Active | GrantState::Suspended | GrantState::Expired) => {
                Some(GrantState::Revoked)
            }
            _ => None,
        }
    }
}

impl Sharing {
    /// Changes the state of a grant, with a reason.
    ///
    /// # Errors
    /// `grant.state` when the grant is not in a state from which this is possible.
    pub async fn change_state(
        &self,
        actor: &Actor,
        id: &GrantId,
        change: Change,
        reason: &str,
    ) -> Result<GrantView> {
        actor.require(GRANTORS)?;
        let mut fields = Fields::default();
        fields.text("reason", reason, 500);
        fields.finish()?;
        let tx = self.kernel.begin().await?;
        let grant = store::find(tx.connection(), id).await?.ok_or_else(|| Error::missing(id))?;
        if !self.may_see(actor, &grant) {
            return Err(Error::missing(id));
        }
        actor.require_in(&grant.provider_id, GRANTORS)?;
        let now = grant.state.at(grant.valid_until_ms, self.kernel.now_ms());
        let Some(to) = change.target(now) else {
            return Err(Error::conflict(
                "grant.state",
                "授权当前的状态不能这样操作，请刷新页面后再试。",
                format!("The grant is {}; this cannot be done. Refresh the page.", now.as_str()),
            ));
        };
        store::set_state(tx.connection(), &grant, to, reason).await?;
        let organisations = self.catalog.organisations().await?;
        let resource = self.catalog.resource(&grant.resource_id).await?;
        let leaf = Leaf {
            consumer: organisations.get(&grant.consumer_id).map(|o| o.credit_code.clone()),
            provider: organisations.get(&grant.provider_id).map(|o| o.credit_code.clone()),
            resource: resource.map(|resource| resource.code),
            grant: Some(id.0.clone()),
            grant_version: Some(grant.version),
            ..Leaf::of(change.kind())
        };
        tx.record(actor, leaf, Some(reason), None).await?;
        tx.follow_up(PIN_CHANGED, id.as_str()).await?;
        tx.commit().await?;
        self.grant(actor, id).await
    }
}
