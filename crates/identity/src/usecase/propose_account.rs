//! The platform operator proposes what concerns an auditor's or a business operator's account.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::UserId;
use kernel::notice::Notice;
use kernel::{Actor, Error, Result, Role};

use super::create_user::{check_names, folded_person};
use super::parting;
use crate::Identity;
use crate::model::{Proposal, ProposalInput, ProposalKind, check_person, fold_username};
use crate::store;
use crate::store::proposal::PENDING;

impl Identity {
    /// Proposes something about an account of an auditor or business operator, to be confirmed by somebody else.
    ///
    /// # Errors
    /// `actor.role`, `user.not_found`, `identity.proposal.not_needed`, `identity.user.parted_roles`,
    /// `identity.user.username_taken`, `identity.proposal.pending`, or `input.invalid` with every gap.
    pub async fn propose(&self, actor: &Actor, input: ProposalInput) -> Result<Proposal> {
        actor.require(&[Role::PlatformOperator])?;
        let by = actor.require_user()?.clone();
        let row = match (input.kind, &input.user_id) {
            (ProposalKind::Create, _) => self.proposed_account(input, by).await?,
            (_, Some(id)) => {
                let user =
                    store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
                self.proposed_change(user, input, by)?
            }
            (_, None) => {
                let mut fields = Fields::default();
                fields.push("user_id", "field.required", "此项必填，请选择账号。", "Choose the account.");
                fields.finish()?;
                return Err(Error::internal("identity.proposal", "unreachable"));
            }
        };
        let role = Role::parse(&row.role).unwrap_or(Role::SecurityAuditor);
        let confirmer = self.confirming_role(role, row.user_id.as_ref()).await?;
        let id = row.id.clone();
        let tx = self.kernel.begin().await?;
        self.check_proposal(tx.connection(), &row).await?;
        let kind = ProposalKind::parse(&row.kind).unwrap_or(ProposalKind::Create);
        let (zh, en, username) = (kind.zh(), kind.en(), row.username.clone());
        tx.notify(Notice {
            organisation: None,
            roles: &[confirmer],
            kind: "identity.proposal",
            link: format!("/admin/proposals/{id}"),
            zh: format!("账号申请待确认：{zh}，{}账号 {username}", role.zh()),
            en: format!("An account waits for confirmation: {en}, {} {username}", role.as_str()),
        })
        .await?;
        let detail = format!("{}: {} {username} {}", row.id, row.kind, row.role);
        let reason = row.reason.clone();
        store::proposal::insert(tx.connection(), row).await?;
        tx.record(actor, Leaf::of("identity.proposal.made"), Some(&reason), Some(detail)).await?;
        tx.commit().await?;
        self.proposal(actor, &id).await
    }

    async fn proposed_account(&self, input: ProposalInput, by: UserId) -> Result<store::proposal::Model> {
        let mut fields = Fields::default();
        let username = fold_username(input.username.as_deref().unwrap_or_default());
        let person = folded_person(input.person.as_deref());
        let display_name =
            check_names(&username, input.display_name.as_deref(), person.as_deref(), &mut fields);
        let role = input.role.unwrap_or(Role::PlatformOperator);
        check_role(role, &mut fields);
        parting::check_person_needed(role, person.as_deref(), &mut fields);
        fields.text("reason", &input.reason, 200);
        let organisation = input.organisation_id.unwrap_or_else(|| String::new().into());
        fields.check(
            !organisation.as_str().is_empty(),
            "organisation_id",
            "field.required",
            "此项必填，请选择机构。",
            "Choose the organisation.",
        );
        fields.finish()?;
        Ok(store::proposal::Model {
            id: self.kernel.new_id(),
            kind: input.kind.as_str().to_owned(),
            state: PENDING.to_owned(),
            user_id: None,
            username,
            display_name,
            person,
            role: role.as_str().to_owned(),
            organisation_id: self.known_organisation(&organisation).await?.id,
            provider: None,
            subject: None,
            reason: input.reason.trim().to_owned(),
            proposed_by: by,
            proposed_ms: self.kernel.now_ms(),
            decided_by: None,
            decided_ms: None,
            decision_reason: None,
        })
    }

