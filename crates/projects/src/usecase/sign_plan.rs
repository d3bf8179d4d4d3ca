//! The head signs a plan; the product then looks by itself what exists.

use kernel::{Actor, Result, Role};

use super::require_state;
use crate::model::{PlanId, PlanState, PlanView};
use crate::store::plan::{self, Plan};
use crate::{MATCH, Projects};

impl Projects {
    /// Signs a plan of the own department.
    ///
    /// # Errors
    /// `plan.not_found`, `plan.state` or `plan.stale`.
    pub async fn sign_plan(&self, actor: &Actor, id: &PlanId) -> Result<PlanView> {
        let before = self.own_plan(actor, id, &[Role::DepartmentHead]).await?;
        require_state(&before, &[PlanState::Signing])?;
        let now = self.kernel.now_ms();
        let plan = Plan {
            state: PlanState::Matching,
            round: before.round + 1,
            report: None,
            signed_by: Some(actor.label()),
            signed_ms: Some(now),
            updated_ms: now.max(before.updated_ms + 1),
            ..before.clone()
        };
        let leaf = self.leaf("projects.plan.signed", &plan.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        plan::update(tx.connection(), &plan, before.updated_ms, before.state).await?;
        tx.record(actor, leaf, None, Some(plan.input.name.clone())).await?;
        tx.follow_up(MATCH, plan.id.as_str()).await?;
        tx.commit().await?;
        self.view(actor, plan).await
    }
}
