//! The data authority decides 审定: on the whole, and resource by resource.

use kernel::notice::Notice;
use kernel::{Actor, Error, Result, Role};

use super::{link, require_state};
use crate::matching::Report;
use crate::model::{
    Decided, Decision, DecisionInput, Outcome, PlanId, PlanState, PlanView, Ruling, RulingInput, Target,
    check_decision,
};
use crate::store::plan::{self, Plan};
use crate::{ENTER, Inventory, Projects};

impl Projects {
    /// Decides a plan.
    ///
    /// # Errors
    /// `actor.role`, `plan.not_found`, `plan.state`, `plan.stale` or `input.invalid`.
    pub async fn decide_plan(&self, actor: &Actor, id: &PlanId, input: DecisionInput) -> Result<PlanView> {
        actor.require(&[Role::BusinessOperator])?;
        let before = self.known_plan(actor, id).await?;
        require_state(&before, &[PlanState::UnderReview])?;
        check_decision(&input, before.input.resources.len(), before.input.cost_yuan)?;
        let decided = self.decided(&before, input).await?;
        let now = self.kernel.now_ms();
        let plan = Plan {
            state: PlanState::Decided,
            decided: Some(decided.clone()),
            decided_ms: Some(now),
            updated_ms: now.max(before.updated_ms + 1),
            ..before.clone()
        };
        let leaf = self.leaf("projects.plan.decided", &plan.organisation_id).await?;
        let detail = serde_json::to_string(&serde_json::json!({
            "plan": plan.id, "name": plan.input.name, "decision": decided,
        }))
        .map_err(|error| Error::internal("projects.encode", error))?;
        let (name, outcome) = (&plan.input.name, decided.outcome);
        let tx = self.kernel.begin().await?;
        plan::update(tx.connection(), &plan, before.updated_ms, before.state).await?;
        tx.record(actor, leaf, Some(&decided.reason), Some(detail)).await?;
        tx.notify(Notice {
            organisation: Some(&plan.organisation_id),
            roles: &[Role::DepartmentHead, Role::DepartmentOperator],
            kind: "projects.plan.decided",
            link: link(&plan.id),
            zh: format!("拟建系统“{name}”已审定：{}。{}", outcome.zh(), decided.reason),
            en: format!("Planned system “{name}” was decided ({}): {}", outcome.as_str(), decided.reason),
        })
        .await?;
        if outcome != Outcome::Refuse {
            tx.follow_up(ENTER, plan.id.as_str()).await?;
        }
        tx.commit().await?;
        self.view(actor, plan).await
    }

    /// The decision with the names of what it refers to.
    async fn decided(&self, plan: &Plan, input: DecisionInput) -> Result<Decided> {
        let inventory = self.inventory().await?;
        let mut resources = Vec::new();
        for ruling in input.resources {
            resources.push(self.ruling(plan, &inventory, ruling).await?);
        }
        resources.sort_by_key(|ruling| ruling.input.place);
        Ok(Decided {
            outcome: input.outcome,
            reason: input.reason.trim().to_owned(),
            granted_yuan: input.granted_yuan,
            resources,
        })
    }

    async fn ruling(&self, plan: &Plan, inventory: &Inventory, input: RulingInput) -> Result<Ruling> {
        let missing = |what: &str, path: &str| {
            Error::invalid(
                "input.invalid",
                format!("所指的{what}不存在，请刷新后重选。"),
                format!("{path} does not exist; refresh and choose again."),
            )
            .field(
                format!("resources[{}].{path}", input.place),
                "plan.decision_target",
                format!("所指的{what}不存在，请重选。"),
                "Does not exist; choose again.",
            )
        };
        let system_name = match &input.system_id {
            None => None,
            Some(id) => {
                let found = inventory.systems.iter().find(|system| system.id == *id);
                Some(found.ok_or_else(|| missing("系统", "system_id"))?.name.clone())
            }
        };
        let mut targets = Vec::new();
        if input.decision == Decision::Share {
            for id in &input.resource_ids {
                let found = inventory.resources.iter().find(|resource| resource.id == *id);
                let found = found.ok_or_else(|| missing("资源", "resource_ids"))?;
                let items = items_wanted(plan.report.as_ref(), input.place, id.as_str());
                targets.push(Target {
                    request_link: request_link(plan, id.as_str(), &items),
                    resource_id: id.clone(),
                    name: found.name.clone(),
                    organisation_name: found.organisation_name.clone(),
                    items,
                });
            }
        }
        Ok(Ruling { input, system_name, targets })
    }
}

/// Items of an existing resource that the finding put beside planned ones.
fn items_wanted(report: Option<&Report>, place: usize, resource: &str) -> Vec<String> {
    let planned = report.and_then(|report| report.resources.get(place));
    let mut items: Vec<String> = Vec::new();
    for item in planned.iter().flat_map(|planned| &planned.items) {
        let hit = item.hits.iter().find(|hit| hit.holding.id == resource);
        if let Some(hit) = hit.filter(|hit| !items.contains(&hit.item)) {
            items.push(hit.item.clone());
        }
    }
    items
}

/// Console route that opens a request with resource, items and plan filled in. Item names are plain ASCII words.
fn request_link(plan: &Plan, resource: &str, items: &[String]) -> String {
    format!("/requests/new?resource={resource}&items={}&plan={}", items.join(","), plan.id)
}
