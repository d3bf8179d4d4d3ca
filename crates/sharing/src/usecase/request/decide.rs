//! The provider decides (办理): a proposal, and the head's signature that makes it the decision.

use catalog::model::Resource;
use kernel::Actor;
use kernel::error::{Error, Fields, Result};
use kernel::settings::ChoiceValue;

use super::sign::worded;
use super::step::{HEAD, STAFF, To, Written};
use crate::Sharing;
use crate::model::{
    Act, DecisionInput, DecisionView, Outcome, RequestId, RequestState, RequestView, Stage, compare,
};
use crate::settings;
use crate::store::request::Request;

impl Sharing {
    /// Proposes a decision (拟办). A refusal needs reasons from the list and words; an approval may be narrower than
    /// the request, never wider.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`, `request.gaps_first`, `input.invalid`, `grant.*`.
    pub async fn decide_request(
        &self,
        actor: &Actor,
        id: &RequestId,
        input: DecisionInput,
    ) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.provider_id, STAFF)?;
        let resource = self.catalog.resource(&request.resource_id).await?;
        let resource = resource.ok_or_else(|| Error::missing(&request.resource_id))?;
        let blocked = self.gaps_of(&request, &resource).await?.iter().any(|gap| gap.blocking);
        let decision = match input.outcome {
            Outcome::Refuse => self.refusal(&input).await?,
            Outcome::Approve => self.approval(&request, &resource, &input).await?,
        };
        let act = Act::Decide {
            outcome: input.outcome,
            narrowed: !decision.differences.is_empty(),
            incomplete: blocked,
        };
        self.advance(&mut request, act)?;
        let detail = serde_json::to_value(&decision).ok();
        request.decision = Some(decision);
        let tx = self.kernel.begin().await?;
        let text = Some(input.text.trim()).filter(|text| !text.is_empty());
        let what = Written { kind: "sharing.request.decision_proposed", text, detail };
        self.write_request(&tx, actor, &mut request, what).await?;
        let words = (
            format!("请签批对“{}”的申请：{}。", request.resource_name, input.outcome.zh()),
            format!("Sign the decision on “{}”: {}.", request.resource_name, input.outcome.en()),
        );
        self.tell(&tx, &request, To::Provider(HEAD), "sharing.request.decision_to_sign", words).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }

    async fn refusal(&self, input: &DecisionInput) -> Result<DecisionView> {
        let known = self.kernel.choices(&settings::REFUSAL_REASONS).await?;
        let mut fields = Fields::default();
        fields.check(
            !input.reasons.is_empty(),
            "reasons",
            "request.no_reason",
            "不予同意须从理由列表中选择至少一项。",
            "A refusal needs at least one reason from the list.",
        );
        for (i, code) in input.reasons.iter().enumerate() {
            fields.check(
                known.iter().any(|one| one.code == *code),
                &format!("reasons[{i}]"),
                "request.reason_unknown",
                "理由不在列表中，请重新选择。",
                "This reason is not in the list; choose another.",
            );
        }
        fields.text("text", &input.text, 500);
        fields.check(
            input.scope.is_none(),
            "scope",
            "request.scope_of_refusal",
            "不予同意时不填批准范围。",
            "A refusal has no scope.",
        );
        fields.finish()?;
        let chosen: Vec<&ChoiceValue> =
            known.iter().filter(|one| input.reasons.contains(&one.code)).collect();
        Ok(DecisionView {
            outcome: Outcome::Refuse,
            reasons: chosen.iter().map(|one| one.code.clone()).collect(),
            reasons_zh: chosen.iter().map(|one| one.zh.clone()).collect(),
            reasons_en: chosen.iter().map(|one| one.en.clone()).collect(),
            text: input.text.clone(),
            scope: None,
            differences: Vec::new(),
            by_rule: false,
        })
    }

    async fn approval(
        &self,
        request: &Request,
        resource: &Resource,
        input: &DecisionInput,
    ) -> Result<DecisionView> {
        if !input.text.trim().is_empty() {
            worded("text", &input.text)?;
        }
        let asked = request.content.scope();
        let mut given = input.scope.clone().unwrap_or_else(|| asked.clone());
        for item in &mut given.items {
            item.zh = resource.item(&item.item).map(|known| known.zh.clone()).unwrap_or_default();
        }
        given.condition = given.condition.filter(|text| !text.trim().is_empty());
        let differences = compare(&asked, &given)?;
        // What could not become a grant is refused before the head sees it.
        let grant = request.content.grant_in(&given, &request.consumer_id, &request.resource_id);
        self.check_grant(&grant, resource)?;
        self.policies().compile(grant.condition.as_deref())?;
        Ok(DecisionView {
            outcome: Outcome::Approve,
            reasons: Vec::new(),
            reasons_zh: Vec::new(),
            reasons_en: Vec::new(),
            text: input.text.clone(),
            scope: Some(given),
            differences,
            by_rule: false,
        })
    }

    /// The provider's head gives a proposal back (退回).
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`, `input.invalid`.
    pub async fn return_decision(&self, actor: &Actor, id: &RequestId, reason: &str) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.provider_id, HEAD)?;
        worded("reason", reason)?;
        self.advance(&mut request, Act::ReturnDecision)?;
        request.decision = None;
        let tx = self.kernel.begin().await?;
        let what = Written::text("sharing.request.decision_returned", reason);
        self.write_request(&tx, actor, &mut request, what).await?;
        let words = (
            format!("对“{}”的办理意见被负责人退回：{reason}", request.resource_name),
            format!("The proposal on “{}” was given back: {reason}", request.resource_name),
        );
        self.tell(&tx, &request, To::Provider(STAFF), "sharing.request.decision_returned", words).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }

    /// The provider's head signs the decision (签批): refused, approved and on its way, or approved with a narrower
    /// scope that the consumer has yet to accept.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`, `grant.*`.
    pub async fn sign_decision(&self, actor: &Actor, id: &RequestId) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.provider_id, HEAD)?;
        self.advance(&mut request, Act::SignDecision)?;
        let now_ms = self.kernel.now_ms();
        request.decided_ms = Some(now_ms);
        request.clock.stop();
        let (kind, zh, en) = match request.state() {
            RequestState::Refused => ("sharing.request.refused", "不予同意", "refused"),
            RequestState::Approved => {
                ("sharing.request.approved", "同意，但范围有缩小，请确认", "approved with a narrower scope")
            }
            _ => ("sharing.request.approved", "同意，正在交付", "approved and being delivered"),
        };
        let mut ready = None;
        if request.state() == RequestState::Delivering {
            ready = self.set_out(&mut request).await?;
        }
        let (_, provider) = self.names(&request).await?;
        let detail = request.decision.as_ref().and_then(|decision| serde_json::to_value(decision).ok());
        let text = request.decision.as_ref().map(|decision| decision.text.clone());
        let tx = self.kernel.begin().await?;
        let what = Written { kind, text: text.as_deref().filter(|text| !text.is_empty()), detail };
        self.write_request(&tx, actor, &mut request, what).await?;
        self.give(&tx, actor, &mut request, ready).await?;
        let words = (
            format!("{provider}对“{}”的答复：{zh}。", request.resource_name),
            format!("{provider} on “{}”: {en}.", request.resource_name),
        );
        self.tell(&tx, &request, To::Consumer(STAFF), "sharing.request.decided", words).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }

    /// The consumer accepts the narrower scope (确认).
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.state`, `grant.*`.
    pub async fn accept_scope(&self, actor: &Actor, id: &RequestId) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.consumer_id, STAFF)?;
        self.advance(&mut request, Act::AcceptScope)?;
        let ready = self.set_out(&mut request).await?;
        let tx = self.kernel.begin().await?;
        self.write_request(&tx, actor, &mut request, Written::of("sharing.request.scope_accepted")).await?;
        // The grant is the provider's, given when its head signed; the acceptance only sets it free.
        self.give(&tx, &Actor::System, &mut request, ready).await?;
        let words = (
            format!("使用方已确认“{}”的批准范围，请完成交付。", request.resource_name),
            format!("The consumer accepted the scope for “{}”; deliver it.", request.resource_name),
        );
        self.tell(&tx, &request, To::Provider(STAFF), "sharing.request.to_deliver", words).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }

    /// Starts the clock of delivery and makes the grant ready, if its resource is mounted.
    async fn set_out(&self, request: &mut Request) -> Result<Option<super::deliver::ReadyGrant>> {
        let resource = self.catalog.resource(&request.resource_id).await?;
        let resource = resource.ok_or_else(|| Error::missing(&request.resource_id))?;
        let days = self.kernel.days(&settings::DELIVERY).await?;
        request.clock.start(Stage::Delivery, days, self.kernel.now_ms());
        self.ready_grant(request, &resource).await
    }
}
