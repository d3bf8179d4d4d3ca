//! Making, changing and reading subscriptions.

use std::collections::HashMap;

use kernel::evidence::Leaf;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result, Role};
use plan::batch::{HeldRow, Standing, TargetQuestion};
use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::filter::{RunFilter, SubscriptionFilter};
use super::fitting::{check_form, misfit};
use super::forget::FORGET;
use super::model::{
    Figures, FlowView, RunId, RunView, SubscriptionId, SubscriptionInput, SubscriptionState, SubscriptionView,
};
use super::runner::Purpose;
use super::schedule;
use super::store::{self, run, subscription};
use crate::Exchange;

/// Who makes and runs subscriptions of a department.
const MAY: &[Role] = &[Role::DepartmentOperator, Role::DepartmentDeveloper, Role::DepartmentHead];
/// Who sees those of everybody.
const SEES_ALL: &[Role] = &[Role::PlatformOperator, Role::BusinessOperator, Role::SecurityAuditor];
/// How far back the board looks.
const FLOW_MS: i64 = 30 * 86_400_000;
/// Rows held back that are shown.
const HELD: usize = 200;

/// What the wizard is told before anything is made.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Checked {
    /// How the target stands.
    #[schema(value_type = super::model::StandingView)]
    pub standing: Standing,
    /// When the first run would be due, Unix milliseconds.
    pub first_due_ms: Option<i64>,
}

/// A change of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Pause,
    Resume,
    End,
}

impl Exchange {
    /// Holds a subscription against grant and target; makes nothing.
    ///
    /// # Errors
    /// `input.invalid`, `subscription.*`, `authorise.*`, `plan.*`, `link.*`, `target.*`.
    pub async fn check_subscription(&self, actor: &Actor, input: &SubscriptionInput) -> Result<Checked> {
        let own = consumer(actor)?;
        let now = self.kernel.now_ms();
        check_form(input, now)?;
        let fitted = self.fit(&SubscriptionId("new".to_owned()), &own, &actor.label(), input).await?;
        let standing = self.standing(&input.writer(), &own, &fitted.to).await?;
        Ok(Checked { standing, first_due_ms: first_due(input, now)? })
    }

    /// Makes a subscription.
    ///
    /// # Errors
    /// As [`Exchange::check_subscription`], and `target.misfit` with what does not fit.
    pub async fn subscribe(&self, actor: &Actor, input: &SubscriptionInput) -> Result<SubscriptionView> {
        let own = consumer(actor)?;
        let now = self.kernel.now_ms();
        check_form(input, now)?;
        let id: SubscriptionId = self.kernel.new_id();
        let fitted = self.fit(&id, &own, &actor.label(), input).await?;
        let standing = self.standing(&input.writer(), &own, &fitted.to).await?;
        if !standing.misfits.is_empty() {
            return Err(misfit(&standing));
        }
        let grant = &fitted.usable.grant;
        let row = subscription::Model {
            id: id.clone(),
            consumer_id: own,
            provider_id: grant.provider_id.clone(),
            resource_id: grant.resource_id.clone(),
            grant_id: grant.id.clone(),
            agent_id: input.writer(),
            name: input.name.trim().to_owned(),
            input: store::write(input)?,
            state: SubscriptionState::Active.as_str().to_owned(),
            notice: None,
            anew: false,
            next_due_ms: first_due(input, now)?,
            ends_ms: input.ends_ms.unwrap_or(i64::MAX).min(grant.valid_until_ms),
            failures: 0,
            created_by: actor.label(),
            created_ms: now,
            last_run_id: None,
            last_success_ms: None,
            as_of_ms: None,
        };
        let leaf = Leaf {
            provider: Some(fitted.usable.provider.credit_code.clone()),
            resource: Some(fitted.usable.resource_code.clone()),
            grant: Some(grant.id.0.clone()),
            grant_version: Some(grant.version),
            items: fitted.call.items.clone(),
            ..Leaf::of("exchange.subscription.created")
        };
        let tx = self.kernel.begin().await?;
        store::insert(tx.connection(), row.clone()).await?;
        tx.record(actor, leaf, None, Some(row.input.clone())).await?;
        tx.commit().await?;
        self.going.wake();
        self.view(actor, &row).await
    }

