//! Read requests.

use kernel::Actor;
use kernel::error::{Error, Result};
use kernel::ids::ResourceId;
use kernel::page::{ListQuery, Page};
use kernel::working_time::working_days_between;

use super::may::{may, side};
use crate::Sharing;
use crate::model::{Clock, ClockView, Gap, RequestId, RequestState, RequestView, Side, TimelineEvent};
use crate::store;
use crate::store::request::Request;
use crate::store::request_list::{Filter, Of};
use crate::usecase::record::Subject;

/// Filters of the list of requests.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestFilter {
    /// States, parted by commas.
    #[serde(default)]
    pub state: Option<String>,
    /// `consumer`: those of the own department; `provider`: those that reached it; both when left out.
    #[serde(default)]
    pub side: Option<String>,
    /// Resource id.
    #[serde(default)]
    pub resource_id: Option<String>,
    /// Only those whose clock has run out.
    #[serde(default)]
    pub late: Option<bool>,
}

impl Sharing {
    /// One request.
    ///
    /// # Errors
    /// `request.not_found`, also for what the reader may not know of.
    pub async fn view_request(&self, actor: &Actor, id: &RequestId) -> Result<RequestView> {
        let request = self.open_request(actor, id).await?;
        let proposed = self.proposed(actor, &request).await?;
        self.shown(actor, request, proposed).await
    }

    /// Gaps that the rules find, for who can still fill or name them.
    async fn proposed(&self, actor: &Actor, request: &Request) -> Result<Vec<Gap>> {
        let wanted = match request.state() {
            RequestState::Draft | RequestState::Signing | RequestState::Incomplete => {
                actor.is_of(&request.consumer_id)
            }
            RequestState::Checking | RequestState::Deciding => !actor.is_of(&request.consumer_id),
            _ => false,
        };
        if !wanted {
            return Ok(Vec::new());
        }
        match self.catalog.resource(&request.resource_id).await? {
            Some(resource) => self.gaps_of(request, &resource).await,
            None => Ok(Vec::new()),
        }
    }

    async fn shown(&self, actor: &Actor, request: Request, proposed_gaps: Vec<Gap>) -> Result<RequestView> {
        let now_ms = self.kernel.now_ms();
        let (consumer_name, provider_name) = self.names(&request).await?;
        let side = side(actor, &request);
        let lists = [(&request.consumer_id, request.content.client_ids.as_slice())];
        let clients = self.label_clients(actor, &lists).await?.swap_remove(0);
        let state = request.state();
        // What the provider's people still talk over among themselves is not the consumer's to see.
        let proposal = matches!(state, RequestState::Deciding | RequestState::ProviderSigning);
        let decision = request.decision.clone().filter(|_| !(proposal && side == Side::Consumer));
        Ok(RequestView {
            may: may(actor, &request, now_ms),
            clock: clock_view(&request.clock, now_ms),
            completion: request.completion.map(|clock| clock.view(now_ms)),
            since_ms: request.since_ms,
            unconditional: request.unconditional,
            consumer_name,
            provider_name,
            proposed_gaps,
            noticed: request.progress.noticed,
            decision,
            side,
            state,
            id: request.id,
            consumer_id: request.consumer_id,
            provider_id: request.provider_id,
            resource_code: request.resource_code,
            resource_name: request.resource_name,
            content: request.content,
            clients,
            gaps: request.gaps,
            extension: request.extension,
            grant_id: request.grant_id,
            created_ms: request.created_ms,
            signed_ms: request.signed_ms,
            decided_ms: request.decided_ms,
            delivered_ms: request.delivered_ms,
        })
    }

    /// Requests the actor may know of.
    ///
    /// # Errors
    /// `actor.user` for client systems; `request.filter` for a filter there is none of.
    pub async fn requests(
        &self,
        actor: &Actor,
        filter: &RequestFilter,
        query: &ListQuery,
    ) -> Result<Page<RequestView>> {
        actor.require_user()?;
        let states = states(filter.state.as_deref())?;
        let resource = filter.resource_id.clone().filter(|id| store::storable(id)).map(ResourceId);
        let own = actor.organisation().map(|own| &own.id);
        let overseer = actor.has_role(&[kernel::Role::BusinessOperator, kernel::Role::SecurityAuditor]);
        let of = match (filter.side.as_deref().unwrap_or_default(), own) {
            ("consumer", Some(own)) => Of::Consumer(own),
            ("provider", Some(own)) => Of::Provider(own),
            ("", _) if overseer => Of::Everyone,
            ("", Some(own)) if !actor.has_role(&[kernel::Role::PlatformOperator]) => Of::Party(own),
            ("" | "consumer" | "provider", _) => return Ok(Page::new(Vec::new(), 0, query)),
            _ => return Err(wrong_filter()),
        };
        if actor.has_role(&[kernel::Role::PlatformOperator]) {
            return Ok(Page::new(Vec::new(), 0, query));
        }
        let late_at = filter.late.unwrap_or(false).then(|| self.kernel.now_ms());
        let filter = Filter { of, states: &states, resource: resource.as_ref(), late_at };
        let (found, total) = store::request_list::page(&self.kernel.db, &filter, query).await?;
        let mut views = Vec::with_capacity(found.len());
        for request in found {
            views.push(self.shown(actor, request, Vec::new()).await?);
        }
        Ok(Page::new(views, total, query))
    }

    /// What happened to a request, oldest first.
    ///
    /// # Errors
    /// `request.not_found`.
    pub async fn request_timeline(&self, actor: &Actor, id: &RequestId) -> Result<Vec<TimelineEvent>> {
        let request = self.open_request(actor, id).await?;
        let mut events = self.timeline(Subject::Request(id)).await?;
        // Likewise: the other side's drafts and talks are not shown before they are signed.
        let (consumer, provider) = (actor.is_of(&request.consumer_id), actor.is_of(&request.provider_id));
        events.retain(|event| match event.kind.as_str() {
            "sharing.request.drafted"
            | "sharing.request.changed"
            | "sharing.request.submitted"
            | "sharing.request.returned" => consumer,
            "sharing.request.decision_proposed" | "sharing.request.decision_returned" => {
                provider || !consumer
            }
            _ => true,
        });
        Ok(events)
    }
}

/// States out of a list parted by commas.
fn states(text: Option<&str>) -> Result<Vec<RequestState>> {
    text.unwrap_or_default()
        .split(',')
        .filter(|one| !one.is_empty())
        .map(|one| RequestState::parse(one).ok_or_else(wrong_filter))
        .collect()
}

fn wrong_filter() -> Error {
    let all: Vec<_> = RequestState::ALL.iter().map(|state| state.as_str()).collect();
    Error::bad_input(
        "request.filter",
        format!(
            "筛选条件有误：side 为 consumer 或 provider，state 为以下各项（逗号分隔）：{}",
            all.join("、")
        ),
        format!("Wrong filter: side is consumer or provider; state is out of {}.", all.join(", ")),
    )
}

/// The clock as people read it.
pub(crate) fn clock_view(clock: &Clock, now_ms: i64) -> ClockView {
    let running = clock.stage.is_some();
    ClockView {
        stage: clock.stage,
        from_ms: running.then_some(clock.from_ms),
        days: if running { clock.days } else { 0 },
        passed_days: if running { working_days_between(clock.from_ms, now_ms) } else { 0 },
        due_ms: running.then_some(clock.due_ms),
        late: running && now_ms > clock.due_ms,
        escalation: clock.step,
        overdue: clock.overdue,
        frozen_ms: clock.frozen_ms,
        frozen_from_ms: clock.frozen_from_ms,
    }
}
