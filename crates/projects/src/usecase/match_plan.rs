//! The product looks what exists of a signed plan, and opens the review.

use async_trait::async_trait;
use kernel::follow_up::Handler;
use kernel::notice::Notice;
use kernel::settings::REMIND_DAYS;
use kernel::{Actor, Error, Result, Role, working_time};

use super::link;
use crate::matching::{self, Asker, Planned, Report};
use crate::model::{PlanId, PlanState};
use crate::store::plan::{self, Plan};
use crate::{MATCH, Projects, REVIEW_DAYS, REVIEW_DUE};

/// Matches signed plans.
pub struct Match(pub Projects);

#[async_trait]
impl Handler for Match {
    fn kind(&self) -> &'static str {
        MATCH
    }
    async fn run(&self, key: &str) -> Result<()> {
        self.0.match_plan(&PlanId::from(key.to_owned())).await
    }
}

impl Projects {
    /// Matches a plan that waits for it. A plan that does not was matched before.
    ///
    /// # Errors
    /// When catalogue or database cannot be read.
    pub async fn match_plan(&self, id: &PlanId) -> Result<()> {
        let Some(before) = plan::find(&self.kernel.db, id).await? else { return Ok(()) };
        if before.state != PlanState::Matching {
            return Ok(());
        }
        let report = self.find(&before).await?;
        let now = self.kernel.now_ms();
        let days = self.kernel.days(&REVIEW_DAYS).await?;
        let due = working_time::due_ms(now, days);
        let remind = working_time::due_ms(now, days.saturating_sub(self.kernel.days(&REMIND_DAYS).await?));
        let plan = Plan {
            state: PlanState::UnderReview,
            report: Some(report),
            due_ms: Some(due),
            updated_ms: now.max(before.updated_ms + 1),
            ..before.clone()
        };
        let leaf = self.leaf("projects.plan.matched", &plan.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        plan::update(tx.connection(), &plan, before.updated_ms, before.state).await?;
        tx.record(&Actor::System, leaf, None, Some(said(&plan))).await?;
        let key = format!("{}/{}", plan.id, plan.round);
        tx.follow_up_at(REVIEW_DUE, &key, remind).await?;
        tx.follow_up_at(REVIEW_DUE, &key, due + 1).await?;
        for (organisation, roles) in [
            (None, &[Role::BusinessOperator][..]),
            (Some(&plan.organisation_id), &[Role::DepartmentHead, Role::DepartmentOperator][..]),
        ] {
            tx.notify(Notice {
                organisation,
                roles,
                kind: "projects.plan.matched",
                link: link(&plan.id),
                zh: said(&plan),
                en: format!("Planned system “{}” was matched; the review is open", plan.input.name),
            })
            .await?;
        }
        tx.commit().await
    }

    async fn find(&self, plan: &Plan) -> Result<Report> {
        let inventory = self.inventory().await?;
        let asker = Asker { organisation: plan.organisation_id.clone(), sees_all: true };
        let (input, now) = (plan.input.clone(), self.kernel.now_ms());
        let found = tokio::task::spawn_blocking(move || {
            matching::find(&inventory.index, &asker, Planned::of(&input), now)
        });
        found.await.map_err(|error| Error::internal("projects.match", error))
    }
}

/// The finding in one sentence.
fn said(plan: &Plan) -> String {
    let found = plan.report.as_ref().map(|report| report.overlapping).unwrap_or_default();
    format!(
        "拟建系统“{}”已比对：{} 个拟建资源中有 {} 个已经存在",
        plan.input.name, found.denominator, found.numerator
    )
}