    /// One subscription.
    ///
    /// # Errors
    /// `subscription.not_found`.
    pub async fn subscription(&self, actor: &Actor, id: &SubscriptionId) -> Result<SubscriptionView> {
        let row = self.visible(actor, id).await?;
        self.view(actor, &row).await
    }

    /// Subscriptions the actor may see: of the own department on either side, all for those who run or audit the platform.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn subscriptions(
        &self,
        actor: &Actor,
        filter: &SubscriptionFilter,
        query: &ListQuery,
    ) -> Result<Page<SubscriptionView>> {
        let mut views = Vec::new();
        let searched = query.search().map(|text| text.to_lowercase());
        for row in store::all(&self.kernel.db).await? {
            if sees(actor, &row) && filter.takes(&row) {
                let view = self.view(actor, &row).await?;
                let found = searched.as_ref().is_none_or(|text| {
                    [
                        &view.input.name,
                        &view.resource_name,
                        &view.consumer_name,
                        &view.provider_name,
                        &view.input.table,
                        &view.input.target,
                        &view.resource_code,
                    ]
                    .iter()
                    .any(|place| place.to_lowercase().contains(text))
                });
                if found {
                    views.push(view);
                }
            }
        }
        // What needs somebody first, what is over last.
        views.sort_by_key(urgency);
        if let Some((field, descending)) = query.order() {
            match field {
                "name" => views.sort_by(|a, b| a.input.name.cmp(&b.input.name)),
                "as_of_ms" => views.sort_by_key(|view| view.as_of_ms),
                "next_due_ms" => views.sort_by_key(|view| view.next_due_ms),
                "lag_ms" => views.sort_by_key(|view| view.lag_ms),
                "state" => {}
                "table" => views.sort_by(|a, b| a.input.table.cmp(&b.input.table)),
                "resource_name" => views.sort_by(|a, b| a.resource_name.cmp(&b.resource_name)),
                "provider_name" => views.sort_by(|a, b| a.provider_name.cmp(&b.provider_name)),
                "consumer_name" => views.sort_by(|a, b| a.consumer_name.cmp(&b.consumer_name)),
                "failures" => views.sort_by_key(|view| view.failures),
                "created_ms" => views.sort_by_key(|view| view.created_ms),
                "last_run" => views.sort_by_key(|view| view.last_run.as_ref().map(|run| run.started_ms)),
                _ => {}
            }
            if descending {
                views.reverse();
            }
        }
        Ok(Page::cut(views, query))
    }

    pub(super) async fn visible(&self, actor: &Actor, id: &SubscriptionId) -> Result<subscription::Model> {
        let row = store::find(&self.kernel.db, id).await?;
        row.filter(|row| sees(actor, row)).ok_or_else(|| Error::missing(id))
    }

    async fn own(&self, actor: &Actor, id: &SubscriptionId) -> Result<subscription::Model> {
        let row = self.visible(actor, id).await?;
        if !may_change(actor, &row) {
            return Err(Error::forbidden(
                "actor.role",
                "只有使用部门的负责人、经办、开发人员或应用系统能操作自己的订阅。",
                "Only people and client systems of the consumer operate its subscriptions.",
            ));
        }
        Ok(row)
    }

    /// Begins a run now.
    ///
    /// # Errors
    /// `subscription.not_found`, `actor.role`, `subscription.ended`, `run.going_on`.
    pub async fn run_now(&self, actor: &Actor, id: &SubscriptionId, compare: bool) -> Result<RunId> {
        let row = self.own(actor, id).await?;
        if row.stands() == SubscriptionState::Ended {
            return Err(ended());
        }
        if compare && row.said()?.hold {
            return Err(crate::copies::compare_by_copies());
        }
        let purpose = if compare { Purpose::Compare } else { Purpose::Deliver };
        let leaf = Leaf { grant: Some(row.grant_id.0.clone()), ..Leaf::of("exchange.subscription.started") };
        let detail = format!("{id} {}", if compare { "compare" } else { "deliver" });
        let tx = self.kernel.begin().await?;
        tx.record(actor, leaf, None, Some(detail)).await?;
        tx.commit().await?;
        self.begin(row, purpose).await?.ok_or_else(|| {
            Error::conflict(
                "run.going_on",
                "这个订阅正在运行，请等它结束，或先暂停。",
                "A run of this subscription is going on; wait for its end, or pause it first.",
            )
        })
    }

    /// Pauses, resumes or ends a subscription; a run that goes on stops at once.
    ///
    /// # Errors
    /// `subscription.not_found`, `actor.role`, `subscription.ended`.
    pub(super) async fn change_subscription(
        &self,
        actor: &Actor,
        id: &SubscriptionId,
        change: Change,
        reason: &str,
    ) -> Result<SubscriptionView> {
        let row = self.own(actor, id).await?;
        if row.stands() == SubscriptionState::Ended {
            return Err(ended());
        }
        let input = row.said()?;
        let (state, kind) = match change {
            Change::Pause => (SubscriptionState::Paused, "exchange.subscription.paused"),
            Change::Resume => (SubscriptionState::Active, "exchange.subscription.resumed"),
            Change::End => (SubscriptionState::Ended, "exchange.subscription.ended"),
        };
        let due = if change == Change::Resume { first_due(&input, self.kernel.now_ms())? } else { None };
        let leaf = Leaf { grant: Some(row.grant_id.0.clone()), ..Leaf::of(kind) };
        let tx = self.kernel.begin().await?;
        let changed = store::change(tx.connection(), row, |to| {
            to.state = Set(state.as_str().to_owned());
            to.next_due_ms = Set(due);
            if change == Change::Resume {
                to.notice = Set(None);
                to.failures = Set(0);
            }
        });
        let row = changed.await?;
        tx.record(actor, leaf, Some(reason), Some(id.0.clone())).await?;
        if change == Change::End {
            tx.follow_up(FORGET, id.as_str()).await?;
        }
        tx.commit().await?;
        if change != Change::Resume
            && let Some(run) = self.going.of(id)
        {
            run.stop.cancel();
        }
        self.going.wake();
        self.view(actor, &row).await
    }

    /// What flows between departments, for the board and the map.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn flows(&self, actor: &Actor) -> Result<Vec<FlowView>> {
        actor.require_user()?;
        let organisations = self.catalog.organisations().await?;
        let mut lines: HashMap<SubscriptionId, Vec<run::Model>> = HashMap::new();
        for line in store::runs_since(&self.kernel.db, self.kernel.now_ms() - FLOW_MS).await? {
            lines.entry(line.subscription_id.clone()).or_default().push(line);
        }
        let mut flows = Vec::new();
        for row in store::all(&self.kernel.db).await?.into_iter().filter(|row| sees(actor, row)) {
            let input = row.said()?;
            let resource = self.catalog.resource(&row.resource_id).await?;
            let going = self.going.of(&row.id);
            let progress = going.as_ref().map(|run| run.progress.lock().clone());
            let lines = lines.remove(&row.id).unwrap_or_default();
            let last =
                match lines.iter().filter(|line| line.kind == "deliver").max_by_key(|line| line.started_ms) {
                    Some(line) => Some(line.clone()),
                    // The last one may be older than the board looks back.
                    None => match &row.last_run_id {
                        Some(id) => store::find_run(&self.kernel.db, id).await?,
                        None => None,
                    },
                };
            let mut sum = Figures::default();
            for line in lines.iter().filter(|line| line.kind == "deliver") {
                let live = progress.as_ref().filter(|_| going.as_ref().is_some_and(|run| run.id == line.id));
                let figures: Figures = match live {
                    Some(progress) => progress.figures.clone(),
                    None => store::read(&line.figures)?,
                };
                sum.delivered += figures.delivered;
                sum.bytes += figures.bytes;
            }
            flows.push(FlowView {
                subscription_id: row.id.clone(),
                name: row.name.clone(),
                provider_name: organisations.name(&row.provider_id).to_owned(),
                provider_id: row.provider_id.clone(),
                consumer_name: organisations.name(&row.consumer_id).to_owned(),
                consumer_id: row.consumer_id.clone(),
                resource_name: resource.map(|one| one.name).unwrap_or_default(),
                target: input.target.clone(),
                table: input.table.clone(),
                schedule: input.schedule.clone(),
                failures: u32::try_from(row.failures).unwrap_or(0),
                last_state: last.as_ref().map(|line| line.state.clone()),
                last_started_ms: last.map(|line| line.started_ms),
                state: row.stands(),
                continuous: input.is_continuous(),
                held: input.hold,
                running: going.is_some(),
                as_of_ms: progress.as_ref().and_then(|progress| progress.as_of_ms).or(row.as_of_ms),
                lag_ms: progress.as_ref().and_then(|progress| progress.lag_ms),
                runs: lines.len() as u64,
                failed: lines.iter().filter(|line| line.state == "failed").count() as u64,
                rows: sum.delivered,
                bytes: sum.bytes,
            });
        }
        Ok(flows)
    }

    /// Runs of a subscription, newest first.
    ///
    /// # Errors
    /// `subscription.not_found`.
    pub async fn runs(
        &self,
        actor: &Actor,
        id: &SubscriptionId,
        filter: &RunFilter,
        query: &ListQuery,
    ) -> Result<Page<RunView>> {
        let row = self.visible(actor, id).await?;
        let skip = query.page_index() * query.size();
        let (rows, total) = store::runs(&self.kernel.db, id, filter, skip, query.size()).await?;
        let views = rows.into_iter().map(|line| self.run_view(&row, line)).collect::<Result<_>>()?;
        Ok(Page::new(views, total, query))
    }

    /// One run.
    ///
    /// # Errors
    /// `run.not_found`.
    pub async fn one_run(&self, actor: &Actor, id: &RunId) -> Result<RunView> {
        let line = store::find_run(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        let row = self.visible(actor, &line.subscription_id).await.map_err(|_| Error::missing(id))?;
        self.run_view(&row, line)
    }

    /// Rows held back at the target by the last run that held any back; asked live, for the consumer's own people only.
    ///
    /// # Errors
    /// `subscription.not_found`, `actor.role`, `link.*`, `target.*`.
    pub async fn held_rows(&self, actor: &Actor, id: &SubscriptionId) -> Result<Vec<HeldRow>> {
        let row = self.own(actor, id).await?;
        let input = row.said()?;
        if input.hold {
            return self.copies.held_rows(&row.id, HELD).await;
        }
        let fitted = self.fit(&row.id, &row.consumer_id, &row.created_by, &input).await?;
        let question = TargetQuestion::Held { to: fitted.to, limit: HELD };
        let json = self.ask_target(&row.agent_id, &row.consumer_id, &input.target, &question).await?;
        serde_json::from_value(json).map_err(|error| Error::internal("exchange.held_rows", error))
    }
}

