//! A plan as its reader sees it.

use kernel::error::Result;
use kernel::{Actor, Role};

use super::OWN;
use crate::Projects;
use crate::matching::Ratio;
use crate::model::{DecisionView, PlanLine, PlanState, PlanView, RulingView};
use crate::store::plan::{Line, Plan};

impl Projects {
    /// What the reader may do now.
    fn actions(actor: &Actor, plan: &Plan) -> Vec<String> {
        let own = actor.is_of(&plan.organisation_id);
        let operator = own && actor.has_role(&[Role::DepartmentOperator]);
        let head = own && actor.has_role(&[Role::DepartmentHead]);
        let authority = actor.has_role(&[Role::BusinessOperator]);
        let mut actions = Vec::new();
        let mut may = |allowed: bool, what: &str| {
            if allowed {
                actions.push(what.to_owned());
            }
        };
        match plan.state {
            PlanState::Draft => {
                may(operator, "change");
                may(operator, "submit");
            }
            PlanState::Signing => {
                may(head, "sign");
                may(head, "return");
            }
            PlanState::UnderReview => {
                may((operator || head) && plan.reply.is_none(), "reply");
                may(authority, "return");
                may(authority, "decide");
            }
            PlanState::Matching | PlanState::Decided => {}
        }
        actions
    }

    pub(super) async fn view(&self, actor: &Actor, plan: Plan) -> Result<PlanView> {
        let organisations = self.catalog.organisations().await?;
        let actions = Self::actions(actor, &plan);
        let own = actor.organisation().filter(|_| actor.has_role(OWN)).map(|own| &own.id);
        let sees_all = actor.has_role(super::SEES_ALL);
        let decision = plan.decided.as_ref().map(|decided| DecisionView {
            outcome: decided.outcome,
            reason: decided.reason.clone(),
            granted_yuan: decided.granted_yuan,
            resources: decided
                .resources
                .iter()
                .map(|ruling| RulingView {
                    place: ruling.input.place,
                    name: plan
                        .input
                        .resources
                        .get(ruling.input.place)
                        .map(|resource| resource.name.clone())
                        .unwrap_or_default(),
                    decision: ruling.input.decision,
                    system_id: ruling.input.system_id.clone(),
                    system_name: ruling.system_name.clone(),
                    targets: ruling.targets.clone(),
                    reason: ruling.input.reason.clone(),
                })
                .collect(),
            decided_ms: plan.decided_ms,
        });
        Ok(PlanView {
            line: PlanLine {
                organisation_name: organisations.name(&plan.organisation_id).to_owned(),
                outcome: plan.decided.as_ref().map(|decided| decided.outcome),
                overlapping: plan.report.as_ref().map(|report| report.overlapping),
                id: plan.id,
                organisation_id: plan.organisation_id,
                name: plan.input.name,
                cost_yuan: plan.input.cost_yuan,
                state: plan.state,
                due_ms: plan.due_ms,
                created_ms: plan.created_ms,
                updated_ms: plan.updated_ms,
            },
            purpose: plan.input.purpose,
            functions: plan.input.functions,
            starts_on: plan.input.starts_on,
            ends_on: plan.input.ends_on,
            basis: plan.input.basis,
            resources: plan.input.resources,
            report: plan.report.map(|report| if sees_all { report } else { report.without_unlisted(own) }),
            returned_reason: plan.returned_reason,
            signed_ms: plan.signed_ms,
            reply: plan.reply,
            replied_ms: plan.replied_ms,
            decision,
            system_id: plan.system_id,
            actions,
        })
    }

    pub(super) fn line(line: Line, organisations: &catalog::model::Organisations) -> Option<PlanLine> {
        let overlapping = line.overlapping.zip(line.planned);
        Some(PlanLine {
            organisation_name: organisations.name(&line.organisation_id).to_owned(),
            state: PlanState::parse(&line.state)?,
            outcome: line.outcome.as_deref().and_then(crate::model::Outcome::parse),
            overlapping: overlapping.map(|(numerator, denominator)| Ratio { numerator, denominator }),
            id: line.id,
            organisation_id: line.organisation_id,
            name: line.name,
            cost_yuan: line.cost_yuan,
            due_ms: line.due_ms,
            created_ms: line.created_ms,
            updated_ms: line.updated_ms,
        })
    }
}
