//! What waits for whom.

use async_trait::async_trait;
use kernel::page::ListQuery;
use kernel::todo::{Todo, TodoSource};
use kernel::{Actor, Result, Role};

use crate::Projects;
use crate::model::PlanState;
use crate::store::plan::{self, Narrow};
use crate::usecase::link;

/// Most lines of one sort; who has more than that works them off in the list of plans.
const MOST: u64 = 100;

#[async_trait]
impl TodoSource for Projects {
    async fn todos(&self, actor: &Actor) -> Result<Vec<Todo>> {
        let own = actor.organisation().map(|own| &own.id);
        let (state, organisation, kind, zh, en) = match actor.role() {
            Some(Role::BusinessOperator) => (
                PlanState::UnderReview,
                None,
                "projects.plan.review",
                "审定拟建系统",
                "Decide on a planned system",
            ),
            Some(Role::DepartmentHead) => {
                (PlanState::Signing, own, "projects.plan.sign", "签批拟建系统", "Sign a planned system")
            }
            Some(Role::DepartmentOperator) => (
                PlanState::Draft,
                own,
                "projects.plan.draft",
                "完善并送签拟建系统",
                "Complete and submit a planned system",
            ),
            _ => return Ok(Vec::new()),
        };
        let narrow = Narrow { organisation, state: Some(state), ..Narrow::default() };
        let query =
            ListQuery { page_size: Some(MOST), sort: Some("due_ms".to_owned()), ..ListQuery::default() };
        let (lines, _) = plan::list(&self.kernel.db, &narrow, &query).await?;
        let organisations = self.catalog.organisations().await?;
        Ok(lines
            .into_iter()
            .map(|line| Todo {
                kind: kind.to_owned(),
                zh: zh.to_owned(),
                en: en.to_owned(),
                title: line.name,
                link: link(&line.id),
                organisation: Some(organisations.name(&line.organisation_id).to_owned()),
                since_ms: line.updated_ms,
                due_ms: line.due_ms,
            })
            .collect())
    }
}
