//! Lists delegations.

use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result, Role};

use crate::Identity;
use crate::model::{Delegation, DelegationState};
use crate::store;
use crate::store::delegation::Scope;

impl Identity {
    pub(super) async fn delegation_view(&self, row: store::delegation::Model) -> Result<Delegation> {
        let organisation = self.known_organisation(&row.organisation_id).await?;
        Ok(Delegation {
            state: DelegationState::at(&row, self.kernel.now_ms()),
            principal_name: self.name_of(&row.principal_id).await?,
            delegate_name: self.name_of(&row.delegate_id).await?,
            organisation_name: organisation.name,
            id: row.id,
            principal_id: row.principal_id,
            delegate_id: row.delegate_id,
            organisation_id: row.organisation_id,
            from_ms: row.from_ms,
            until_ms: row.until_ms,
            reason: row.reason,
            created_ms: row.created_ms,
            ended_ms: row.ended_ms,
            end_reason: row.end_reason,
        })
    }

    /// Delegations: auditors see all, heads those of their department, others those to which they are a party.
    ///
    /// # Errors
    /// `actor.user`.
    pub async fn list_delegations(&self, actor: &Actor, query: &ListQuery) -> Result<Page<Delegation>> {
        let user = actor.require_user()?;
        let scope = match (actor.role(), actor.organisation()) {
            (Some(Role::SecurityAuditor), _) => Scope::All,
            (Some(Role::DepartmentHead), Some(own)) => Scope::Organisation(&own.id),
            _ => Scope::Party(user),
        };
        let (rows, total) = store::delegation::list(&self.kernel.db, query, scope).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(self.delegation_view(row).await?);
        }
        Ok(Page::new(all, total, query))
    }
}
