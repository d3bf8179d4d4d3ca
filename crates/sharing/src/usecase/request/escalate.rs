//! Silence escalates by itself: each rung of the ladder is a row of follow-up work that names the clock it belongs to.
//! A row of an older clock, or of a rung climbed already, does nothing; so each rung is climbed once, whatever
//! happens in between.

use async_trait::async_trait;
use kernel::Actor;
use kernel::error::Result;
use kernel::follow_up::Handler;

use super::step::{HEAD, STAFF, To, Written};
use crate::model::{RequestId, RequestState, Stage, Step};
use crate::store;
use crate::store::request::Request;
use crate::{REQUEST_CLOCK, Sharing};

/// Key of the work of a rung: whose clock, which clock, which rung.
pub(crate) fn key(id: &str, number: i32, step: Step) -> String {
    format!("{id}/{number}/{}", step.number())
}

/// What a key names; `None` for a key this program did not write.
pub(crate) fn parse(key: &str) -> Option<(&str, i32, Step)> {
    let mut parts = key.split('/');
    let (id, number, step) = (parts.next()?, parts.next()?, parts.next()?);
    Some((id, number.parse().ok()?, Step::parse(step.parse().ok()?)?))
}

/// Climbs the ladder of requests.
pub(crate) struct RequestClock(pub Sharing);

#[async_trait]
impl Handler for RequestClock {
    fn kind(&self) -> &'static str {
        REQUEST_CLOCK
    }
    async fn run(&self, work: &str) -> Result<()> {
        let Some((id, number, step)) = parse(work) else { return Ok(()) };
        let id = RequestId(id.to_owned());
        let Some(request) = store::request::find(&self.0.kernel.db, &id).await? else { return Ok(()) };
        let clock = &request.clock;
        if clock.number != number || clock.stage.is_none() || clock.step >= step.number() {
            return Ok(());
        }
        self.0.climb(request, step).await
    }
}

impl Sharing {
    async fn climb(&self, mut request: Request, step: Step) -> Result<()> {
        request.clock.step = step.number();
        let (_, provider) = self.names(&request).await?;
        let stage = request.clock.stage.map_or(("", ""), |stage| (stage.zh(), stage.en()));
        let due = kernel::working_time::day_of(request.clock.due_ms);
        let name = request.resource_name.clone();
        let (kind, zh, en) = match step {
            Step::None => return Ok(()),
            Step::Reminded => (
                "sharing.request.reminded",
                format!("“{name}”的申请须在 {due} 前{}，请抓紧办理。", stage.0),
                format!("“{name}”: {} is due on {due}.", stage.1),
            ),
            Step::Head => (
                "sharing.request.head_told",
                format!("“{name}”的申请已于 {due} 到期，承办人尚未{}，请督办。", stage.0),
                format!("“{name}”: {} was due on {due} and is not done; see to it.", stage.1),
            ),
            Step::Authority => (
                "sharing.request.authority_told",
                format!("{provider}对“{name}”的申请逾期未{}，应于 {due} 办结。", stage.0),
                format!("{provider} is late with “{name}”: {} was due on {due}.", stage.1),
            ),
            Step::Overdue => {
                request.clock.overdue += 1;
                (
                    "sharing.request.overdue",
                    format!("{provider}对“{name}”的申请已记为超期（应于 {due} {}）。", stage.0),
                    format!("{provider}: “{name}” was marked overdue ({} was due on {due}).", stage.1),
                )
            }
        };
        let detail = serde_json::json!({"step": step.number(), "due_ms": request.clock.due_ms,
            "stage": request.clock.stage.map(Stage::as_str)});
        let tx = self.kernel.begin().await?;
        let what = Written { kind, text: None, detail: Some(detail) };
        self.write_request(&tx, &Actor::System, &mut request, what).await?;
        for to in addressees(step, request.state()) {
            self.tell(&tx, &request, *to, kind, (zh.clone(), en.clone())).await?;
        }
        self.schedule_request(&tx, &request).await?;
        tx.commit().await
    }
}

/// Who is told at which rung.
fn addressees(step: Step, state: RequestState) -> &'static [To<'static>] {
    match step {
        Step::None => &[],
        Step::Reminded if state == RequestState::ProviderSigning => &[To::Provider(HEAD)],
        Step::Reminded => &[To::Provider(STAFF)],
        Step::Head => &[To::Provider(HEAD)],
        Step::Authority => &[To::Authority],
        Step::Overdue => &[To::Provider(HEAD), To::Authority, To::Consumer(STAFF)],
    }
}