    fn proposed_change(
        &self,
        user: store::user::Model,
        input: ProposalInput,
        by: UserId,
    ) -> Result<store::proposal::Model> {
        let mut fields = Fields::default();
        fields.text("reason", &input.reason, 200);
        let mut role = user.known_role()?;
        let mut person = user.person.clone();
        let mut bound = (None, None);
        match input.kind {
            ProposalKind::Role => {
                role = input.role.unwrap_or(role);
                check_role(role, &mut fields);
                person = person.or_else(|| folded_person(input.person.as_deref()));
                parting::check_person_needed(role, person.as_deref(), &mut fields);
                if let Some(person) = &person {
                    check_person(person, &mut fields);
                }
            }
            ProposalKind::Bind => {
                let provider = input.provider.unwrap_or_default();
                self.check_provider(&provider, &mut fields);
                let subject = input.subject.unwrap_or_default().trim().to_owned();
                fields.text("subject", &subject, 255);
                bound = (Some(provider), Some(subject));
            }
            _ => {}
        }
        fields.finish()?;
        if !parting::is_guarded(role) {
            return Err(Error::conflict(
                "identity.proposal.not_needed",
                "此账号不是业务运营或安全审计，无须申请，请在“用户”中直接办理。",
                "This account is neither a business operator's nor an auditor's; change it directly.",
            ));
        }
        Ok(store::proposal::Model {
            id: self.kernel.new_id(),
            kind: input.kind.as_str().to_owned(),
            state: PENDING.to_owned(),
            user_id: Some(user.id),
            username: user.username,
            display_name: user.display_name,
            person,
            role: role.as_str().to_owned(),
            organisation_id: user.organisation_id,
            provider: bound.0,
            subject: bound.1,
            reason: input.reason.trim().to_owned(),
            proposed_by: by,
            proposed_ms: self.kernel.now_ms(),
            decided_by: None,
            decided_ms: None,
            decision_reason: None,
        })
    }

    /// The proposal would succeed as things stand, and nothing like it waits.
    async fn check_proposal<C: sea_orm::ConnectionTrait>(
        &self,
        db: &C,
        row: &store::proposal::Model,
    ) -> Result<()> {
        let waits = store::proposal::pending(db).await?;
        if waits.iter().any(|other| other.username == row.username && other.kind == row.kind) {
            return Err(Error::conflict(
                "identity.proposal.pending",
                "此账号已有同类申请待确认，请等待确认或先撤回。",
                "A proposal of this kind waits for this account already; wait for it or take it back.",
            ));
        }
        if row.user_id.is_none() && store::user::by_username(db, &row.username).await?.is_some() {
            return Err(Error::conflict(
                "identity.user.username_taken",
                "此用户名已被使用，请换一个。",
                "This user name is taken; choose another.",
            ));
        }
        let holder = store::user::Model {
            id: row.user_id.clone().unwrap_or_else(|| String::new().into()),
            username: row.username.clone(),
            display_name: row.display_name.clone(),
            role: row.role.clone(),
            organisation_id: row.organisation_id.clone(),
            password_hash: String::new(),
            disabled: false,
            created_ms: 0,
            password_changed_ms: 0,
            person: row.person.clone(),
            parted_person: row.person.clone(),
            must_change_password: false,
        };
        parting::check_one_role(db, &holder).await
    }
}

fn check_role(role: Role, fields: &mut Fields) {
    fields.check(
        parting::is_guarded(role),
        "role",
        "identity.proposal.role",
        "账号申请只用于业务运营和安全审计，请选择其中之一。",
        "Proposals are for business operators and security auditors; choose one of them.",
    );
}
