//! Changes an information system.

use kernel::evidence::Leaf;
use kernel::ids::SystemId;
use kernel::{Actor, Error, Result, Role};

use super::require_in;
use crate::Catalog;
use crate::model::{InformationSystem, SystemChange, filled};
use crate::store;

impl Catalog {
    /// Changes an information system of the own department.
    ///
    /// # Errors
    /// `actor.*`, `system.not_found` or `input.invalid`.
    pub async fn change_system(
        &self,
        actor: &Actor,
        id: &SystemId,
        change: SystemChange,
    ) -> Result<InformationSystem> {
        let mut system = self.system(id).await?.ok_or_else(|| Error::missing(id))?;
        require_in(actor, &system.organisation_id, &[Role::DepartmentOperator])?;
        let put = |to: &mut String, from: Option<String>| {
            if let Some(text) = from {
                text.trim().clone_into(to);
            }
        };
        put(&mut system.name, change.name);
        put(&mut system.purpose, change.purpose);
        put(&mut system.users, change.users);
        put(&mut system.owner, change.owner);
        system.cost_yuan = change.cost_yuan.or(system.cost_yuan);
        system.built_year = change.built_year.or(system.built_year);
        system.yearly_cost_yuan = change.yearly_cost_yuan.or(system.yearly_cost_yuan);
        system.user_count = change.user_count.or(system.user_count);
        system.retired_year = change.retired_year.or(system.retired_year);
        if change.note.is_some() {
            system.note = filled(change.note.as_ref());
        }
        system.state = change.state.unwrap_or(system.state);
        if let Some(next) = change.replaced_by {
            let found = self.system(&next).await?;
            if next == system.id || found.is_none_or(|next| next.organisation_id != system.organisation_id) {
                return Err(Error::missing(&next));
            }
            system.replaced_by = Some(next);
        }
        super::create_system::check(&system)?;
        let owner = self.organisation(&system.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        store::system::update(tx.connection(), &system).await?;
        let leaf = Leaf { provider: owner.map(|one| one.credit_code), ..Leaf::of("catalog.system.changed") };
        tx.record(actor, leaf, None, Some(format!("{} {}", system.name, system.state.as_str()))).await?;
        tx.commit().await?;
        Ok(system)
    }
}
