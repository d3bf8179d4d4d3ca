//! Counting and comparing held copies; each use is authorised and recorded before its outcome leaves.

use std::sync::Arc;

use kernel::evidence::{Leaf, Payload};
use kernel::ids::CallId;
use kernel::{Actor, Error, Result, Role};
use plan::Pinned;
use plan::batch::Conditions;
use plan::model::{KeyValue, RowFilter, Shape};
use serde::Serialize;

use super::compare::{self, Plan};
use super::count::{self, MOST_GROUPS};
use super::intake::blocking;
use super::model::{CompareInput, CompareView, CountInput, CountView, HeldCopy};
use super::{LEAST, model::terms};
use crate::Exchange;
use crate::model::{CallPurpose, EvidenceRef, Source};
use crate::path::authorise::{Authorised, authorise};
use crate::path::{Asked, record};
use crate::subscriptions::{SubscriptionId, SubscriptionView};

/// Items that a count groups by at most.
const MOST_BY: usize = 2;

impl Exchange {
    /// Counts the rows of a copy by one or two items.
    ///
    /// # Errors
    /// `subscription.not_found`, `copy.none`, `copy.by`, `copy.too_many_groups`, `authorise.*`, `plan.narrow_*`,
    /// `evidence.unavailable`.
    pub async fn count_copy(
        &self,
        actor: &Actor,
        id: &SubscriptionId,
        input: &CountInput,
    ) -> Result<CountView> {
        let (subscription, copy) = self.used(actor, id).await?;
        let twice = input.by.first() == input.by.get(1) && input.by.len() > 1;
        if input.by.is_empty() || input.by.len() > MOST_BY || twice {
            return Err(Error::invalid(
                "copy.by",
                "请选一个或两个不同的信息项来分组。",
                "Choose one item or two different ones to group by.",
            ));
        }
        let filter = RowFilter::from(&input.row_filter);
        for item in input.by.iter().chain(filter.all.iter().map(|condition| &condition.item)) {
            if !copy.clear(item) {
                return Err(not_clear(item));
            }
        }
        let allowed = self.allow(actor, &subscription, &copy, input.by.clone()).await?;
        let counted = self.count(&allowed, &copy, input, &filter).await;
        let (shown, least) = match counted {
            Ok(counted) => counted,
            Err(error) => {
                self.quotas.give_back(&allowed.usable.grant.id);
                return Err(error);
            }
        };
        let mut items = input.by.clone();
        items.extend(filter.all.iter().map(|condition| condition.item.clone()));
        items.sort();
        items.dedup();
        let rows = u32::try_from(shown.groups.len()).unwrap_or(u32::MAX);
        let said = (&shown.groups, shown.hidden_groups, shown.rows);
        let evidence = self
            .record_use(actor, "exchange.copy.counted", &allowed, &copy, None, items, rows, &said)
            .await?;
        Ok(CountView {
            by: input.by.clone(),
            groups: shown.groups,
            hidden_groups: shown.hidden_groups,
            rows: shown.rows,
            least,
            as_of_ms: copy.as_of_ms,
            evidence,
        })
    }

    async fn count(
        &self,
        allowed: &Authorised,
        copy: &HeldCopy,
        input: &CountInput,
        filter: &RowFilter,
    ) -> Result<(count::Shown, u64)> {
        let pinned = Pinned::new(allowed.usable.pin.clone())
            .map_err(|invalid| Error::invalid("grant.pin", invalid.zh(), invalid.en()))?;
        let conditions = Conditions::compile(&pinned, filter)
            .map_err(|refusal| Error::invalid(refusal.code, refusal.zh, refusal.en))?;
        let least = u64::try_from(self.kernel.number(&LEAST).await?).unwrap_or(1).max(1);
        let (path, by) = (self.copies.places.rows(copy), input.by.clone());
        let groups = blocking(move || count::groups(&path, &by, &conditions)).await?.ok_or_else(|| {
            Error::invalid(
                "copy.too_many_groups",
                format!("不同的取值超过 {MOST_GROUPS} 种，不宜分组统计；请改选取值较少的信息项，或加上条件。"),
                format!("There are more than {MOST_GROUPS} different values; choose an item with fewer, or add conditions."),
            )
        })?;
        Ok((count::hide(groups, least), least))
    }

