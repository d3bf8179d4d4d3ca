//! A subscription held against its grant, and made into what the two agents are told.

use std::sync::Arc;

use kernel::ids::{AgentId, OrganisationId};
use kernel::{Error, Result};
use plan::Pinned;
use plan::batch::{BatchCall, Column, Destination, OnInvalid, Standing, TargetQuestion, check_batch};
use plan::model::RowFilter;
use sharing::book::Usable;
use wire::proto::{TargetQuestion as Question, metadata_request::What};

use super::model::{MethodView, SubscriptionId, SubscriptionInput};
use super::schedule;
use crate::Exchange;
use crate::leave::{in_force, no_grant};

/// How long a target may take to say how it stands.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// A subscription that its grant covers.
pub(super) struct Fitted {
    /// The grant.
    pub usable: Arc<Usable>,
    /// What the provider's agent is told; run, mode and position are filled in for each run.
    pub call: BatchCall,
    /// What the consumer's agent is told.
    pub to: Destination,
}

impl Exchange {
    /// Holds a subscription against its grant as both stand now.
    ///
    /// # Errors
    /// `authorise.*` and `plan.*`: why the grant does not cover it.
    pub(super) async fn fit(
        &self,
        id: &SubscriptionId,
        consumer: &OrganisationId,
        caller: &str,
        input: &SubscriptionInput,
    ) -> Result<Fitted> {
        let book = self.sharing.book().await?;
        let usable = book.get(&input.grant_id).filter(|usable| usable.grant.consumer_id == *consumer);
        let usable = usable.ok_or_else(no_grant)?.clone();
        in_force(&usable, self.kernel.now_ms(), input.shape())?;
        self.check_return_flow(input, &usable).await?;
        let call = BatchCall {
            run: String::new(),
            subscription: id.0.clone(),
            grant: usable.grant.id.0.clone(),
            pin_digest: usable.pin_digest.clone(),
            items: input.columns.iter().map(|column| column.item.clone()).collect(),
            masked: input.columns.iter().filter(|one| one.masked).map(|one| one.item.clone()).collect(),
            keys: input.keys.clone(),
            narrow: RowFilter::from(&input.row_filter),
            invalid: input.on_invalid(),
            reading: input.reading(),
            follow: false,
            from: None,
            hold: input.hold,
            purpose: (&input.purpose).into(),
            caller: caller.to_owned(),
        };
        let pinned = Pinned::new(usable.pin.clone())
            .map_err(|invalid| Error::invalid("grant.pin", invalid.zh(), invalid.en()))?;
        let task = check_batch(&pinned, &call, self.kernel.now_ms())
            .map_err(|refusal| Error::forbidden(refusal.code, refusal.zh, refusal.en))?;
        let title = |item: &str| {
            usable
                .labels
                .iter()
                .find(|label| label.item == item)
                .map(|label| label.zh.clone())
                .unwrap_or_default()
        };
        let columns = task.outs().zip(&input.columns).map(|(out, column)| Column {
            out: out.clone(),
            column: column.column.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| out.item.clone()),
            title: title(&out.item),
        });
        let to = Destination {
            subscription: id.0.clone(),
            target: if input.hold { crate::copies::PLACE.to_owned() } else { input.target.clone() },
            table: input.table.clone(),
            title: usable.resource_name.clone(),
            columns: columns.collect(),
            keys: input.keys.clone(),
            flags: input.on_invalid() == OnInvalid::Flag,
            adopt: input.adopt,
        };
        Ok(Fitted { usable, call, to })
    }

    /// Asks the consumer's agent how the target stands, or looks at the copy when there is no agent.
    ///
    /// # Errors
    /// `agent.not_found`, `link.*`, `target.*`.
    pub(super) async fn standing(
        &self,
        agent: &AgentId,
        consumer: &OrganisationId,
        to: &Destination,
    ) -> Result<Standing> {
        if agent.as_str().is_empty() {
            return Ok(self.copies.standing(&to.subscription));
        }
        let question = TargetQuestion::Standing(to.clone());
        let json = self.ask_target(agent, consumer, &to.target, &question).await?;
        serde_json::from_value(json).map_err(|error| Error::internal("exchange.standing", error))
    }

    /// Asks about a target of the consumer's own agent.
    pub(crate) async fn ask_target(
        &self,
        agent: &AgentId,
        consumer: &OrganisationId,
        target: &str,
        question: &TargetQuestion,
    ) -> Result<serde_json::Value> {
        let known = crate::store::find(&self.kernel.db, agent).await?;
        let known = known.filter(|known| known.organisation_id == *consumer && !known.disabled);
        let known = known.ok_or_else(|| Error::missing(agent))?;
        let json = serde_json::to_vec(question)
            .map_err(|error| Error::internal("exchange.question_encode", error))?;
        self.ask_agent(&known, target, What::Target(Question { json: json.into() }), PATIENCE).await
    }
}

/// Everything that does not fit the target, as one refusal.
pub(super) fn misfit(standing: &Standing) -> Error {
    let all = &standing.misfits;
    let zh = all.iter().map(|one| one.zh.as_str()).collect::<Vec<_>>().join("；");
    let en = all.iter().map(|one| one.en.as_str()).collect::<Vec<_>>().join("; ");
    let misfits = serde_json::to_value(all).unwrap_or_default();
    Error::conflict("target.misfit", zh, en).with("misfits", misfits)
}

/// Rules on the form of a subscription.
///
/// # Errors
/// `input.invalid` with every gap, or `subscription.cron`.
pub(super) fn check_form(input: &SubscriptionInput, now_ms: i64) -> Result<()> {
    let mut fields = kernel::error::Fields::default();
    fields.text("name", &input.name, 60);
    if input.hold {
        crate::copies::check_form(&mut fields, input);
    } else {
        fields.text("target", &input.target, 64);
        fields.text("table", &input.table, 120);
        fields.check(
            input.agent_id.is_some(),
            "agent_id",
            "subscription.agent",
            "请选择由哪台前置机写入。",
            "Choose the agent that writes.",
        );
    }
    let named =
        |column: &super::model::ColumnInput| column.column.clone().unwrap_or_else(|| column.item.clone());
    let mut seen = std::collections::HashSet::new();
    for (at, column) in input.columns.iter().enumerate() {
        let name = named(column);
        fields.text(&format!("columns[{at}].column"), &name, 60);
        fields.check(
            seen.insert(name.to_lowercase()),
            &format!("columns[{at}].column"),
            "subscription.column_twice",
            "列名重复，请改成不同的名称。",
            "The column stands twice; give another name.",
        );
        fields.check(
            !name.to_lowercase().starts_with("gt_"),
            &format!("columns[{at}].column"),
            "subscription.column_reserved",
            "以 gt_ 开头的列名由平台使用，请换一个。",
            "Names that begin with gt_ are taken by the platform; choose another.",
        );
    }
    fields.check(
        !input.is_continuous() || input.method == MethodView::Changes,
        "schedule",
        "subscription.continuous",
        "“连续”只能与“变更捕获”一起使用；全量和增量请按时间表运行。",
        "Only the method “changes” can go on continuously; the others run by a schedule.",
    );
    fields.check(
        input.ends_ms.is_none_or(|ends_ms| ends_ms > now_ms),
        "ends_ms",
        "subscription.ends",
        "结束时间已经过去，请改到以后。",
        "The end has passed; choose a later one.",
    );
    fields.finish()?;
    schedule::next(&input.schedule, now_ms).map(drop)
}
