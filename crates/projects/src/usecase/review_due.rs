//! A review that nobody ends: first a reminder, then the matter goes up.

use async_trait::async_trait;
use kernel::follow_up::Handler;
use kernel::notice::Notice;
use kernel::{Actor, Result, Role};

use super::link;
use crate::model::{PlanId, PlanState};
use crate::store::plan;
use crate::{Projects, REVIEW_DUE};

/// Looks after reviews that are due.
pub struct ReviewDue(pub Projects);

#[async_trait]
impl Handler for ReviewDue {
    fn kind(&self) -> &'static str {
        REVIEW_DUE
    }
    async fn run(&self, key: &str) -> Result<()> {
        let (id, round) = key.rsplit_once('/').unwrap_or((key, ""));
        self.0.review_due(&PlanId::from(id.to_owned()), round.parse().unwrap_or(0)).await
    }
}

impl Projects {
    /// Reminds before the due time, escalates after it. A review that ended, or began anew, is left alone.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn review_due(&self, id: &PlanId, round: i32) -> Result<()> {
        let Some(plan) = plan::find(&self.kernel.db, id).await? else { return Ok(()) };
        if plan.state != PlanState::UnderReview || plan.round != round {
            return Ok(());
        }
        let overdue = plan.due_ms.is_some_and(|due| self.kernel.now_ms() > due);
        let name = &plan.input.name;
        let leaf = self.leaf("projects.plan.overdue", &plan.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        if overdue {
            tx.record(&Actor::System, leaf, None, Some(name.clone())).await?;
            // The department that waits is told, and the auditor, before whom the authority answers.
            tx.notify(Notice {
                organisation: None,
                roles: &[Role::BusinessOperator, Role::SecurityAuditor],
                kind: "projects.plan.overdue",
                link: link(&plan.id),
                zh: format!("拟建系统“{name}”审核已超期，请立即审定"),
                en: format!("The review of planned system “{name}” is overdue"),
            })
            .await?;
            tx.notify(Notice {
                organisation: Some(&plan.organisation_id),
                roles: &[Role::DepartmentHead],
                kind: "projects.plan.overdue",
                link: link(&plan.id),
                zh: format!("拟建系统“{name}”的审核已超期，已催办数据主管部门"),
                en: format!(
                    "The review of your planned system “{name}” is overdue; the authority was reminded"
                ),
            })
            .await?;
        } else {
            tx.notify(Notice {
                organisation: None,
                roles: &[Role::BusinessOperator],
                kind: "projects.plan.due_soon",
                link: link(&plan.id),
                zh: format!("拟建系统“{name}”的审核即将到期"),
                en: format!("The review of planned system “{name}” is due soon"),
            })
            .await?;
        }
        tx.commit().await
    }
}
