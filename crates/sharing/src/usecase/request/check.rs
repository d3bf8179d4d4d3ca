//! 受理: the provider's side looks whether a request is complete, and tells all gaps at once.

use kernel::Actor;
use kernel::error::{Error, Fields, Result};

use super::step::{CHECKERS, STAFF, To, Written};
use crate::Sharing;
use crate::model::{Act, Completion, Gap, NoticeInput, RequestId, RequestView};
use crate::settings;

impl Sharing {
    /// Accepts a request as complete.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`; `request.gaps_first` while gaps block of which the consumer
    /// was never told.
    pub async fn accept_request(&self, actor: &Actor, id: &RequestId) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.provider_id, CHECKERS)?;
        let resource = self.catalog.resource(&request.resource_id).await?;
        let resource = resource.ok_or_else(|| Error::missing(&request.resource_id))?;
        let incomplete = self.gaps_of(&request, &resource).await?.iter().any(|gap| gap.blocking);
        self.advance(&mut request, Act::Accept { incomplete })?;
        let tx = self.kernel.begin().await?;
        self.write_request(&tx, actor, &mut request, Written::of("sharing.request.accepted")).await?;
        let words = (
            format!("对“{}”的申请已受理。", request.resource_name),
            format!("Your request for “{}” was accepted as complete.", request.resource_name),
        );
        self.tell(&tx, &request, To::Consumer(STAFF), "sharing.request.accepted", words).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }

    /// Tells the consumer of every gap at once (一次性告知). The clock stands still until they are filled.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`, `request.gaps_once` for a second notice, `input.invalid`.
    pub async fn notify_gaps(
        &self,
        actor: &Actor,
        id: &RequestId,
        input: NoticeInput,
    ) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.provider_id, CHECKERS)?;
        self.advance(&mut request, Act::Notify)?;
        let resource = self.catalog.resource(&request.resource_id).await?;
        let resource = resource.ok_or_else(|| Error::missing(&request.resource_id))?;
        let proposed = self.gaps_of(&request, &resource).await?;
        request.gaps = gathered(proposed, &input)?;
        let now_ms = self.kernel.now_ms();
        request.clock.freeze(now_ms);
        let completion = Completion::start(self.kernel.days(&settings::COMPLETION).await?, now_ms);
        request.completion = Some(completion);
        let list: Vec<_> = (1..).zip(&request.gaps).map(|(n, gap)| format!("{n}. {}", gap.zh)).collect();
        let list = list.join("\n");
        let detail = serde_json::to_value(&request.gaps).ok();
        let tx = self.kernel.begin().await?;
        let what = Written { kind: "sharing.request.gaps_notified", text: Some(&list), detail };
        self.write_request(&tx, actor, &mut request, what).await?;
        self.schedule_completion(&tx, &request.id, completion).await?;
        let due = kernel::working_time::day_of(completion.due_ms);
        let (name, count) = (&request.resource_name, request.gaps.len());
        let words = (
            format!(
                "对“{name}”的申请有 {count} 处需要补正，请在 {due} 前一次补齐并由负责人签发，逾期视为撤回申请。"
            ),
            format!(
                "Your request for “{name}” has {count} gaps; fill them all and have it signed by {due}, or it is taken as \
                 withdrawn."
            ),
        );
        self.tell(&tx, &request, To::Consumer(STAFF), "sharing.request.gaps", words).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }
}

/// What stands in the notice: the gaps the rules propose and the person leaves in, and those the person adds.
fn gathered(proposed: Vec<Gap>, input: &NoticeInput) -> Result<Vec<Gap>> {
    let mut fields = Fields::default();
    for (i, gap) in input.gaps.iter().enumerate() {
        fields.text(&format!("gaps[{i}].text"), &gap.text, 500);
        fields.check(
            gap.path.chars().count() <= 100 && !gap.path.chars().any(char::is_control),
            &format!("gaps[{i}].path"),
            "field.too_long",
            "所指位置过长。",
            "The path is too long.",
        );
    }
    let mut all: Vec<_> =
        proposed.into_iter().filter(|gap| gap.blocking || !input.without.contains(&gap.code)).collect();
    all.extend(input.gaps.iter().map(crate::model::GapInput::gap));
    fields.check(
        !all.is_empty() && all.len() <= 200,
        "gaps",
        "request.no_gaps",
        "没有需要补正的事项（或超过 200 项）；申请完整的，请直接受理。",
        "There is nothing to fill (or more than 200 gaps); accept a complete request.",
    );
    fields.finish()?;
    Ok(all)
}
