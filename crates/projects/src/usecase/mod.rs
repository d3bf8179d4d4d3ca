//! What people do with planned systems; one file per verb, each a method of [`crate::Projects`].

pub mod budget;
pub mod change_plan;
mod chimneys;
pub mod decide_plan;
pub mod enter_plan;
pub mod file_plan;
pub mod inventory;
pub mod match_plan;
pub mod read_plans;
pub mod reply_plan;
pub mod return_plan;
pub mod review_due;
pub mod sign_plan;
pub mod usage;
mod view;

use std::sync::Arc;

use kernel::evidence::Leaf;
use kernel::follow_up::Handler;
use kernel::ids::OrganisationId;
use kernel::{Actor, Error, Result, Role};

use crate::Projects;
use crate::model::{PlanId, PlanState};
use crate::store::plan::{self, Plan};

/// Roles that see every plan that left its department.
pub(crate) const SEES_ALL: &[Role] = &[Role::BusinessOperator, Role::SecurityAuditor];
/// Roles of a department that deal with its plans.
const OWN: &[Role] = &[Role::DepartmentOperator, Role::DepartmentHead];

/// Handlers of follow-up work.
pub fn handlers(projects: &Projects) -> Vec<Arc<dyn Handler>> {
    vec![
        Arc::new(match_plan::Match(projects.clone())),
        Arc::new(review_due::ReviewDue(projects.clone())),
        Arc::new(enter_plan::Enter(projects.clone())),
    ]
}

/// True when the actor may know of a plan: his own department's, or one that left its department and he looks after all.
fn may_know(actor: &Actor, plan: &Plan) -> bool {
    let filed = !matches!(plan.state, PlanState::Draft | PlanState::Signing);
    actor.has_role(OWN) && actor.is_of(&plan.organisation_id) || filed && actor.has_role(SEES_ALL)
}

/// The plan is not in a state in which this can be done.
fn wrong_state(plan: &Plan) -> Error {
    let state = plan.state;
    Error::conflict(
        "plan.state",
        format!("拟建系统现在的状态是“{}”，不能办理此操作。请刷新后查看可办的操作。", state.zh()),
        format!("The plan is {} and does not allow this; refresh to see what can be done.", state.as_str()),
    )
}

fn require_state(plan: &Plan, states: &[PlanState]) -> Result<()> {
    if states.contains(&plan.state) { Ok(()) } else { Err(wrong_state(plan)) }
}

/// Page of the console where a plan is dealt with.
pub(crate) fn link(id: &PlanId) -> String {
    format!("/plans/{id}")
}

impl Projects {
    /// A plan the actor may know of.
    async fn known_plan(&self, actor: &Actor, id: &PlanId) -> Result<Plan> {
        actor.require_user()?;
        let found = plan::find(&self.kernel.db, id).await?.filter(|plan| may_know(actor, plan));
        found.ok_or_else(|| Error::missing(id))
    }

    /// A plan that somebody of the own department with one of the roles wants to deal with.
    async fn own_plan(&self, actor: &Actor, id: &PlanId, roles: &[Role]) -> Result<Plan> {
        actor.require(roles)?;
        let plan = self.known_plan(actor, id).await?;
        actor.require_in(&plan.organisation_id, roles)?;
        Ok(plan)
    }

    /// A leaf about a plan of that organisation. The planning department stands in it as the consumer, since it is the one
    /// who would use what others hold.
    async fn leaf(&self, kind: &str, organisation: &OrganisationId) -> Result<Leaf> {
        let organisations = self.catalog.organisations().await?;
        let consumer = organisations.get(organisation).map(|one| one.credit_code.clone());
        Ok(Leaf { consumer, ..Leaf::of(kind) })
    }
}