    /// Compares a copy with its state before, or with another copy of the same consumer, by key.
    ///
    /// # Errors
    /// `subscription.not_found`, `copy.none`, `copy.no_previous`, `copy.not_comparable`, `authorise.*`, `evidence.unavailable`.
    pub async fn compare_copies(
        &self,
        actor: &Actor,
        id: &SubscriptionId,
        input: &CompareInput,
    ) -> Result<CompareView> {
        let (subscription, left) = self.used(actor, id).await?;
        let other = match &input.with {
            Some(with) => Some(self.used(actor, with).await?),
            None => None,
        };
        let right = match &other {
            Some((_, copy)) => copy.clone(),
            None => self.copies.of(id).get(1).cloned().ok_or_else(no_previous)?,
        };
        let plan = comparable(&left, &right)?;
        let items: Vec<String> = plan.keys.iter().chain(&plan.items).cloned().collect();
        let allowed = self.allow(actor, &subscription, &left, items.clone()).await?;
        if let Some((subscription, copy)) = &other {
            // The other resource has a grant of its own; what is learnt is learnt of both.
            let also = self.allow(actor, subscription, copy, items.clone()).await;
            if let Err(error) = also {
                self.quotas.give_back(&allowed.usable.grant.id);
                return Err(error);
            }
        }
        let paths = (self.copies.places.rows(&left), self.copies.places.rows(&right));
        let outcome = blocking(move || {
            let outcome = compare::compare(&paths.0, &paths.1, &plan)?;
            Ok((plan, outcome))
        });
        let (plan, outcome) = outcome.await?;
        let rows = u32::try_from(outcome.keys.len()).unwrap_or(u32::MAX);
        let counts = [outcome.same, outcome.only_left, outcome.only_right, outcome.different];
        let said = (counts, &outcome.keys);
        let with = (left.run != right.run).then_some(&*right);
        let kind = "exchange.copy.compared";
        let evidence =
            self.record_use(actor, kind, &allowed, &left, with, items.clone(), rows, &said).await?;
        if let Some((subscription, copy)) = &other {
            let usable = self.sharing.book().await?.get(&copy.grant).cloned();
            if let Some(usable) = usable {
                // The provider of the other copy reads of it in its own evidence too.
                let purpose = (&subscription.input.purpose).into();
                let also = Authorised { usable, items: Vec::new(), purpose, counted: true };
                self.record_use(actor, kind, &also, copy, Some(&left), items, rows, &said).await?;
            }
        }
        Ok(CompareView {
            items: plan.items,
            same: outcome.same,
            only_left: outcome.only_left,
            only_right: outcome.only_right,
            different: outcome.different,
            not_compared: outcome.not_compared,
            differences: outcome.differences,
            keys: outcome.keys,
            left_as_of_ms: left.as_of_ms,
            right_as_of_ms: right.as_of_ms,
            evidence,
        })
    }

    /// A copy that the actor may use: its own department's.
    async fn used(&self, actor: &Actor, id: &SubscriptionId) -> Result<(SubscriptionView, Arc<HeldCopy>)> {
        let subscription = self.subscription(actor, id).await?;
        if !may_use(actor, &subscription) {
            return Err(Error::forbidden(
                "actor.role",
                "只有使用部门的负责人、经办或应用系统能统计和比对自己的留存副本。",
                "Only heads, clerks and client systems of the consumer count and compare its held copies.",
            ));
        }
        let copy = self.copies.newest(id).ok_or_else(none)?;
        Ok((subscription, copy))
    }

    /// Station 2 for a use of a copy: the grant that it lies under, its condition, its quota; a refusal is recorded.
    async fn allow(
        &self,
        actor: &Actor,
        subscription: &SubscriptionView,
        copy: &HeldCopy,
        items: Vec<String>,
    ) -> Result<Authorised> {
        let purpose = &subscription.input.purpose;
        let purpose = CallPurpose { matter: purpose.matter.clone(), basis: Some(purpose.basis.clone()) };
        let asked = Asked {
            shape: Shape::Hold,
            resource: &subscription.resource_code,
            subject: KeyValue { item: String::new(), value: String::new() },
            items,
            claims: Vec::new(),
            purpose: &purpose,
            case_no: "",
            grant: Some(copy.grant.as_str()),
            source: Source::Copy,
            idempotency_key: None,
        };
        let allowed = match authorise(self, actor, &asked, false).await {
            Ok(allowed) => allowed,
            Err(error) => {
                record::refused(self, actor, &asked, &error).await;
                return Err(error);
            }
        };
        if terms(&allowed.usable.pin) != copy.terms {
            self.quotas.give_back(&allowed.usable.grant.id);
            return Err(outdated());
        }
        Ok(allowed)
    }

