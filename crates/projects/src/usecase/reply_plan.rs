//! The department replies to the findings, once, before the decision 申辩.

use kernel::error::Fields;
use kernel::notice::Notice;
use kernel::{Actor, Error, Result, Role};

use super::{OWN, link, require_state};
use crate::Projects;
use crate::model::{PlanId, PlanState, PlanView};
use crate::store::plan::{self, Plan};

impl Projects {
    /// Replies to the findings.
    ///
    /// # Errors
    /// `plan.not_found`, `plan.state`, `plan.replied`, `plan.stale` or `input.invalid`.
    pub async fn reply_plan(&self, actor: &Actor, id: &PlanId, text: &str) -> Result<PlanView> {
        let before = self.own_plan(actor, id, OWN).await?;
        require_state(&before, &[PlanState::UnderReview])?;
        if before.reply.is_some() {
            return Err(Error::conflict(
                "plan.replied",
                "对比对结果只能申辩一次，此前已经提交。补充意见请联系数据主管部门。",
                "The findings can be replied to once, and were; add to it with the data authority directly.",
            ));
        }
        let mut fields = Fields::default();
        fields.text("reason", text, 4000);
        fields.finish()?;
        let now = self.kernel.now_ms();
        let plan = Plan {
            reply: Some(text.trim().to_owned()),
            replied_ms: Some(now),
            updated_ms: now.max(before.updated_ms + 1),
            ..before.clone()
        };
        let leaf = self.leaf("projects.plan.replied", &plan.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        plan::update(tx.connection(), &plan, before.updated_ms, before.state).await?;
        tx.record(actor, leaf, Some(text.trim()), Some(plan.input.name.clone())).await?;
        tx.notify(Notice {
            organisation: None,
            roles: &[Role::BusinessOperator],
            kind: "projects.plan.replied",
            link: link(&plan.id),
            zh: format!("部门对拟建系统“{}”的比对结果提出申辩", plan.input.name),
            en: format!("The department replied to the findings on “{}”", plan.input.name),
        })
        .await?;
        tx.commit().await?;
        self.view(actor, plan).await
    }
}
