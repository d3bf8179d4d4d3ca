//! A delegation ends: taken back by the head, given back by the delegate, or by itself when its time is over.

use async_trait::async_trait;
use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::follow_up::Handler;
use kernel::{Actor, Error, Result, Role};

use super::delegate::notice;
use crate::Identity;
use crate::model::{Delegation, DelegationId, DelegationState};
use crate::store;

/// Follow-up kind: the time of a delegation is over.
pub(super) const ENDS: &str = "identity.delegation.ends";

/// Ends delegations whose time is over.
pub(crate) struct Ends(pub Identity);

#[async_trait]
impl Handler for Ends {
    fn kind(&self) -> &'static str {
        ENDS
    }
    async fn run(&self, key: &str) -> Result<()> {
        let id = DelegationId(key.to_owned());
        let Some(row) = store::delegation::by_id(&self.0.kernel.db, &id).await? else { return Ok(()) };
        if row.ended_ms.is_some() || self.0.kernel.now_ms() < row.until_ms {
            return Ok(());
        }
        let until_ms = row.until_ms;
        self.0.end(&Actor::System, row, until_ms, None).await.map(|_| ())
    }
}

impl Identity {
    /// Ends a delegation before its time: its head takes it back, or its delegate gives it back.
    ///
    /// # Errors
    /// `delegation.not_found`, `identity.delegation.over` or `input.invalid`.
    pub async fn revoke_delegation(
        &self,
        actor: &Actor,
        id: &DelegationId,
        reason: &str,
    ) -> Result<Delegation> {
        let own = actor.require_user()?;
        let row = store::delegation::by_id(&self.kernel.db, id).await?;
        let row = row.filter(|row| row.principal_id == *own || row.delegate_id == *own);
        let row = row.ok_or_else(|| Error::missing(id))?;
        let mut fields = Fields::default();
        fields.text("reason", reason, 200);
        fields.finish()?;
        let now = self.kernel.now_ms();
        if !matches!(DelegationState::at(&row, now), DelegationState::Active | DelegationState::Planned) {
            return Err(over());
        }
        self.end(actor, row, now, Some(reason.trim())).await
    }

    async fn end(
        &self,
        actor: &Actor,
        row: store::delegation::Model,
        at_ms: i64,
        reason: Option<&str>,
    ) -> Result<Delegation> {
        let by = match actor {
            Actor::User { id, .. } => Some(id),
            _ => None,
        };
        let delegate = store::user::by_id(&self.kernel.db, &row.delegate_id).await?;
        let role = delegate.map_or(Ok(Role::DepartmentOperator), |user| user.known_role())?;
        let mut ended = row.clone();
        ended.ended_ms = Some(at_ms);
        ended.ended_by = by.cloned();
        ended.end_reason = reason.map(str::to_owned);
        let view = self.delegation_view(ended).await?;
        let tx = self.kernel.begin().await?;
        if !store::delegation::end(tx.connection(), &row.id, at_ms, by, reason).await? {
            return Err(over());
        }
        let (kind, zh, en) = match by {
            Some(_) => ("identity.delegation.revoked", "已撤回", "was taken back"),
            None => ("identity.delegation.ended", "已到期结束", "has ended"),
        };
        tx.notify(notice(&view, role, zh, en)).await?;
        tx.record(actor, Leaf::of(kind), reason, Some(row.id.to_string())).await?;
        let done = tx.commit().await;
        self.sessions.forget();
        done.map(|()| view)
    }
}

fn over() -> Error {
    Error::conflict(
        "identity.delegation.over",
        "此授权已经结束，无须撤回，请刷新列表。",
        "This delegation has ended already; refresh the list.",
    )
}
