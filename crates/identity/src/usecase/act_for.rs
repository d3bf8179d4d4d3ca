//! Switches a session to standing in for somebody, and back.

use kernel::evidence::Leaf;
use kernel::ids::UserId;
use kernel::{Actor, Error, Result, Role};

use crate::Identity;
use crate::doors::console;
use crate::model::{ActingFor, DelegationId, DelegationState, SessionView};
use crate::store;

impl Identity {
    /// The delegation under which that user may stand in now, with the role he then has. `None` when it does not hold:
    /// over, revoked, or one of the two has left the department or his office.
    pub(crate) async fn standing_in(
        &self,
        delegate: &store::user::Model,
        id: &str,
        now_ms: i64,
    ) -> Result<Option<(store::delegation::Model, Role)>> {
        let id = DelegationId(id.to_owned());
        let Some(row) = store::delegation::by_id(&self.kernel.db, &id).await? else { return Ok(None) };
        let holds =
            row.delegate_id == delegate.id && DelegationState::at(&row, now_ms) == DelegationState::Active;
        if !holds {
            return Ok(None);
        }
        let role = self.delegated_role(delegate, &row).await?;
        Ok(role.map(|role| (row, role)))
    }

    /// Role that a delegation gives, if both are still what they were when it was made.
    async fn delegated_role(
        &self,
        delegate: &store::user::Model,
        row: &store::delegation::Model,
    ) -> Result<Option<Role>> {
        let Some(principal) = store::user::by_id(&self.kernel.db, &row.principal_id).await? else {
            return Ok(None);
        };
        let role = principal.known_role()?;
        let fits = role == Role::DepartmentHead
            && !principal.disabled
            && principal.organisation_id == row.organisation_id
            && delegate.organisation_id == row.organisation_id
            && !delegate.known_role()?.is_parted();
        Ok(fits.then_some(role))
    }

    /// For whom a user may stand in now.
    pub(super) async fn may_stand_in_for(&self, delegate: &store::user::Model) -> Result<Vec<ActingFor>> {
        let mut all = Vec::new();
        for row in store::delegation::holding(&self.kernel.db, &delegate.id, self.kernel.now_ms()).await? {
            let Some(role) = self.delegated_role(delegate, &row).await? else { continue };
            all.push(ActingFor {
                display_name: self.name_of(&row.principal_id).await?,
                delegation: row.id,
                user_id: row.principal_id,
                role,
                until_ms: row.until_ms,
            });
        }
        Ok(all)
    }

    /// Switches the session in hand to standing in under a delegation, or with `None` back to the own name.
    ///
    /// # Errors
    /// `actor.user`, `delegation.not_found` when it is not the caller's or does not hold now.
    pub async fn act_for(
        &self,
        actor: &Actor,
        token: Option<&str>,
        delegation: Option<&DelegationId>,
    ) -> Result<SessionView> {
        let id = actor.require_user()?;
        let user = store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        let own = self.acting(&user.organisation_id).await?.ok_or_else(|| Error::missing(id))?;
        let as_self = Actor::user(user.id.clone(), user.known_role()?, own.clone());
        let hash = console::hash(token.unwrap_or_default());
        let (acting, leaf) = match delegation {
            Some(wanted) => {
                let found = self.standing_in(&user, wanted.as_str(), self.kernel.now_ms()).await?;
                let (row, role) = found.ok_or_else(|| Error::missing(wanted))?;
                let principal: Option<UserId> = Some(row.principal_id);
                let acting =
                    Actor::User { id: user.id.clone(), role, organisation: own, on_behalf_of: principal };
                (acting, "identity.delegation.taken_up")
            }
            None => (as_self, "identity.delegation.laid_down"),
        };
        let tx = self.kernel.begin().await?;
        let delegation = delegation.map(DelegationId::as_str);
        if !store::session::act_for(tx.connection(), &hash, delegation).await? {
            return Err(Error::missing(id));
        }
        tx.record(&acting, Leaf::of(leaf), None, delegation.map(str::to_owned)).await?;
        let done = tx.commit().await;
        self.sessions.forget();
        done?;
        self.session_view(&user, Some(&acting)).await
    }
}
