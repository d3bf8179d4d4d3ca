//! What people do with identity; one file per verb, each a method of [`crate::Identity`].

pub mod change_client;
pub mod change_password;
pub mod change_user;
pub mod create_client;
pub mod create_user;
pub mod issue_token;
pub mod list_clients;
pub mod list_users;
pub mod log_in;
pub mod log_out;
mod name_callers;
pub mod rotate_secret;

mod hashing;

use kernel::{Result, actor::ActorOrganisation};

use crate::Identity;
use crate::model::{SessionUser, User};
use crate::store;

impl Identity {
    async fn organisation_view(&self, id: &kernel::ids::OrganisationId) -> Result<ActorOrganisation> {
        let one = self.known_organisation(id).await?;
        Ok(ActorOrganisation { id: one.id, name: one.name, credit_code: one.credit_code })
    }

    async fn user_view(&self, row: &store::user::Model) -> Result<User> {
        Ok(User {
            role: row.known_role()?,
            organisation: self.organisation_view(&row.organisation_id).await?,
            id: row.id.clone(),
            username: row.username.clone(),
            display_name: row.display_name.clone(),
            organisation_id: row.organisation_id.clone(),
            disabled: row.disabled,
            created_ms: row.created_ms,
        })
    }

    async fn session_user(&self, row: &store::user::Model) -> Result<SessionUser> {
        Ok(SessionUser {
            role: row.known_role()?,
            organisation: self.organisation_view(&row.organisation_id).await?,
            id: row.id.clone(),
            username: row.username.clone(),
            display_name: row.display_name.clone(),
        })
    }
}
