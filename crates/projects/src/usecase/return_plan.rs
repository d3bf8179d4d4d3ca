//! Give a plan back: the head does not sign it, or the data authority finds it incomplete.

use kernel::error::Fields;
use kernel::notice::Notice;
use kernel::{Actor, Result, Role};

use super::{link, wrong_state};
use crate::Projects;
use crate::model::{PlanId, PlanState, PlanView};
use crate::store::plan::{self, Plan};

impl Projects {
    /// Gives a plan back to the department's operators, as a draft, with every gap named.
    ///
    /// # Errors
    /// `actor.role`, `plan.not_found`, `plan.state`, `plan.stale` or `input.invalid`.
    pub async fn return_plan(&self, actor: &Actor, id: &PlanId, reason: &str) -> Result<PlanView> {
        actor.require(&[Role::DepartmentHead, Role::BusinessOperator])?;
        let mut fields = Fields::default();
        fields.text("reason", reason, 2000);
        let before = self.known_plan(actor, id).await?;
        match before.state {
            PlanState::Signing => actor.require(&[Role::DepartmentHead])?,
            PlanState::UnderReview => actor.require(&[Role::BusinessOperator])?,
            _ => return Err(wrong_state(&before)),
        }
        fields.finish()?;
        let plan = Plan {
            state: PlanState::Draft,
            returned_reason: Some(reason.trim().to_owned()),
            due_ms: None,
            report: None,
            reply: None,
            replied_ms: None,
            updated_ms: self.kernel.now_ms().max(before.updated_ms + 1),
            ..before.clone()
        };
        let leaf = self.leaf("projects.plan.returned", &plan.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        plan::update(tx.connection(), &plan, before.updated_ms, before.state).await?;
        tx.record(actor, leaf, Some(reason.trim()), Some(plan.input.name.clone())).await?;
        tx.notify(Notice {
            organisation: Some(&plan.organisation_id),
            roles: &[Role::DepartmentOperator],
            kind: "projects.plan.returned",
            link: link(&plan.id),
            zh: format!("拟建系统“{}”被退回：{}", plan.input.name, reason.trim()),
            en: format!("Planned system “{}” was given back: {}", plan.input.name, reason.trim()),
        })
        .await?;
        tx.commit().await?;
        self.view(actor, plan).await
    }
}
