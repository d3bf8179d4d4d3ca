//! The consumer's clock after the one notice of gaps: a reminder before it runs out, and a request that ends by silence
//! (视为撤回) when it has. The provider's clock is another one, which stands still meanwhile.

use async_trait::async_trait;
use kernel::error::Result;
use kernel::follow_up::Handler;
use kernel::settings::REMIND_DAYS;
use kernel::{Actor, Tx};

use super::step::{STAFF, To, Written};
use crate::model::{Act, Completion, RequestId};
use crate::store;
use crate::store::request::Request;
use crate::usecase::record::Subject;
use crate::{COMPLETION_CLOCK, Sharing};

const REMINDED: &str = "sharing.request.completion_reminded";
const LAPSED: &str = "sharing.request.lapsed";

/// Reminds of the end of the clock, and ends the request with it. There is one notice and so one clock a request.
pub(crate) struct CompletionClock(pub Sharing);

#[async_trait]
impl Handler for CompletionClock {
    fn kind(&self) -> &'static str {
        COMPLETION_CLOCK
    }
    async fn run(&self, key: &str) -> Result<()> {
        let Some((id, what)) = key.split_once('/') else { return Ok(()) };
        let found = store::request::find(&self.0.kernel.db, &RequestId(id.to_owned())).await?;
        // A request that was signed again, or taken back, has no such clock any more.
        let Some((request, clock)) = found.and_then(|one| one.completion.map(|clock| (one, clock))) else {
            return Ok(());
        };
        let over = self.0.kernel.now_ms() >= clock.end_ms();
        match what {
            "end" if over => self.0.lapse(request, clock).await,
            "remind" if !over => self.0.remind_of_gaps(&request, clock).await,
            _ => Ok(()),
        }
    }
}

impl Sharing {
    /// Leaves the work of reminding and of ending.
    pub(crate) async fn schedule_completion(
        &self,
        tx: &Tx<'_>,
        id: &RequestId,
        clock: Completion,
    ) -> Result<()> {
        if let Some(at_ms) = clock.remind_ms(self.kernel.days(&REMIND_DAYS).await?) {
            tx.follow_up_at(COMPLETION_CLOCK, &format!("{id}/remind"), at_ms).await?;
        }
        tx.follow_up_at(COMPLETION_CLOCK, &format!("{id}/end"), clock.end_ms()).await
    }

    async fn remind_of_gaps(&self, request: &Request, clock: Completion) -> Result<()> {
        // The work is done at least once; what it tells is told once.
        if store::event::has(&self.kernel.db, &Subject::Request(&request.id).key(), REMINDED).await? {
            return Ok(());
        }
        let (due, name) = (kernel::working_time::day_of(clock.due_ms), &request.resource_name);
        let tx = self.kernel.begin().await?;
        self.note_request(&tx, &Actor::System, request, of_the_clock(REMINDED, clock)).await?;
        let words = (
            format!("“{name}”的申请须在 {due} 前补正并由负责人签发，逾期视为撤回申请。"),
            format!(
                "Fill the gaps of the request for “{name}” and have it signed by {due}, or it is taken as withdrawn."
            ),
        );
        self.tell(&tx, request, To::Consumer(STAFF), REMINDED, words).await?;
        tx.commit().await
    }

    async fn lapse(&self, mut request: Request, clock: Completion) -> Result<()> {
        self.advance(&mut request, Act::Lapse)?;
        request.completion = None;
        request.clock.stop();
        let (consumer, _) = self.names(&request).await?;
        let (due, name) = (kernel::working_time::day_of(clock.due_ms), request.resource_name.clone());
        let tx = self.kernel.begin().await?;
        self.write_request(&tx, &Actor::System, &mut request, of_the_clock(LAPSED, clock)).await?;
        let words = (
            format!("对“{name}”的申请没有在 {due} 前补正，视为撤回；仍需要的，请重新申请。"),
            format!(
                "The gaps of the request for “{name}” were not filled by {due}; it is taken as withdrawn. Request it again if you still need it."
            ),
        );
        self.tell(&tx, &request, To::Consumer(STAFF), LAPSED, words).await?;
        let words = (
            format!("{consumer}没有在 {due} 前补正对“{name}”的申请，视为撤回，无需再办理。"),
            format!(
                "{consumer} did not fill the gaps of its request for “{name}” by {due}; it is taken as withdrawn."
            ),
        );
        self.tell(&tx, &request, To::Provider(STAFF), LAPSED, words).await?;
        tx.commit().await
    }
}

fn of_the_clock(kind: &'static str, clock: Completion) -> Written<'static> {
    let detail = serde_json::json!({"due_ms": clock.due_ms, "days": clock.days});
    Written { detail: Some(detail), ..Written::of(kind) }
}
