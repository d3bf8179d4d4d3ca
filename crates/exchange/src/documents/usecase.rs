//! Listing documents, and beginning, accepting, declining and calling off handovers.

use kernel::error::Fields;
use kernel::evidence::{Leaf, Payload};
use kernel::ids::{CallId, GrantId};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result, Role};
use plan::batch::TargetQuestion;
use plan::document::{DocumentList, DocumentListed};
use plan::model::{KeyValue, Shape};
use sea_orm::ActiveValue::Set;
use wire::proto::{TargetQuestion as Question, metadata_request::What};

use super::model::{DocumentsView, HandoverId, HandoverInput, HandoverState, HandoverView, PlaceInput};
use super::over::OVER;
use super::runner::name_item;
use super::store::{self, Column, Model, Wanted};
use crate::Exchange;
use crate::agents::metadata::PATIENCE;
use crate::leave::{in_force, no_grant};
use crate::model::CallPurpose;
use crate::path::{Asked, authorise, record};

/// People of a department who handle cases, and so hand documents over and take them in.
const MAY: &[Role] = &[Role::DepartmentOperator, Role::DepartmentHead];
/// Who sees those of everybody.
const SEES_ALL: &[Role] = &[Role::PlatformOperator, Role::BusinessOperator, Role::SecurityAuditor];
/// Documents in one list.
const LISTED: usize = 200;

/// What somebody does about a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Decline,
    Cancel,
    Retry,
}

impl Exchange {
    /// Documents that may be handed over under a grant; asked live of the provider's agent, and recorded there and here.
    ///
    /// # Errors
    /// `authorise.*`, `plan.*`, `link.*`, `source.*`.
    pub async fn list_documents(
        &self,
        actor: &Actor,
        grant: &GrantId,
        search: &str,
    ) -> Result<DocumentsView> {
        let book = self.sharing.book().await?;
        let usable = book.get(grant).ok_or_else(no_grant)?.clone();
        let consumer = actor.is_of(&usable.grant.consumer_id);
        if !may(actor) || !(consumer || actor.is_of(&usable.grant.provider_id)) {
            return Err(no_grant());
        }
        in_force(&usable, self.kernel.now_ms(), Shape::File)?;
        let name_item = name_item(&usable)?;
        let purpose = usable.grant.purposes.first().ok_or_else(no_grant)?;
        let call = self.kernel.new_id::<CallId>();
        let asked = DocumentList {
            call: call.0.clone(),
            grant: grant.0.clone(),
            pin_digest: usable.pin_digest.clone(),
            purpose: purpose.into(),
            caller: actor.label(),
            search: search.trim().chars().take(100).collect(),
            limit: LISTED,
        };
        let json = serde_json::to_vec(&TargetQuestion::Documents(asked))
            .map_err(|error| Error::internal("exchange.question_encode", error))?;
        let agent = crate::store::find(&self.kernel.db, &usable.agent_id.clone().into())
            .await?
            .ok_or_else(no_grant)?;
        let what = What::Target(Question { json: json.into() });
        let said = self.ask_agent(&agent, &usable.source, what, PATIENCE).await?;
        let listed: DocumentListed =
            serde_json::from_value(said).map_err(|error| Error::internal("exchange.documents", error))?;
        let mut leaf = Leaf {
            call: Some(call.0),
            consumer: Some(usable.pin.grant.consumer.clone()),
            provider: Some(usable.provider.credit_code.clone()),
            resource: Some(usable.resource_code.clone()),
            grant: Some(grant.0.clone()),
            grant_version: Some(usable.grant.version),
            matter: Some(purpose.matter.clone()),
            basis: Some(purpose.basis.clone()),
            items: listed.items.clone(),
            rows: Some(u32::try_from(listed.rows.len()).unwrap_or(u32::MAX)),
            agent: Some(usable.agent_id.clone()),
            agent_index: Some(listed.index),
            agent_digest: Some(listed.digest),
            ..Leaf::of("exchange.file.listed")
        };
        let payload = Payload { caller: actor.label(), ..Payload::default() };
        let opening = self.kernel.evidence.seal(&mut leaf, payload);
        self.kernel.evidence.append(&leaf, &opening).await?;
        let label = |item: &String| usable.labels.iter().find(|label| label.item == *item).cloned();
        Ok(DocumentsView {
            items: listed.items.iter().filter_map(label).collect(),
            name_item,
            rows: listed.rows,
            more: listed.more,
        })
    }

