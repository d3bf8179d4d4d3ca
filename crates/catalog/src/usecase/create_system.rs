//! Registers an information system.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result, Role};

use super::{organisation_or_own, require_in};
use crate::Catalog;
use crate::model::{InformationSystem, SystemInput, SystemState, filled};
use crate::store;

/// Checks the plain fields of a system.
pub(super) fn check(system: &InformationSystem) -> Result<()> {
    let mut fields = Fields::default();
    fields.text("name", &system.name, 100);
    for (path, text, max) in
        [("purpose", &system.purpose, 1000), ("users", &system.users, 500), ("owner", &system.owner, 100)]
    {
        crate::model::optional_text(&mut fields, path, Some(text), max);
    }
    fields.check(
        system.built_year.is_none_or(|year| (1970..=2100).contains(&year)),
        "built_year",
        "catalog.system.built_year",
        "建成年份须为四位年份，请修改。",
        "The year of building has four digits.",
    );
    crate::model::optional_text(&mut fields, "note", system.note.as_ref(), 1000);
    fields.check(
        system.retired_year.is_none_or(|year| (1970..=2100).contains(&year)),
        "retired_year",
        "catalog.system.retired_year",
        "停用年份须为四位年份，请修改。",
        "The year of retirement has four digits.",
    );
    fields.check(
        system.yearly_cost_yuan.is_none_or(|yuan| (0..=100_000_000_000).contains(&yuan)),
        "yearly_cost_yuan",
        "catalog.system.cost",
        "年运行费用须为不小于0的元数，请修改。",
        "The yearly cost is an amount of yuan, not below 0.",
    );
    fields.check(
        system.user_count.is_none_or(|count| (0..=2_000_000_000).contains(&count)),
        "user_count",
        "catalog.system.user_count",
        "用户数须为不小于0的整数，请修改。",
        "The number of users is not below 0.",
    );
    fields.check(
        system.cost_yuan.is_none_or(|yuan| (0..=100_000_000_000).contains(&yuan)),
        "cost_yuan",
        "catalog.system.cost",
        "建设费用须为不小于0的元数，请修改。",
        "The cost is an amount of yuan, not below 0.",
    );
    fields.finish()
}

impl Catalog {
    /// Registers an information system of the own department.
    ///
    /// # Errors
    /// `actor.*`, `input.invalid`, `organisation.not_found` or `database.duplicate`.
    pub async fn create_system(&self, actor: &Actor, input: SystemInput) -> Result<InformationSystem> {
        let organisation_id = organisation_or_own(actor, input.organisation_id.as_ref())?;
        require_in(actor, &organisation_id, &[Role::DepartmentOperator])?;
        let owner = self.organisation(&organisation_id).await?;
        let owner = owner.ok_or_else(|| Error::missing(&organisation_id))?;
        let system = InformationSystem {
            id: self.kernel.new_id(),
            organisation_id,
            organisation_name: owner.name,
            name: input.name.trim().to_owned(),
            purpose: input.purpose.trim().to_owned(),
            users: input.users.trim().to_owned(),
            cost_yuan: input.cost_yuan,
            built_year: input.built_year,
            state: input.state.unwrap_or(SystemState::Running),
            replaced_by: None,
            owner: input.owner.trim().to_owned(),
            yearly_cost_yuan: input.yearly_cost_yuan,
            user_count: input.user_count,
            retired_year: input.retired_year,
            note: filled(input.note.as_ref()),
        };
        check(&system)?;
        let tx = self.kernel.begin().await?;
        store::system::insert(tx.connection(), &system).await?;
        let leaf = Leaf { provider: Some(owner.credit_code), ..Leaf::of("catalog.system.created") };
        tx.record(actor, leaf, None, Some(system.name.clone())).await?;
        tx.commit().await?;
        Ok(system)
    }
}
