//! A department head has somebody of his department stand in for him.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::notice::Notice;
use kernel::{Actor, Error, Result, Role};

use super::end_delegation::ENDS;
use crate::Identity;
use crate::model::{Delegate, Delegation, DelegationInput, check_period};
use crate::store;

/// A shown time, in Asia/Shanghai, to the minute.
pub(super) fn shown_time(ms: i64) -> String {
    let local = chrono::DateTime::from_timestamp_millis(ms + kernel::clock::SHANGHAI_OFFSET_MS);
    local.unwrap_or_default().format("%Y-%m-%d %H:%M").to_string()
}

impl Identity {
    /// Only heads delegate, and only in their own name: who stands in for another passes nothing on.
    fn may_delegate(actor: &Actor) -> Result<()> {
        actor.require(&[Role::DepartmentHead])?;
        if actor.on_behalf_of().is_none() {
            return Ok(());
        }
        Err(Error::forbidden(
            "identity.delegation.chain",
            "代办期间不能再把权限转授他人。请由本人办理，或先退出代办。",
            "Who stands in for another cannot pass that on; the person himself must, or stop standing in first.",
        ))
    }

    /// Those of the own department to whom its head may delegate.
    ///
    /// # Errors
    /// `actor.role`, `identity.delegation.chain`.
    pub async fn delegates(&self, actor: &Actor) -> Result<Vec<Delegate>> {
        Self::may_delegate(actor)?;
        let (id, Some(own)) = (actor.require_user()?, actor.organisation()) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for user in store::user::active_of(&self.kernel.db, &own.id).await? {
            let role = user.known_role()?;
            if user.id != *id && !role.is_parted() {
                let (display_name, username) = (user.display_name, user.username);
                all.push(Delegate { id: user.id, display_name, username, role });
            }
        }
        Ok(all)
    }

    /// Has somebody stand in for the head.
    ///
    /// # Errors
    /// `actor.role`, `identity.delegation.chain`, `identity.delegation.delegate`, `identity.delegation.overlap` or
    /// `input.invalid`.
    pub async fn delegate(&self, actor: &Actor, input: DelegationInput) -> Result<Delegation> {
        let now = self.kernel.now_ms();
        let mut fields = Fields::default();
        check_period(&input, now, &mut fields);
        let candidates = self.delegates(actor).await?;
        fields.finish()?;
        let delegate = candidates.into_iter().find(|one| one.id == input.delegate_id).ok_or_else(|| {
            Error::invalid(
                "identity.delegation.delegate",
                "代办人须是本部门的在用账号，且不能是本人或平台三类管理角色，请重选。",
                "The one who stands in is an active account of your own department, not yourself, and holds none of the \
                 platform's three roles.",
            )
        })?;
        let (id, Some(own)) = (actor.require_user()?, actor.organisation()) else {
            return Err(Error::missing(&input.delegate_id));
        };
        let row = store::delegation::Model {
            id: self.kernel.new_id(),
            principal_id: id.clone(),
            delegate_id: delegate.id,
            organisation_id: own.id.clone(),
            from_ms: input.from_ms.unwrap_or(now).max(now),
            until_ms: input.until_ms,
            reason: input.reason.trim().to_owned(),
            created_ms: now,
            ended_ms: None,
            ended_by: None,
            end_reason: None,
        };
        let view = self.delegation_view(row.clone()).await?;
        let tx = self.kernel.begin().await?;
        let (from, until) = (row.from_ms, row.until_ms);
        let others =
            store::delegation::overlapping(tx.connection(), id, &row.delegate_id, from, until).await?;
        if !others.is_empty() {
            return Err(Error::conflict(
                "identity.delegation.overlap",
                "此期间已授权该人员代办，请先撤回原授权，或改选时间。",
                "This person stands in for you in that time already; take that back first or choose another time.",
            ));
        }
        tx.follow_up_at(ENDS, row.id.as_str(), until).await?;
        let reason = row.reason.clone();
        store::delegation::insert(tx.connection(), row).await?;
        tx.notify(notice(&view, delegate.role, "已授权", "was delegated")).await?;
        let detail = format!("{}: {} -> {}", view.id, view.principal_id, view.delegate_id);
        tx.record(actor, Leaf::of("identity.delegation.created"), Some(&reason), Some(detail)).await?;
        let done = tx.commit().await;
        self.sessions.forget();
        done.map(|()| view)
    }
}

/// Tells the head and those of the delegate's role.
pub(super) fn notice<'a>(view: &'a Delegation, delegate: Role, zh: &str, en: &str) -> Notice<'a> {
    const BOTH: [[Role; 2]; 2] =
        [[Role::DepartmentHead, Role::DepartmentOperator], [Role::DepartmentHead, Role::DepartmentDeveloper]];
    let roles: &[Role] = match delegate {
        Role::DepartmentOperator => &BOTH[0],
        Role::DepartmentDeveloper => &BOTH[1],
        _ => &BOTH[0][..1],
    };
    let (from, until) = (shown_time(view.from_ms), shown_time(view.until_ms));
    let (principal, stand_in) = (&view.principal_name, &view.delegate_name);
    Notice {
        organisation: Some(&view.organisation_id),
        roles,
        kind: "identity.delegation",
        link: "/account/delegations".to_owned(),
        zh: format!("{principal}由{stand_in}代办{zh}：{from} 至 {until}，事由：{}", view.reason),
        en: format!("Standing in for {principal} by {stand_in} {en}: {from} to {until}"),
    }
}