    /// Begins a handover: the consumer asks for a document, or the provider offers one.
    ///
    /// # Errors
    /// `input.invalid`, `authorise.*`, `plan.document_key`, `agent.not_found`.
    pub async fn hand_over(&self, actor: &Actor, input: &HandoverInput) -> Result<HandoverView> {
        let now = self.kernel.now_ms();
        let book = self.sharing.book().await?;
        let usable = book.get(&input.grant_id).ok_or_else(no_grant)?.clone();
        let offers = actor.is_of(&usable.grant.provider_id) && !actor.is_of(&usable.grant.consumer_id);
        if !may(actor) || !(offers || actor.is_of(&usable.grant.consumer_id)) {
            return Err(no_grant());
        }
        check_form(input, offers, now)?;
        in_force(&usable, now, Shape::File)?;
        let item = name_item(&usable)?;
        let until = usable.grant.valid_until_ms;
        let id: HandoverId = self.kernel.new_id();
        let mut row = Model {
            id: id.clone(),
            grant_id: input.grant_id.clone(),
            consumer_id: usable.grant.consumer_id.clone(),
            provider_id: usable.grant.provider_id.clone(),
            resource_id: usable.grant.resource_id.clone(),
            document: input.document.trim().to_owned(),
            agent_id: None,
            target: None,
            purpose: crate::subscriptions::store::write(&input.purpose)?,
            case_no: input.case_no.trim().to_owned(),
            note: input.note.trim().to_owned(),
            offered: offers,
            caller: String::new(),
            created_by: actor.label(),
            created_ms: now,
            expires_ms: input.expires_ms.unwrap_or(until).min(until),
            state: HandoverState::Offered.as_str().to_owned(),
            notice: None,
            due_ms: None,
            failures: 0,
            bytes: None,
            moved: 0,
            digest: None,
            provider_clean: None,
            receiver_clean: None,
            path: None,
            received_ms: None,
            removed: None,
            first_index: None,
            receipt_index: None,
        };
        if !offers {
            let to = input.to.as_ref().ok_or_else(no_place)?;
            self.place_is_own(actor, to).await?;
            self.covered(actor, &row, &usable.resource_code, &item).await?;
            row.agent_id = Some(to.agent_id.clone());
            row.target = Some(to.target.clone());
            row.caller = actor.label();
            row.state = HandoverState::Waiting.as_str().to_owned();
            row.due_ms = Some(now);
        }
        let leaf = Leaf {
            call: Some(id.0.clone()),
            provider: Some(usable.provider.credit_code.clone()),
            consumer: Some(usable.pin.grant.consumer.clone()),
            resource: Some(usable.resource_code.clone()),
            grant: Some(input.grant_id.0.clone()),
            matter: Some(input.purpose.matter.clone()),
            basis: Some(input.purpose.basis.clone()),
            ..Leaf::of(if offers { "exchange.file.offered" } else { "exchange.file.asked" })
        };
        let tx = self.kernel.begin().await?;
        store::insert(tx.connection(), row.clone()).await?;
        tx.record(actor, leaf, Some(&row.note), Some(row.document.clone())).await?;
        tx.commit().await?;
        self.moving.wake.notify_one();
        self.handover_view(actor, &row).await
    }

    /// The consumer takes an offered document, and says where to.
    ///
    /// # Errors
    /// `handover.not_found`, `handover.state`, `actor.role`, `authorise.*`.
    pub async fn accept_document(
        &self,
        actor: &Actor,
        id: &HandoverId,
        to: &PlaceInput,
    ) -> Result<HandoverView> {
        let row = self.visible_handover(actor, id).await?;
        consumer_only(actor, &row)?;
        if row.stands() != HandoverState::Offered {
            return Err(not_now());
        }
        self.place_is_own(actor, to).await?;
        let book = self.sharing.book().await?;
        let usable = book.get(&row.grant_id).ok_or_else(no_grant)?.clone();
        in_force(&usable, self.kernel.now_ms(), Shape::File)?;
        let item = name_item(&usable)?;
        self.covered(actor, &row, &usable.resource_code, &item).await?;
        let leaf = self.handover_leaf(&row, "exchange.file.asked").await?;
        let now = self.kernel.now_ms();
        let tx = self.kernel.begin().await?;
        let changed = store::change(tx.connection(), row, |row| {
            row.state = Set(HandoverState::Waiting.as_str().to_owned());
            row.agent_id = Set(Some(to.agent_id.clone()));
            row.target = Set(Some(to.target.clone()));
            row.caller = Set(actor.label());
            row.due_ms = Set(Some(now));
        });
        let row = changed.await?.ok_or_else(not_now)?;
        tx.record(actor, leaf, None, Some(id.0.clone())).await?;
        tx.commit().await?;
        self.moving.wake.notify_one();
        self.handover_view(actor, &row).await
    }

