//! The consumer's side signs: submit, return, sign. A complete request for what is shared unconditionally is approved
//! by that signature alone.

use kernel::Actor;
use kernel::error::{Fields, Result};

use super::step::{HEAD, STAFF, To, Written};
use crate::Sharing;
use crate::model::{Act, DecisionView, Outcome, RequestId, RequestView, Stage};
use crate::settings;
use crate::store::request::Request;

impl Sharing {
    /// Gives a draft to the own head (送签).
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`.
    pub async fn submit_request(&self, actor: &Actor, id: &RequestId) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.consumer_id, STAFF)?;
        self.advance(&mut request, Act::Submit)?;
        let tx = self.kernel.begin().await?;
        self.write_request(&tx, actor, &mut request, Written::of("sharing.request.submitted")).await?;
        self.ask_for_signature(&tx, &request).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }

    pub(super) async fn ask_for_signature(&self, tx: &kernel::Tx<'_>, request: &Request) -> Result<()> {
        let words = (
            format!("请签发对“{}”的共享申请。", request.resource_name),
            format!("Sign the request for “{}”.", request.resource_name),
        );
        self.tell(tx, request, To::Consumer(HEAD), "sharing.request.to_sign", words).await
    }

    /// The consumer's head gives a request back (退回修改).
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`, `input.invalid`.
    pub async fn return_request(&self, actor: &Actor, id: &RequestId, reason: &str) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.consumer_id, HEAD)?;
        worded("reason", reason)?;
        self.advance(&mut request, Act::Return)?;
        let tx = self.kernel.begin().await?;
        self.write_request(&tx, actor, &mut request, Written::text("sharing.request.returned", reason))
            .await?;
        let words = (
            format!("对“{}”的共享申请被负责人退回：{reason}", request.resource_name),
            format!("Your request for “{}” was given back: {reason}", request.resource_name),
        );
        self.tell(&tx, &request, To::Consumer(STAFF), "sharing.request.returned", words).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }

    /// The consumer's head signs (签发). The reply clock starts; or the rule approves at once.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`; `grant.*` when a grant by rule cannot be made.
    pub async fn sign_request(&self, actor: &Actor, id: &RequestId) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.consumer_id, HEAD)?;
        let resource = self.requestable(&request.resource_id).await?;
        let gaps = self.gaps_of(&request, &resource).await?;
        request.unconditional = request.content.is_unconditional(&resource);
        let by_rule = request.unconditional && gaps.is_empty();
        self.advance(&mut request, Act::Sign { by_rule })?;
        let now_ms = self.kernel.now_ms();
        request.signed_ms.get_or_insert(now_ms);
        request.completion = None;
        let setting =
            if request.unconditional { settings::REPLY_UNCONDITIONAL } else { settings::REPLY_CONDITIONAL };
        request.clock.start(Stage::Reply, self.kernel.days(&setting).await?, now_ms);
        if by_rule {
            return self.approve_by_rule(actor, request, &resource).await;
        }
        let (consumer, _) = self.names(&request).await?;
        let tx = self.kernel.begin().await?;
        self.write_request(&tx, actor, &mut request, Written::of("sharing.request.signed")).await?;
        let words = (
            format!("{consumer}申请使用“{}”，请受理。", request.resource_name),
            format!("{consumer} requests “{}”; check whether it is complete.", request.resource_name),
        );
        self.tell(&tx, &request, To::Provider(STAFF), "sharing.request.to_check", words).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }

    async fn approve_by_rule(
        &self,
        actor: &Actor,
        mut request: Request,
        resource: &catalog::model::Resource,
    ) -> Result<RequestView> {
        let now_ms = self.kernel.now_ms();
        request.decided_ms = Some(now_ms);
        request.decision = Some(DecisionView {
            outcome: Outcome::Approve,
            reasons: Vec::new(),
            reasons_zh: Vec::new(),
            reasons_en: Vec::new(),
            text: "目录载明无条件共享，申请完整，按规则自动同意。".to_owned(),
            scope: Some(request.content.scope()),
            differences: Vec::new(),
            by_rule: true,
        });
        let ready = self.ready_grant(&request, resource).await?;
        request.clock.start(Stage::Delivery, self.kernel.days(&settings::DELIVERY).await?, now_ms);
        let (consumer, _) = self.names(&request).await?;
        let tx = self.kernel.begin().await?;
        self.note_request(&tx, actor, &request, Written::of("sharing.request.signed")).await?;
        let rule = serde_json::json!({"rule": "unconditional_and_complete", "share_type": "unconditional",
            "resource_version": resource.version, "gaps": 0});
        let what = Written { detail: Some(rule), ..Written::of("sharing.request.approved_by_rule") };
        self.write_request(&tx, &Actor::System, &mut request, what).await?;
        self.give(&tx, &Actor::System, &mut request, ready).await?;
        let words = (
            format!("对“{}”的申请已按无条件共享规则自动同意，正在交付。", request.resource_name),
            format!(
                "Your request for “{}” was approved by rule and is being delivered.",
                request.resource_name
            ),
        );
        self.tell(&tx, &request, To::Consumer(STAFF), "sharing.request.approved", words).await?;
        let words = (
            format!(
                "{consumer}对无条件共享资源“{}”的申请已按规则自动同意，请完成交付。",
                request.resource_name
            ),
            format!("{consumer}'s request for “{}” was approved by rule; deliver it.", request.resource_name),
        );
        self.tell(&tx, &request, To::Provider(STAFF), "sharing.request.to_deliver", words).await?;
        tx.commit().await?;
        self.view_request(actor, &request.id).await
    }
}

/// Refuses a blank or overlong text.
pub(crate) fn worded(path: &str, text: &str) -> Result<()> {
    let mut fields = Fields::default();
    fields.text(path, text, 500);
    fields.finish()
}
