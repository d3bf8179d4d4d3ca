//! What people do with identity; one file per verb, each a method of [`crate::Identity`].

pub mod act_for;
pub mod bind_identity;
pub mod change_client;
pub mod change_password;
pub mod change_user;
pub mod create_client;
pub mod create_user;
pub mod decide_proposal;
pub mod delegate;
pub mod end_delegation;
pub mod end_sessions;
pub mod issue_token;
pub mod list_clients;
pub mod list_delegations;
pub mod list_proposals;
pub mod list_users;
pub mod log_in;
pub mod log_in_elsewhere;
pub mod log_out;
mod name_callers;
pub mod propose_account;
pub mod rotate_secret;
pub mod second_factor;
pub mod second_step;

mod hashing;
mod parting;

use kernel::actor::ActorOrganisation;
use kernel::ids::UserId;
use kernel::{Actor, Result};
use sea_orm::ConnectionTrait;

use crate::Identity;
use crate::model::{SessionUser, SessionView, User};
use crate::store;

impl Identity {
    async fn organisation_view(&self, id: &kernel::ids::OrganisationId) -> Result<ActorOrganisation> {
        let one = self.known_organisation(id).await?;
        Ok(ActorOrganisation { id: one.id, name: one.name, credit_code: one.credit_code })
    }

    async fn user_view(&self, row: &store::user::Model) -> Result<User> {
        self.user_view_within(&self.kernel.db, row).await
    }

    async fn user_view_within<C: ConnectionTrait>(&self, db: &C, row: &store::user::Model) -> Result<User> {
        let second_factor = store::second_factor::confirmed(db, &row.id).await?.is_some();
        self.view_of(row, second_factor).await
    }

    async fn view_of(&self, row: &store::user::Model, second_factor: bool) -> Result<User> {
        Ok(User {
            role: row.known_role()?,
            organisation: self.organisation_view(&row.organisation_id).await?,
            id: row.id.clone(),
            username: row.username.clone(),
            display_name: row.display_name.clone(),
            organisation_id: row.organisation_id.clone(),
            disabled: row.disabled,
            person: row.person.clone(),
            must_change_password: row.must_change_password,
            second_factor,
            created_ms: row.created_ms,
        })
    }

    /// A session as its user sees it; `actor` says in what role it acts at present.
    async fn session_view(&self, row: &store::user::Model, actor: Option<&Actor>) -> Result<SessionView> {
        let delegations = self.may_stand_in_for(row).await?;
        let away = actor.and_then(Actor::on_behalf_of);
        let acting_for = away.and_then(|id| delegations.iter().find(|one| one.user_id == *id).cloned());
        let user = SessionUser {
            role: actor.and_then(Actor::role).map_or_else(|| row.known_role(), Ok)?,
            organisation: self.organisation_view(&row.organisation_id).await?,
            id: row.id.clone(),
            username: row.username.clone(),
            display_name: row.display_name.clone(),
        };
        Ok(SessionView { user, acting_for, delegations, due: self.due(row).await? })
    }

    /// Name to show of a user, his id when he is gone.
    async fn name_of(&self, id: &UserId) -> Result<String> {
        let user = store::user::by_id(&self.kernel.db, id).await?;
        Ok(user.map_or_else(|| id.to_string(), |user| user.display_name))
    }
}