    /// Declines, calls off, or tries again.
    ///
    /// # Errors
    /// `handover.not_found`, `handover.state`, `actor.role`.
    pub(super) async fn step_document(
        &self,
        actor: &Actor,
        id: &HandoverId,
        step: Step,
        reason: &str,
    ) -> Result<HandoverView> {
        let row = self.visible_handover(actor, id).await?;
        if !may_change(actor, &row) {
            return Err(not_yours());
        }
        let before = row.stands();
        let (fits, after) = match step {
            Step::Decline => (before == HandoverState::Offered, HandoverState::Declined),
            Step::Cancel => (before.is_open(), HandoverState::Cancelled),
            Step::Retry => {
                (before == HandoverState::Failed && row.agent_id.is_some(), HandoverState::Waiting)
            }
        };
        if step != Step::Cancel {
            consumer_only(actor, &row)?;
        }
        if !fits {
            return Err(not_now());
        }
        let retry = step == Step::Retry;
        let kind = if retry { "exchange.file.asked" } else { "exchange.file.cancelled" };
        let leaf = self.handover_leaf(&row, kind).await?;
        let now = self.kernel.now_ms();
        let tx = self.kernel.begin().await?;
        let changed = store::change(tx.connection(), row, |row| {
            row.state = Set(after.as_str().to_owned());
            row.due_ms = Set(retry.then_some(now));
            if retry {
                // The document may be another one by now: it is looked at and counted anew.
                row.digest = Set(None);
                row.provider_clean = Set(None);
                row.receiver_clean = Set(None);
                row.notice = Set(None);
                row.failures = Set(0);
            }
        });
        let row = changed.await?.ok_or_else(not_now)?;
        tx.record(actor, leaf, Some(reason), Some(id.0.clone())).await?;
        if !retry {
            tx.follow_up(OVER, id.as_str()).await?;
        }
        tx.commit().await?;
        if let Some(attempt) = self.moving.of(id).filter(|_| !retry) {
            attempt.stop.cancel();
        }
        self.moving.wake.notify_one();
        self.handover_view(actor, &row).await
    }

