//! Changes a client system. Shutting it out acts at once.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::ClientId;
use kernel::{Actor, Error, Result};

use super::create_client::{checked_key, require_developer};
use crate::Identity;
use crate::model::{ClientChange, ClientSystem};
use crate::store;

impl Identity {
    /// A client system of the actor's own department; others are not to be known of.
    pub(super) async fn own_client(&self, actor: &Actor, id: &ClientId) -> Result<store::client::Model> {
        let row = store::client::by_id(&self.kernel.db, id).await?;
        let row = row.filter(|row| matches!(actor, Actor::System) || actor.is_of(&row.organisation_id));
        let row = row.ok_or_else(|| Error::missing(id))?;
        require_developer(actor, &row.organisation_id)?;
        Ok(row)
    }

    /// Changes a client system of the own department.
    ///
    /// # Errors
    /// `client.not_found`, `actor.role`, or `input.invalid` with every gap.
    pub async fn change_client(
        &self,
        actor: &Actor,
        id: &ClientId,
        change: ClientChange,
    ) -> Result<ClientSystem> {
        let mut row = self.own_client(actor, id).await?;
        let mut fields = Fields::default();
        let mut changed = Vec::new();
        if let Some(name) = change.name {
            fields.text("name", &name, 100);
            name.trim().clone_into(&mut row.name);
            changed.push("name".to_owned());
        }
        if change.public_key_pem.is_some() {
            row.public_key_pem = checked_key(change.public_key_pem.as_ref(), &mut fields);
            changed.push("public_key".to_owned());
        }
        if change.system_id.is_some() {
            self.check_system(change.system_id.as_ref(), &row.organisation_id, &mut fields).await?;
            row.system_id = change.system_id;
            changed.push("system".to_owned());
        }
        fields.finish()?;
        if let Some(disabled) = change.disabled {
            row.disabled = disabled;
            changed.push(format!("disabled={disabled}"));
        }
        let organisation = self.known_organisation(&row.organisation_id).await?;
        let client = ClientSystem { organisation_name: organisation.name, ..row.clone().into() };
        if changed.is_empty() {
            return Ok(client);
        }
        let tx = self.kernel.begin().await?;
        store::client::update(tx.connection(), row).await?;
        let leaf = Leaf { provider: Some(organisation.credit_code), ..Leaf::of("identity.client.changed") };
        tx.record(actor, leaf, None, Some(format!("{}: {}", client.client_id, changed.join(", ")))).await?;
        let done = tx.commit().await;
        self.refresh_clients().await?;
        done.map(|()| client)
    }
}
