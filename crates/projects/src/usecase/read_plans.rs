//! Read plans.

use kernel::ids::OrganisationId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;

use super::{OWN, SEES_ALL};
use crate::Projects;
use crate::model::{Outcome, PlanId, PlanLine, PlanState, PlanView};
use crate::store::plan::{self, Narrow};

/// What a list of plans may be narrowed to.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlanFilter {
    /// State.
    #[serde(default)]
    pub state: Option<PlanState>,
    /// Decision on the whole.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Organisation that plans.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
}

impl Projects {
    /// Plans of the own department; the data authority and the auditor see those that left theirs.
    ///
    /// # Errors
    /// `actor.role`; when the database cannot be read.
    pub async fn plans(
        &self,
        actor: &Actor,
        filter: &PlanFilter,
        query: &ListQuery,
    ) -> Result<Page<PlanLine>> {
        actor.require(&[OWN, SEES_ALL].concat())?;
        let all = actor.has_role(SEES_ALL);
        let own = actor.organisation().map(|own| &own.id);
        let wanted = filter.organisation_id.as_ref();
        if !all && wanted.is_some_and(|wanted| Some(wanted) != own) {
            return Ok(Page::new(Vec::new(), 0, query));
        }
        let narrow = Narrow {
            organisation: if all { wanted } else { own },
            filed_only: all,
            state: filter.state,
            outcome: filter.outcome,
        };
        let (lines, total) = plan::list(&self.kernel.db, &narrow, query).await?;
        let organisations = self.catalog.organisations().await?;
        let lines = lines.into_iter().filter_map(|line| Self::line(line, &organisations)).collect();
        Ok(Page::new(lines, total, query))
    }

    /// One plan.
    ///
    /// # Errors
    /// `plan.not_found`, also for what the reader may not know of.
    pub async fn plan(&self, actor: &Actor, id: &PlanId) -> Result<PlanView> {
        let plan = self.known_plan(actor, id).await?;
        self.view(actor, plan).await
    }
}
