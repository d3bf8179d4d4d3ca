//! File a plan.

use kernel::{Actor, Error, Result, Role};

use crate::Projects;
use crate::model::{PlanInput, PlanState, PlanView, check_plan};
use crate::store::plan::{self, Plan};

impl Projects {
    /// Files a plan of the own department, as a draft.
    ///
    /// # Errors
    /// `actor.role` or `input.invalid`.
    pub async fn file_plan(&self, actor: &Actor, input: PlanInput) -> Result<PlanView> {
        actor.require(&[Role::DepartmentOperator])?;
        let own = actor.organisation().ok_or_else(|| {
            Error::forbidden(
                "actor.organisation",
                "只能为本部门编制拟建系统。",
                "Plans are filed for one's own department.",
            )
        })?;
        check_plan(&input)?;
        let now = self.kernel.now_ms();
        let plan = Plan {
            id: self.kernel.new_id(),
            organisation_id: own.id.clone(),
            input: input.trimmed(),
            state: PlanState::Draft,
            round: 0,
            report: None,
            returned_reason: None,
            signed_by: None,
            signed_ms: None,
            reply: None,
            replied_ms: None,
            due_ms: None,
            decided: None,
            decided_ms: None,
            system_id: None,
            created_ms: now,
            updated_ms: now,
        };
        let leaf = self.leaf("projects.plan.filed", &plan.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        plan::insert(tx.connection(), &plan).await?;
        tx.record(actor, leaf, None, Some(plan.input.name.clone())).await?;
        tx.commit().await?;
        self.view(actor, plan).await
    }
}
