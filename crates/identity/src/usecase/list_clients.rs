//! Lists client systems.

use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result, Role};

use crate::Identity;
use crate::model::ClientSystem;
use crate::store;

impl Identity {
    /// Client systems of the own department, for its developers.
    ///
    /// # Errors
    /// `actor.role`.
    pub async fn list_clients(&self, actor: &Actor, query: &ListQuery) -> Result<Page<ClientSystem>> {
        actor.require(&[Role::DepartmentDeveloper])?;
        let own = actor.organisation().ok_or_else(|| {
            Error::forbidden(
                "actor.organisation",
                "只能查看本部门的应用系统。",
                "Only your own department's.",
            )
        })?;
        let (mut clients, total) = store::client::list(&self.kernel.db, &own.id, query).await?;
        for client in &mut clients {
            client.organisation_name.clone_from(&own.name);
        }
        Ok(Page::new(clients, total, query))
    }
}
