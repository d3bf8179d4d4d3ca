//! Change a draft, send it to the head, look beforehand what exists.

use kernel::evidence::Leaf;
use kernel::notice::Notice;
use kernel::{Actor, Error, Result, Role};

use super::{link, require_state};
use crate::Projects;
use crate::matching::{self, Asker, Planned, Report};
use crate::model::{PlanId, PlanInput, PlanState, PlanView, check_plan};
use crate::store::plan::{self, Plan};

impl Projects {
    /// Changes a draft.
    ///
    /// # Errors
    /// `plan.not_found`, `plan.state`, `plan.stale` or `input.invalid`.
    pub async fn change_plan(&self, actor: &Actor, id: &PlanId, input: PlanInput) -> Result<PlanView> {
        let plan = self.own_plan(actor, id, &[Role::DepartmentOperator]).await?;
        require_state(&plan, &[PlanState::Draft])?;
        if input.updated_ms.is_some_and(|seen| seen != plan.updated_ms) {
            return Err(Error::conflict(
                "plan.stale",
                "您编辑期间，此拟建系统已被他人修改。请刷新后在最新内容上重新修改。",
                "Somebody else changed this plan while you edited it; refresh and apply your change again.",
            ));
        }
        check_plan(&input)?;
        let changed = Plan { input: input.trimmed(), ..plan.clone() };
        self.write(actor, &plan, changed, "projects.plan.changed", None).await
    }

    /// Sends a draft to the head.
    ///
    /// # Errors
    /// `plan.not_found`, `plan.state` or `plan.stale`.
    pub async fn submit_plan(&self, actor: &Actor, id: &PlanId) -> Result<PlanView> {
        let plan = self.own_plan(actor, id, &[Role::DepartmentOperator]).await?;
        require_state(&plan, &[PlanState::Draft])?;
        let changed = Plan { state: PlanState::Signing, returned_reason: None, ..plan.clone() };
        self.write(actor, &plan, changed, "projects.plan.submitted", None).await
    }

    /// What exists of a plan as it now stands, without keeping it: the department looks before it files.
    ///
    /// # Errors
    /// `plan.not_found`.
    pub async fn preview_plan(&self, actor: &Actor, id: &PlanId) -> Result<Report> {
        let plan = self.own_plan(actor, id, super::OWN).await?;
        let asker = Asker { organisation: plan.organisation_id.clone(), sees_all: false };
        let inventory = self.inventory().await?;
        let now = self.kernel.now_ms();
        let found = tokio::task::spawn_blocking(move || {
            matching::find(&inventory.index, &asker, Planned::of(&plan.input), now)
        });
        found.await.map_err(|error| Error::internal("projects.match", error))
    }

    /// Writes a changed plan with its evidence and tells whom it concerns.
    pub(super) async fn write(
        &self,
        actor: &Actor,
        before: &Plan,
        mut plan: Plan,
        kind: &str,
        reason: Option<&str>,
    ) -> Result<PlanView> {
        // Two changes within one millisecond must not look like one.
        plan.updated_ms = self.kernel.now_ms().max(before.updated_ms + 1);
        let leaf: Leaf = self.leaf(kind, &plan.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        plan::update(tx.connection(), &plan, before.updated_ms, before.state).await?;
        tx.record(actor, leaf, reason, Some(plan.input.name.clone())).await?;
        if plan.state == PlanState::Signing && before.state == PlanState::Draft {
            tx.notify(Notice {
                organisation: Some(&plan.organisation_id),
                roles: &[Role::DepartmentHead],
                kind: "projects.plan.signing",
                link: link(&plan.id),
                zh: format!("拟建系统“{}”请签批", plan.input.name),
                en: format!("Planned system “{}” waits for your signature", plan.input.name),
            })
            .await?;
        }
        tx.commit().await?;
        self.view(actor, plan).await
    }
}
