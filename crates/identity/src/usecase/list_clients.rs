//! Lists client systems: whole for their developers, by name for those who choose among them.

use std::collections::HashMap;

use kernel::actor::ActorOrganisation;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result, Role};

use crate::Identity;
use crate::model::{ClientChoice, ClientSystem};
use crate::store;

/// Those who write requests and grants for a department, and those who register its client systems.
const CHOOSERS: &[Role] = &[Role::DepartmentOperator, Role::DepartmentHead, Role::DepartmentDeveloper];

fn own(actor: &Actor) -> Result<&ActorOrganisation> {
    actor.organisation().ok_or_else(|| {
        Error::forbidden("actor.organisation", "只能查看本部门的应用系统。", "Only your own department's.")
    })
}

impl Identity {
    /// Client systems of the own department, for its developers.
    ///
    /// # Errors
    /// `actor.role`.
    pub async fn list_clients(&self, actor: &Actor, query: &ListQuery) -> Result<Page<ClientSystem>> {
        actor.require(&[Role::DepartmentDeveloper])?;
        let own = own(actor)?;
        let (mut clients, total) = store::client::list(&self.kernel.db, &own.id, query).await?;
        for client in &mut clients {
            client.organisation_name.clone_from(&own.name);
        }
        Ok(Page::new(clients, total, query))
    }

    /// Client systems of the own department by name and system, for those who choose among them.
    ///
    /// # Errors
    /// `actor.role`.
    pub async fn client_choices(&self, actor: &Actor, query: &ListQuery) -> Result<Page<ClientChoice>> {
        actor.require(CHOOSERS)?;
        let (clients, total) = store::client::list(&self.kernel.db, &own(actor)?.id, query).await?;
        let mut choices = Vec::with_capacity(clients.len());
        for client in clients {
            let system = match &client.system_id {
                Some(id) => self.catalog.system(id).await?,
                None => None,
            };
            choices.push(ClientChoice {
                client_id: client.client_id,
                name: client.name,
                system_id: client.system_id,
                system_name: system.map(|system| system.name),
                disabled: client.disabled,
            });
        }
        Ok(Page::new(choices, total, query))
    }

    /// Client systems by their public id, of whatever department; the caller decides who may read what of them. An id that
    /// nobody registered has no line.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn clients_by_id(&self, client_ids: Vec<String>) -> Result<HashMap<String, ClientSystem>> {
        store::client::by_client_ids(&self.kernel.db, client_ids).await
    }
}