    /// Handovers the actor may see.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn handovers(
        &self,
        actor: &Actor,
        states: Vec<HandoverState>,
        receives: Option<bool>,
        query: &ListQuery,
    ) -> Result<Page<HandoverView>> {
        let everything = actor.has_role(SEES_ALL);
        let of = if everything { None } else { Some(actor.organisation().ok_or_else(no_grant)?.id.clone()) };
        let order = match query.order() {
            Some(("document", descending)) => (Column::Document, descending),
            Some(("bytes", descending)) => (Column::Bytes, descending),
            Some(("state", descending)) => (Column::State, descending),
            Some(("expires_ms", descending)) => (Column::ExpiresMs, descending),
            Some(("created_ms", descending)) => (Column::CreatedMs, descending),
            _ => (Column::CreatedMs, true),
        };
        let wanted = Wanted { of, receives, states, text: query.search(), order };
        let skip = query.page_index() * query.size();
        let (rows, total) = store::list(&self.kernel.db, &wanted, skip, query.size()).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in &rows {
            views.push(self.handover_view(actor, row).await?);
        }
        Ok(Page::new(views, total, query))
    }

    /// One handover.
    ///
    /// # Errors
    /// `handover.not_found`.
    pub async fn handover(&self, actor: &Actor, id: &HandoverId) -> Result<HandoverView> {
        let row = self.visible_handover(actor, id).await?;
        self.handover_view(actor, &row).await
    }

    async fn visible_handover(&self, actor: &Actor, id: &HandoverId) -> Result<Model> {
        let row = store::find(&self.kernel.db, id).await?;
        let sees = |row: &Model| {
            actor.has_role(SEES_ALL) || actor.is_of(&row.consumer_id) || actor.is_of(&row.provider_id)
        };
        row.filter(sees).ok_or_else(|| Error::missing(id))
    }

    /// Whether the grant covers this call, as for a query: client, condition, purpose and quota.
    async fn covered(&self, actor: &Actor, row: &Model, resource: &str, item: &str) -> Result<()> {
        let purpose: sharing::model::PurposeView = crate::subscriptions::store::read(&row.purpose)?;
        let purpose = CallPurpose { matter: purpose.matter, basis: Some(purpose.basis) };
        let asked = Asked {
            shape: Shape::File,
            resource,
            subject: KeyValue { item: item.to_owned(), value: row.document.clone() },
            items: Vec::new(),
            claims: Vec::new(),
            purpose: &purpose,
            case_no: &row.case_no,
            grant: Some(row.grant_id.as_str()),
            source: crate::model::Source::Live,
            idempotency_key: None,
        };
        match authorise::authorise(self, actor, &asked, false).await {
            Ok(_covered) => Ok(()),
            Err(error) => {
                record::refused(self, actor, &asked, &error).await;
                Err(error.with("station", "authorise"))
            }
        }
    }

    /// What an entry about a handover says in any case: between whom, of what, under which grant.
    pub(super) async fn handover_leaf(&self, row: &Model, kind: &'static str) -> Result<Leaf> {
        let organisations = self.catalog.organisations().await?;
        let code = |id| organisations.get(id).map(|one| one.credit_code.clone());
        let resource = self.catalog.resource(&row.resource_id).await?;
        Ok(Leaf {
            call: Some(row.id.0.clone()),
            consumer: code(&row.consumer_id),
            provider: code(&row.provider_id),
            resource: resource.map(|one| one.code),
            grant: Some(row.grant_id.0.clone()),
            ..Leaf::of(kind)
        })
    }

    async fn place_is_own(&self, actor: &Actor, to: &PlaceInput) -> Result<()> {
        let known = crate::store::find(&self.kernel.db, &to.agent_id).await?;
        let own = known.is_some_and(|known| !known.disabled && actor.is_of(&known.organisation_id));
        if own { Ok(()) } else { Err(Error::missing(&to.agent_id)) }
    }
}

fn may(actor: &Actor) -> bool {
    matches!(actor, Actor::Client { .. }) || actor.has_role(MAY)
}

/// Whether the actor may act on it at all: either side's people.
pub(super) fn may_change(actor: &Actor, row: &Model) -> bool {
    may(actor) && (actor.is_of(&row.consumer_id) || (row.offered && actor.is_of(&row.provider_id)))
}

fn consumer_only(actor: &Actor, row: &Model) -> Result<()> {
    if may(actor) && actor.is_of(&row.consumer_id) { Ok(()) } else { Err(not_yours()) }
}

fn check_form(input: &HandoverInput, offers: bool, now_ms: i64) -> Result<()> {
    let mut fields = Fields::default();
    fields.text("document", &input.document, 500);
    fields.text("case_no", &input.case_no, 60);
    fields.check(
        input.note.chars().count() <= 500,
        "note",
        "handover.note",
        "附言不能超过 500 字。",
        "The note has at most 500 characters.",
    );
    fields.check(
        offers || input.to.is_some(),
        "to",
        "handover.to",
        "请选择接收文件的前置机文件夹。",
        "Choose the folder that takes the document in.",
    );
    fields.check(
        input.expires_ms.is_none_or(|until| until > now_ms),
        "expires_ms",
        "handover.expires",
        "保存期限已经过去，请改到以后。",
        "The end has passed; choose a later one.",
    );
    fields.finish()
}

fn no_place() -> Error {
    Error::invalid(
        "handover.to",
        "请选择接收文件的前置机文件夹。",
        "Choose the folder that takes the document in.",
    )
}

fn not_now() -> Error {
    Error::conflict(
        "handover.state",
        "这次交接的状态已经变化，不能这样操作；请刷新后再看。",
        "The handover stands differently by now and this cannot be done; reload the page.",
    )
}

fn not_yours() -> Error {
    Error::forbidden(
        "actor.role",
        "只有使用部门（以及递送文件的提供部门）的负责人、经办人或应用系统能操作这次交接。",
        "Only people and client systems of the consumer, and of a provider that offered it, act on this handover.",
    )
}
