//! Suspend, resume, revoke, terminate (中止、恢复、撤销、终止). Each acts on the very next call, and none is done without
//! a cause: a provider may not stop or change a service as it likes.

use kernel::error::{Error, Fields, Result};
use kernel::evidence::Leaf;
use kernel::ids::GrantId;
use kernel::notice::Notice;
use kernel::settings::ChoiceValue;
use kernel::{Actor, Role, Tx};

use super::create::GRANTORS;
use super::record::Happening;
use super::request::STAFF;
use crate::model::{GrantState, GrantView};
use crate::settings;
use crate::store::grant_state::{Cause, StateChange};
use crate::store::{self, Grant};
use crate::{PIN_CHANGED, Sharing};

/// What is done to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// 中止.
    Suspend,
    /// 恢复.
    Resume,
    /// 撤销.
    Revoke,
    /// 终止: the end after a suspension for breach.
    Terminate,
}

impl Change {
    fn kind(self) -> &'static str {
        match self {
            Change::Suspend => "sharing.grant.suspended",
            Change::Resume => "sharing.grant.resumed",
            Change::Revoke => "sharing.grant.revoked",
            Change::Terminate => "sharing.grant.terminated",
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Change::Suspend => ("已被中止", "was suspended"),
            Change::Resume => ("已恢复", "was resumed"),
            Change::Revoke => ("已被撤销", "was revoked"),
            Change::Terminate => ("因违规被终止", "was ended for breach"),
        }
    }

    fn target(self, from: GrantState) -> Option<GrantState> {
        match (self, from) {
            (Change::Suspend, GrantState::Active) => Some(GrantState::Suspended),
            (Change::Resume, GrantState::Suspended) => Some(GrantState::Active),
            (Change::Terminate, GrantState::Suspended)
            | (Change::Revoke, GrantState::Active | GrantState::Suspended | GrantState::Expired) => {
                Some(GrantState::Revoked)
            }
            _ => None,
        }
    }
}

impl Sharing {
    /// Changes the state of a grant, with a reason; to stop it, with a cause from the lists too.
    ///
    /// # Errors
    /// `grant.state` when the grant is not in a state from which this is possible; `grant.not_rectified` when it was
    /// suspended for breach and the consumer has handed in no report; `input.invalid`.
    pub async fn change_state(
        &self,
        actor: &Actor,
        id: &GrantId,
        change: Change,
        cause: Option<&str>,
        reason: &str,
    ) -> Result<GrantView> {
        actor.require(GRANTORS)?;
        let cause = self.checked_cause(change, cause, reason).await?;
        let grant = self.grant_of_party(actor, id).await?;
        actor.require_in(&grant.provider_id, GRANTORS)?;
        let now_ms = self.kernel.now_ms();
        let now = grant.state.at(grant.valid_until_ms, now_ms);
        let Some(to) = change.target(now) else { return Err(wrong_state(now)) };
        let for_breach = self.is_breach(grant.cause.as_deref()).await?;
        if change == Change::Resume && for_breach && grant.rectification.is_none() {
            return Err(Error::conflict(
                "grant.not_rectified",
                "此授权因违规中止，须由使用方提交整改报告后才能恢复。",
                "The grant was suspended for breach; it can be resumed once the consumer has handed in a report.",
            ));
        }
        if change == Change::Terminate && !for_breach {
            return Err(Error::conflict(
                "grant.no_breach",
                "终止只用于因违规中止的授权；其他情形请撤销并写明理由。",
                "Only a grant that was suspended for breach is terminated; revoke others with their cause.",
            ));
        }
        let tx = self.kernel.begin().await?;
        let row = StateChange {
            to,
            reason,
            cause: cause.as_ref().map_or(Cause::Stays, |one| Cause::Is(&one.code)),
            forget_report: change == Change::Suspend,
            now_ms,
        };
        store::grant_state::set_state(tx.connection(), &grant, row).await?;
        self.note_grant(&tx, actor, &grant, change.kind(), Some(reason)).await?;
        self.tell_users(&tx, &grant, change, cause.as_ref(), reason).await?;
        tx.follow_up(PIN_CHANGED, id.as_str()).await?;
        tx.commit().await?;
        self.grant(actor, id).await
    }

