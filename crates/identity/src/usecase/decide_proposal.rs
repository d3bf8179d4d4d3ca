//! Somebody of the other side confirms or refuses a proposal; the platform operator may take it back.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::UserId;
use kernel::{Actor, Error, Result, Role, Tx, entropy};

use super::parting;
use crate::Identity;
use crate::model::{Confirmed, Proposal, ProposalId, ProposalKind, ProposalState};
use crate::store;
use crate::store::proposal::Decision;

impl Identity {
    /// Role whose holders confirm what concerns an account of that role: its own, or, while nobody else holds that, the
    /// other of the two.
    pub(super) async fn confirming_role(&self, role: Role, about: Option<&UserId>) -> Result<Role> {
        let holders = store::user::active_with_role(&self.kernel.db, role).await?;
        if holders.iter().any(|user| Some(&user.id) != about) {
            return Ok(role);
        }
        Ok(if role == Role::SecurityAuditor { Role::BusinessOperator } else { Role::SecurityAuditor })
    }

    /// True when the actor may confirm or refuse: he has the confirming role and it does not concern himself.
    pub(crate) async fn may_decide(&self, actor: &Actor, row: &store::proposal::Model) -> Result<bool> {
        let Actor::User { id, role: own, .. } = actor else { return Ok(false) };
        let Some(role) = Role::parse(&row.role) else { return Ok(false) };
        if row.state != store::proposal::PENDING || row.user_id.as_ref() == Some(id) || *id == row.proposed_by
        {
            return Ok(false);
        }
        Ok(*own == self.confirming_role(role, row.user_id.as_ref()).await?)
    }

    async fn decidable(&self, actor: &Actor, id: &ProposalId) -> Result<store::proposal::Model> {
        actor.require(&Role::PARTED)?;
        let row = store::proposal::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        if row.state != store::proposal::PENDING {
            return Err(decided());
        }
        if self.may_decide(actor, &row).await? {
            return Ok(row);
        }
        let role = Role::parse(&row.role).unwrap_or(Role::SecurityAuditor);
        let confirming = self.confirming_role(role, row.user_id.as_ref()).await?;
        Err(Error::forbidden(
            "identity.proposal.other_side",
            format!("此申请须由{}确认，且不能是账号本人或申请人。", confirming.zh()),
            format!(
                "A {} confirms this, and neither the account's own holder nor who proposed it.",
                confirming.as_str()
            ),
        ))
    }

    /// Confirms a proposal and does what it says. A first password goes to who confirms, not to who proposed, and must be
    /// changed at the first log-in.
    ///
    /// # Errors
    /// `account_proposal.not_found`, `identity.proposal.decided`, `identity.proposal.other_side`, or what stands against
    /// the change by now.
    pub async fn confirm_proposal(&self, actor: &Actor, id: &ProposalId) -> Result<Confirmed> {
        let row = self.decidable(actor, id).await?;
        let kind = ProposalKind::parse(&row.kind).ok_or_else(|| {
            Error::internal("identity.damaged_row", format!("kind {:?} is unknown", row.kind))
        })?;
        let sets_password = matches!(kind, ProposalKind::Create | ProposalKind::ResetPassword);
        let initial = sets_password.then(|| self.initial_password());
        let hash = match &initial {
            Some(password) => Some(self.hash_password(password.clone()).await?),
            None => None,
        };
        // What is read from memory is read before the transaction holds its connection.
        self.known_organisation(&row.organisation_id).await?;
        let tx = self.kernel.begin().await?;
        self.decide(&tx, actor, id, ProposalState::Confirmed, None).await?;
        let detail = format!("{}: {} {} {}", row.id, row.kind, row.username, row.role);
        self.carry_out(&tx, actor, row, kind, hash).await?;
        tx.record(actor, Leaf::of("identity.proposal.confirmed"), None, Some(detail)).await?;
        let done = tx.commit().await;
        self.sessions.forget();
        done?;
        Ok(Confirmed { proposal: self.proposal(actor, id).await?, initial_password: initial })
    }

    /// Refuses a proposal.
    ///
    /// # Errors
    /// As [`Identity::confirm_proposal`], and `input.invalid` without a reason.
    pub async fn refuse_proposal(&self, actor: &Actor, id: &ProposalId, reason: &str) -> Result<Proposal> {
        let row = self.decidable(actor, id).await?;
        let mut fields = Fields::default();
        fields.text("reason", reason, 200);
        fields.finish()?;
        self.close(actor, row, ProposalState::Refused, Some(reason.trim())).await
    }

