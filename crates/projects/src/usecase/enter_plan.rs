//! An approved plan becomes a planned system of the inventory, once.

use async_trait::async_trait;
use catalog::model::{SystemInput, SystemState};
use chrono::Datelike as _;
use kernel::follow_up::Handler;
use kernel::{Actor, Result};

use crate::model::{Outcome, PlanId};
use crate::store::plan::{self, Plan};
use crate::{ENTER, Projects};

/// Enters approved plans.
pub struct Enter(pub Projects);

#[async_trait]
impl Handler for Enter {
    fn kind(&self) -> &'static str {
        ENTER
    }
    async fn run(&self, key: &str) -> Result<()> {
        self.0.enter_plan(&PlanId::from(key.to_owned())).await
    }
}

impl Projects {
    /// Enters an approved plan in the inventory. Run again, it finds the system it made, or one of that name which the
    /// department entered itself.
    ///
    /// # Errors
    /// When the catalogue or the database cannot be written.
    pub async fn enter_plan(&self, id: &PlanId) -> Result<()> {
        let Some(before) = plan::find(&self.kernel.db, id).await? else { return Ok(()) };
        let approved = before.decided.as_ref().is_some_and(|decided| decided.outcome != Outcome::Refuse);
        if !approved || before.system_id.is_some() {
            return Ok(());
        }
        let inventory = self.inventory().await?;
        let known = inventory.systems.iter().find(|system| {
            system.organisation_id == before.organisation_id && system.name == before.input.name
        });
        let system = match known {
            Some(system) => system.id.clone(),
            None => self.catalog.create_system(&Actor::System, system_of(&before)).await?.id,
        };
        let plan = Plan {
            system_id: Some(system),
            updated_ms: self.kernel.now_ms().max(before.updated_ms + 1),
            ..before.clone()
        };
        let leaf = self.leaf("projects.plan.entered", &plan.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        plan::update(tx.connection(), &plan, before.updated_ms, before.state).await?;
        tx.record(&Actor::System, leaf, None, Some(plan.input.name.clone())).await?;
        tx.commit().await
    }
}

fn system_of(plan: &Plan) -> SystemInput {
    let granted = plan.decided.as_ref().and_then(|decided| decided.granted_yuan);
    SystemInput {
        organisation_id: Some(plan.organisation_id.clone()),
        name: plan.input.name.clone(),
        purpose: plan.input.purpose.chars().take(1000).collect(),
        cost_yuan: Some(granted.unwrap_or(plan.input.cost_yuan)),
        built_year: Some(plan.input.ends_on.year()),
        state: Some(SystemState::Planned),
        ..SystemInput::default()
    }
}