    /// Station 6 for a use of a copy: no evidence, no data.
    #[expect(clippy::too_many_arguments, reason = "every part of the entry is named where it is known")]
    async fn record_use(
        &self,
        actor: &Actor,
        kind: &str,
        allowed: &Authorised,
        copy: &HeldCopy,
        with: Option<&HeldCopy>,
        items: Vec<String>,
        rows: u32,
        said: &impl Serialize,
    ) -> Result<EvidenceRef> {
        let usable = &allowed.usable;
        let salt = hex::encode(kernel::entropy::bytes::<16>(&*self.kernel.entropy));
        let said =
            serde_json::to_vec(&(said, salt)).map_err(|error| Error::internal("copy.encode", error))?;
        let digest = plan::sha256_hex(&said);
        let mut leaf = Leaf {
            call: Some(self.kernel.new_id::<CallId>().0),
            consumer: actor.organisation().map(|own| own.credit_code.clone()),
            provider: Some(usable.provider.credit_code.clone()),
            resource: Some(usable.resource_code.clone()),
            grant: Some(usable.grant.id.0.clone()),
            grant_version: Some(usable.grant.version),
            matter: Some(allowed.purpose.matter.clone()),
            basis: Some(allowed.purpose.basis.clone()),
            items,
            rows: Some(rows),
            copy: Some(copy.run.0.clone()),
            agent_digest: Some(digest.clone()),
            ..Leaf::of(kind)
        };
        let detail = with.map(|with| format!("{} {}", with.subscription, with.run));
        let payload = Payload { caller: actor.label(), detail, ..Payload::default() };
        let opening = self.kernel.evidence.seal(&mut leaf, payload);
        let recorded = self.kernel.evidence.append(&leaf, &opening).await?;
        Ok(EvidenceRef { index: recorded.index, checkpoint_size: recorded.checkpoint_size, digest })
    }
}

/// Those who handle cases at the consumer, and its client systems; developers operate subscriptions and see no data.
pub(super) fn may_use(actor: &Actor, subscription: &SubscriptionView) -> bool {
    let handles = actor.has_role(&[Role::DepartmentOperator, Role::DepartmentHead]);
    subscription.may_change && (handles || matches!(actor, Actor::Client { .. }))
}

/// What both copies have, in the same form.
fn comparable(left: &HeldCopy, right: &HeldCopy) -> Result<Plan> {
    let mut keys = (left.keys.clone(), right.keys.clone());
    keys.0.sort();
    keys.1.sort();
    let both: Vec<String> = left
        .columns
        .iter()
        .filter(|column| right.columns.contains(column) && !left.keys.contains(&column.item))
        .map(|column| column.item.clone())
        .collect();
    if keys.0 != keys.1 {
        return Err(Error::invalid(
            "copy.not_comparable",
            format!(
                "两个副本的主键项不同（{} 与 {}），无法逐条对应；请用相同的主键项建立副本后再比对。",
                left.keys.join("、"),
                right.keys.join("、")
            ),
            format!(
                "The copies have different key items ({} and {}), so their rows cannot be paired; make them with the same keys.",
                left.keys.join(", "),
                right.keys.join(", ")
            ),
        ));
    }
    Ok(Plan { keys: left.keys.clone(), items: both, rows: left.rows.max(right.rows) })
}

pub(crate) fn none() -> Error {
    Error::not_found(
        "copy.none",
        "平台上没有这个留存副本：还没有运行过，或已随授权终止、条件变更而删除。请运行该订阅后再试。",
        "The hub holds no such copy: it was not taken yet, or went with its grant or its terms. Run the subscription first.",
    )
}

pub(crate) fn outdated() -> Error {
    Error::conflict(
        "copy.outdated",
        "授权内容或挂接有变更，这个副本是按原来的条件取得的，不再使用；平台会重新读取，请稍后再试。",
        "The grant or the mount changed; this copy was taken under the terms before and is not used. It is read anew; try again later.",
    )
}

fn no_previous() -> Error {
    Error::not_found(
        "copy.no_previous",
        "只有一次留存，还没有可比的上一次；下次更新之后再看变化，或选另一个副本比对。",
        "There is only one state so far; look again after the next run, or choose another copy to compare with.",
    )
}

fn not_clear(item: &str) -> Error {
    Error::invalid(
        "copy.not_clear",
        format!("副本中没有信息项“{item}”，或只以脱敏方式留存，不能用来分组或作条件；请另选。"),
        format!(
            "The copy has no item “{item}”, or only masked, so it can neither group nor be a condition; choose another."
        ),
    )
}