    /// A grant as stored, if the actor may know of it.
    pub(crate) async fn grant_of_party(&self, actor: &Actor, id: &GrantId) -> Result<Grant> {
        let found = store::grant::find(&self.kernel.db, id).await?;
        found.filter(|grant| self.may_see(actor, grant)).ok_or_else(|| Error::missing(id))
    }

    /// True when a cause is a breach.
    pub(crate) async fn is_breach(&self, cause: Option<&str>) -> Result<bool> {
        let Some(cause) = cause else { return Ok(false) };
        Ok(self.kernel.choices(&settings::BREACH_CAUSES).await?.iter().any(|one| one.code == cause))
    }

    async fn checked_cause(
        &self,
        change: Change,
        cause: Option<&str>,
        reason: &str,
    ) -> Result<Option<ChoiceValue>> {
        let mut fields = Fields::default();
        fields.text("reason", reason, 500);
        let mut chosen = None;
        if matches!(change, Change::Suspend | Change::Revoke) {
            let mut known = self.kernel.choices(&settings::BREACH_CAUSES).await?;
            known.extend(self.kernel.choices(&settings::STOP_CAUSES).await?);
            chosen = known.iter().find(|one| Some(one.code.as_str()) == cause).cloned();
            let list: Vec<_> = known.iter().map(|one| format!("{}（{}）", one.zh, one.code)).collect();
            if chosen.is_none() {
                fields.push(
                    "cause",
                    "grant.cause",
                    format!("不得无故停止共享，请从下列情形中选择 cause：{}", list.join("、")),
                    format!("Sharing is not stopped without cause; choose cause out of: {}", list.join(", ")),
                );
            }
        }
        fields.finish()?;
        Ok(chosen)
    }

    /// Evidence of a change of a grant, on its time line and on that of its request.
    pub(crate) async fn note_grant(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        grant: &Grant,
        kind: &'static str,
        text: Option<&str>,
    ) -> Result<()> {
        let resource = self.catalog.resource(&grant.resource_id).await?.map(|resource| resource.code);
        let leaf = Leaf {
            grant: Some(grant.id.0.clone()),
            grant_version: Some(grant.version),
            ..self
                .leaf_between(kind, &grant.consumer_id, Some(&grant.provider_id), resource.as_deref())
                .await?
        };
        self.happened(tx, actor, &Self::subjects_of(grant), Happening { leaf, text, detail: None }).await
    }

    async fn tell_users(
        &self,
        tx: &Tx<'_>,
        grant: &Grant,
        change: Change,
        cause: Option<&ChoiceValue>,
        reason: &str,
    ) -> Result<()> {
        let name = self.catalog.resource(&grant.resource_id).await?.map(|resource| resource.name);
        let name = name.unwrap_or_default();
        let (zh, en) = change.words();
        let (cause_zh, cause_en) =
            cause.map(|one| (format!("{}。", one.zh), format!("{}. ", one.en))).unwrap_or_default();
        let mut roles = STAFF.to_vec();
        roles.push(Role::DepartmentDeveloper);
        tx.notify(Notice {
            organisation: Some(&grant.consumer_id),
            roles: &roles,
            kind: change.kind(),
            link: format!("/grants/{}", grant.id),
            zh: format!("“{name}”的授权{zh}：{cause_zh}{reason}"),
            en: format!("The grant on “{name}” {en}: {cause_en}{reason}"),
        })
        .await
    }
}

pub(super) fn wrong_state(now: GrantState) -> Error {
    Error::conflict(
        "grant.state",
        "授权当前的状态不能这样操作，请刷新页面后再试。",
        format!("The grant is {}; this cannot be done. Refresh the page.", now.as_str()),
    )
}
