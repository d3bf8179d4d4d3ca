//! Read the board.

use std::collections::HashMap;

use kernel::error::{Error, Result};
use kernel::ids::OrganisationId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Role};

use crate::Sharing;
use crate::model::{NeedAnswer, NeedId, NeedState, NeedView, TimelineEvent};
use crate::store;
use crate::store::need::Need;
use crate::usecase::record::Subject;
use crate::usecase::request::{STAFF, clock_view};

/// Filters of the board.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NeedFilter {
    /// States, parted by commas.
    #[serde(default)]
    pub state: Option<String>,
    /// Only what the own department posted or is responsible for.
    #[serde(default)]
    pub mine: Option<bool>,
}

impl Sharing {
    /// One need.
    ///
    /// # Errors
    /// `need.not_found`, `actor.role`.
    pub async fn view_need(&self, actor: &Actor, id: &NeedId) -> Result<NeedView> {
        let need = self.open_need(actor, id).await?;
        let mut views = self.need_views(actor, vec![need]).await?;
        views.pop().ok_or_else(|| Error::missing(id))
    }

    /// The board. Every department sees every need.
    ///
    /// # Errors
    /// `need.filter`.
    pub async fn needs(
        &self,
        actor: &Actor,
        filter: &NeedFilter,
        query: &ListQuery,
    ) -> Result<Page<NeedView>> {
        actor.require_user()?;
        let states: Vec<NeedState> = filter
            .state
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .filter(|one| !one.is_empty())
            .map(|one| NeedState::parse(one).ok_or_else(wrong_filter))
            .collect::<Result<_>>()?;
        if actor.has_role(&[Role::PlatformOperator]) {
            return Ok(Page::new(Vec::new(), 0, query));
        }
        let mine = filter.mine.unwrap_or(false).then(|| actor.organisation()).flatten().map(|own| &own.id);
        let (needs, total) = store::need::page(&self.kernel.db, mine, &states, query).await?;
        Ok(Page::new(self.need_views(actor, needs).await?, total, query))
    }

    /// What happened to a need, oldest first.
    ///
    /// # Errors
    /// `need.not_found`, `actor.role`.
    pub async fn need_timeline(&self, actor: &Actor, id: &NeedId) -> Result<Vec<TimelineEvent>> {
        self.open_need(actor, id).await?;
        self.timeline(Subject::Need(id)).await
    }

    async fn need_views(&self, actor: &Actor, needs: Vec<Need>) -> Result<Vec<NeedView>> {
        let ids: Vec<_> = needs.iter().map(|need| need.id.clone()).collect();
        let organisations = self.catalog.organisations().await?;
        let name = |id: &OrganisationId| organisations.name(id).to_owned();
        let mut answers: HashMap<NeedId, Vec<NeedAnswer>> = HashMap::new();
        for row in store::need::answers(&self.kernel.db, &ids).await? {
            answers.entry(row.need_id).or_default().push(NeedAnswer {
                organisation_name: name(&row.organisation_id),
                organisation_id: row.organisation_id,
                holds: row.holds,
                reason: row.reason,
                time_ms: row.time_ms,
            });
        }
        let now_ms = self.kernel.now_ms();
        let mut views = Vec::with_capacity(needs.len());
        for need in needs {
            let resource = match &need.resource_id {
                Some(id) => self.catalog.resource(id).await?,
                None => None,
            };
            let answers = answers.remove(&need.id).unwrap_or_default();
            views.push(NeedView {
                may: may(actor, &need, &answers),
                clock: clock_view(&need.clock, now_ms),
                consumer_name: name(&need.consumer_id),
                responsible_name: need.responsible_id.as_ref().map(name),
                resource_code: resource.as_ref().map(|one| one.code.clone()),
                resource_name: resource.map(|one| one.name),
                answers,
                id: need.id,
                state: need.state,
                content: need.content,
                consumer_id: need.consumer_id,
                responsible_id: need.responsible_id,
                resource_id: need.resource_id,
                created_ms: need.created_ms,
                closing: need.closing,
            });
        }
        Ok(views)
    }
}

/// What the actor may do now.
fn may(actor: &Actor, need: &Need, answers: &[NeedAnswer]) -> Vec<String> {
    let business = actor.has_role(&[Role::BusinessOperator]);
    let staff = actor.has_role(STAFF);
    let answerable = matches!(need.state, NeedState::Open | NeedState::Committed);
    let answered = answers.iter().any(|one| actor.is_of(&one.organisation_id));
    let promised = matches!(need.state, NeedState::Committed | NeedState::Designated);
    let responsible = need.responsible_id.as_ref().is_some_and(|id| actor.is_of(id));
    let open = need.state != NeedState::Closed;
    [
        ("answer", answerable && staff && !answered && !actor.is_of(&need.consumer_id)),
        ("designate", business && (answerable || promised)),
        ("link", promised && (business || staff && responsible)),
        ("close", open && (business || staff && actor.is_of(&need.consumer_id))),
    ]
    .into_iter()
    .filter(|(_, allowed)| *allowed)
    .map(|(act, _)| act.to_owned())
    .collect()
}

fn wrong_filter() -> Error {
    let all: Vec<_> = NeedState::ALL.iter().map(|state| state.as_str()).collect();
    Error::bad_input(
        "need.filter",
        format!("状态须为以下各项（逗号分隔）：{}", all.join("、")),
        format!("The states are out of {}.", all.join(", ")),
    )
}