    /// Takes a proposal back. Platform operators only.
    ///
    /// # Errors
    /// `actor.role`, `account_proposal.not_found`, `identity.proposal.decided`.
    pub async fn withdraw_proposal(&self, actor: &Actor, id: &ProposalId) -> Result<Proposal> {
        actor.require(&[Role::PlatformOperator])?;
        let row = store::proposal::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        self.close(actor, row, ProposalState::Withdrawn, None).await
    }

    async fn close(
        &self,
        actor: &Actor,
        row: store::proposal::Model,
        state: ProposalState,
        reason: Option<&str>,
    ) -> Result<Proposal> {
        let tx = self.kernel.begin().await?;
        self.decide(&tx, actor, &row.id, state, reason).await?;
        let detail = format!("{}: {} {} {}", row.id, row.kind, row.username, row.role);
        let leaf = Leaf::of(format!("identity.proposal.{}", state.as_str()));
        tx.record(actor, leaf, reason, Some(detail)).await?;
        tx.commit().await?;
        self.proposal(actor, &row.id).await
    }

    async fn decide(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        id: &ProposalId,
        state: ProposalState,
        reason: Option<&str>,
    ) -> Result<()> {
        let decision = Decision {
            state: state.as_str(),
            by: actor.require_user()?,
            at_ms: self.kernel.now_ms(),
            reason: reason.map(str::to_owned),
        };
        if store::proposal::decide(tx.connection(), id, decision).await? { Ok(()) } else { Err(decided()) }
    }

    async fn carry_out(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        row: store::proposal::Model,
        kind: ProposalKind,
        hash: Option<String>,
    ) -> Result<()> {
        let db = tx.connection();
        let now = self.kernel.now_ms();
        let Some(id) = &row.user_id else {
            let made = store::user::Model {
                id: self.kernel.new_id(),
                username: row.username,
                display_name: row.display_name,
                role: row.role,
                organisation_id: row.organisation_id,
                password_hash: hash.unwrap_or_default(),
                disabled: false,
                created_ms: now,
                password_changed_ms: now,
                person: row.person,
                parted_person: None,
                must_change_password: true,
            };
            return self.insert_user(tx, actor, made).await.map(drop);
        };
        let mut user = store::user::by_id(db, id).await?.ok_or_else(|| Error::missing(id))?;
        let before = user.known_role()?;
        match kind {
            ProposalKind::Role => {
                if before.as_str() != row.role {
                    parting::check_not_last(db, id, before).await?;
                }
                user.role = row.role;
                user.person = user.person.or(row.person);
            }
            ProposalKind::Enable => user.disabled = false,
            ProposalKind::ResetPassword => {
                user.password_hash = hash.unwrap_or_default();
                user.password_changed_ms = now;
                user.must_change_password = true;
            }
            ProposalKind::ResetSecondFactor => {
                store::second_factor::remove(db, id).await?;
            }
            ProposalKind::Bind => {
                let (provider, subject) = (row.provider.unwrap_or_default(), row.subject.unwrap_or_default());
                self.put_binding(db, actor, id, &provider, &subject).await?;
            }
            ProposalKind::Create => {}
        }
        user.mark_parted();
        parting::check_one_role(db, &user).await?;
        store::user::update(db, user).await?;
        store::session::end_others(db, id, None).await.map(drop)
    }

    /// A password nobody would choose and everybody can type: four groups of letters and digits.
    fn initial_password(&self) -> String {
        initial_password(&*self.kernel.entropy)
    }
}

/// A first password: 20 letters and digits without those that look alike, in four groups; always a small letter, a capital and
/// a digit in it.
pub fn initial_password(source: &dyn entropy::Entropy) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut text = String::from("Gt");
    for (at, byte) in entropy::bytes::<18>(source).into_iter().enumerate() {
        if at % 5 == 3 {
            text.push('-');
        }
        text.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    text.push('7');
    text
}

fn decided() -> Error {
    Error::conflict(
        "identity.proposal.decided",
        "此申请已经办结，请刷新列表。",
        "This proposal was decided already; refresh the list.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check_password;

    /// A first password passes our own rules and no two are alike.
    #[test]
    fn first_passwords_are_good() {
        let source = entropy::SeededEntropy::new(3);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            let password = initial_password(&source);
            let mut fields = Fields::default();
            check_password("password", &password, "auditor", &mut fields);
            assert!(fields.finish().is_ok() && seen.insert(password.clone()), "{password}");
        }
    }
}
