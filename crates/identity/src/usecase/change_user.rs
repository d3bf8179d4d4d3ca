//! Changes a console user. It acts at once, also on sessions that are open.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::UserId;
use kernel::{Actor, Error, Result, Role};

use super::create_user::folded_person;
use super::parting;
use crate::Identity;
use crate::model::{User, UserChange, check_password, check_person};
use crate::store;

/// What a change amounts to.
struct Changes {
    own: bool,
    moves: bool,
    role: Option<Role>,
    password: bool,
    disables: bool,
    enables: bool,
}

impl Changes {
    fn of(actor: &Actor, user: &store::user::Model, change: &UserChange) -> Self {
        Self {
            own: matches!(actor, Actor::User { id, .. } if *id == user.id),
            moves: change.organisation_id.as_ref().is_some_and(|to| *to != user.organisation_id),
            role: change.role.filter(|role| role.as_str() != user.role),
            password: change.password.is_some(),
            disables: change.disabled == Some(true) && !user.disabled,
            enables: change.disabled == Some(false) && user.disabled,
        }
    }

    /// Sessions of the user end: his rights shrank, or his password was set by somebody else.
    fn ends_sessions(&self) -> bool {
        !self.own && (self.moves || self.role.is_some() || self.password || self.disables)
    }
}

impl Identity {
    /// Changes a user. Platform operators only; nobody changes his own role or organisation, or disables himself; auditors
    /// and business operators are neither made nor taken over this way.
    ///
    /// # Errors
    /// `actor.role`, `user.not_found`, `identity.user.own_role`, `identity.user.needs_proposal`,
    /// `identity.user.parted_roles`, `identity.user.last_of_role`, `organisation.not_found` or `input.invalid`.
    pub async fn change_user(&self, actor: &Actor, id: &UserId, change: UserChange) -> Result<User> {
        actor.require(&[Role::PlatformOperator])?;
        let mut user = store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        let before = user.known_role()?;
        let what = Changes::of(actor, &user, &change);
        if what.own && (what.moves || what.role.is_some() || what.disables) {
            return Err(parting::own_account());
        }
        if what.password || what.enables {
            parting::alone(before)?;
        }
        what.role.map_or(Ok(()), parting::alone)?;
        let changed = self.apply(&mut user, change, &what).await?;
        if changed.is_empty() {
            return self.user_view(&user).await;
        }
        user.mark_parted();
        let tx = self.kernel.begin().await?;
        if what.role.is_some() || what.disables {
            parting::check_not_last(tx.connection(), id, before).await?;
        }
        parting::check_one_role(tx.connection(), &user).await?;
        if what.ends_sessions() {
            store::session::end_others(tx.connection(), id, None).await?;
        }
        let view = self.user_view_within(tx.connection(), &user).await?;
        store::user::update(tx.connection(), user).await?;
        let leaf = Leaf {
            provider: Some(view.organisation.credit_code.clone()),
            ..Leaf::of("identity.user.changed")
        };
        tx.record(actor, leaf, None, Some(format!("{}: {}", view.username, changed.join(", ")))).await?;
        let done = tx.commit().await;
        self.sessions.forget();
        done.map(|()| view)
    }

    /// Applies a change to the row; gives what changed, in words.
    async fn apply(
        &self,
        user: &mut store::user::Model,
        change: UserChange,
        what: &Changes,
    ) -> Result<Vec<String>> {
        let mut fields = Fields::default();
        let mut changed = Vec::new();
        if let Some(name) = change.display_name {
            fields.text("display_name", &name, 50);
            name.trim().clone_into(&mut user.display_name);
            changed.push("display_name".to_owned());
        }
        if let Some(password) = &change.password {
            check_password("password", password, &user.username, &mut fields);
        }
        self.change_person(user, change.person.as_deref(), &mut fields, &mut changed)?;
        if let Some(role) = what.role {
            parting::check_person_needed(role, user.person.as_deref(), &mut fields);
        }
        fields.finish()?;
        if let Some(role) = what.role {
            changed.push(format!("role {} -> {}", user.role, role.as_str()));
            role.as_str().clone_into(&mut user.role);
        }
        if let Some(to) = change.organisation_id.filter(|_| what.moves) {
            user.organisation_id = self.known_organisation(&to).await?.id;
            changed.push("organisation".to_owned());
        }
        if what.disables || what.enables {
            user.disabled = what.disables;
            changed.push(format!("disabled={}", what.disables));
        }
        if let Some(password) = change.password {
            user.password_hash = self.hash_password(password).await?;
            user.password_changed_ms = self.kernel.now_ms();
            changed.push("password".to_owned());
        }
        if let Some(must) = change.must_change_password.filter(|must| *must != user.must_change_password) {
            user.must_change_password = must;
            changed.push(format!("must_change_password={must}"));
        }
        Ok(changed)
    }

    /// A staff number is set once; who holds one of the parted roles keeps it, or the parting could be talked round.
    fn change_person(
        &self,
        user: &mut store::user::Model,
        person: Option<&str>,
        fields: &mut Fields,
        changed: &mut Vec<String>,
    ) -> Result<()> {
        let Some(person) = person else { return Ok(()) };
        let person = folded_person(Some(person));
        if person == user.person {
            return Ok(());
        }
        if user.known_role()?.is_parted() && user.person.is_some() {
            return Err(Error::forbidden(
                "identity.user.person_fixed",
                "平台运维、业务运营、安全审计账号的人员编号登记后不能改。换人请停用此账号，另建新账号。",
                "The staff number of a platform operator, business operator or auditor stays; for another person disable \
                 the account and make a new one.",
            ));
        }
        if let Some(person) = &person {
            check_person(person, fields);
        }
        user.person = person;
        changed.push("person".to_owned());
        Ok(())
    }
}
