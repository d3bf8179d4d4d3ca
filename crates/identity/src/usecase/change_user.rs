//! Changes a console user. It acts at once, also on sessions that are open.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::UserId;
use kernel::{Actor, Error, Result, Role};

use crate::Identity;
use crate::model::{User, UserChange, check_password};
use crate::store;

impl Identity {
    /// Changes a user. Platform operators only; nobody changes his own role or organisation, or disables himself.
    ///
    /// # Errors
    /// `actor.role`, `user.not_found`, `identity.user.own_role`, `organisation.not_found` or `input.invalid`.
    pub async fn change_user(&self, actor: &Actor, id: &UserId, change: UserChange) -> Result<User> {
        actor.require(&[Role::PlatformOperator])?;
        let mut user = store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        let own = matches!(actor, Actor::User { id: own, .. } if own == id);
        let moves = change.organisation_id.as_ref().is_some_and(|to| *to != user.organisation_id);
        let role_changes = change.role.is_some_and(|role| role.as_str() != user.role);
        if own && (moves || role_changes || change.disabled == Some(true)) {
            return Err(Error::forbidden(
                "identity.user.own_role",
                "不能变更自己的角色、机构或停用自己，请由另一位平台运维人员办理。",
                "Nobody changes his own role or organisation or disables himself; another platform operator must.",
            ));
        }
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
        fields.finish()?;
        if let Some(role) = change.role.filter(|_| role_changes) {
            changed.push(format!("role {} -> {}", user.role, role.as_str()));
            role.as_str().clone_into(&mut user.role);
        }
        if let Some(to) = change.organisation_id.filter(|_| moves) {
            user.organisation_id = self.known_organisation(&to).await?.id;
            changed.push("organisation".to_owned());
        }
        if let Some(disabled) = change.disabled.filter(|disabled| *disabled != user.disabled) {
            user.disabled = disabled;
            changed.push(format!("disabled={disabled}"));
        }
        let new_password = change.password.is_some();
        if let Some(password) = change.password {
            user.password_hash = self.hash_password(password).await?;
            user.password_changed_ms = self.kernel.now_ms();
            changed.push("password".to_owned());
        }
        let view = self.user_view(&user).await?;
        if changed.is_empty() {
            return Ok(view);
        }
        let tx = self.kernel.begin().await?;
        // Rights shrink at once: who lost role, place, access or password logs in again.
        if !own && (moves || role_changes || new_password || user.disabled) {
            store::session::end_others(tx.connection(), id, None).await?;
        }
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
}