/// The department that subscribes.
fn consumer(actor: &Actor) -> Result<kernel::ids::OrganisationId> {
    actor.require(MAY)?;
    let own = actor.organisation().map(|own| own.id.clone());
    own.ok_or_else(crate::leave::no_grant)
}

pub(super) fn sees(actor: &Actor, row: &subscription::Model) -> bool {
    actor.has_role(SEES_ALL) || actor.is_of(&row.consumer_id) || actor.is_of(&row.provider_id)
}

pub(super) fn may_change(actor: &Actor, row: &subscription::Model) -> bool {
    let client = matches!(actor, Actor::Client { .. });
    actor.is_of(&row.consumer_id) && (client || actor.has_role(MAY))
}

fn first_due(input: &SubscriptionInput, now: i64) -> Result<Option<i64>> {
    if input.is_continuous() { Ok(Some(now)) } else { schedule::next(&input.schedule, now) }
}

fn ended() -> Error {
    Error::conflict(
        "subscription.ended",
        "这个订阅已经结束，不能再操作；需要时请新建一个。",
        "This subscription has ended; make a new one if it is needed.",
    )
}

/// Where a subscription comes among others.
fn urgency(view: &SubscriptionView) -> u8 {
    let failed = view.failures > 0;
    match view.state {
        SubscriptionState::Halted => 0,
        SubscriptionState::Active => 2 - u8::from(failed),
        SubscriptionState::Paused => 4 - u8::from(failed),
        SubscriptionState::Ended => 5,
    }
}
