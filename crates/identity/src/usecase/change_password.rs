//! Changes the own password.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result};

use super::log_in::{subjects, throttled};
use crate::Identity;
use crate::doors::console;
use crate::model::{SessionView, check_password};
use crate::store;

impl Identity {
    /// Changes the own password and ends every other session of the user. `token` is the session in hand.
    ///
    /// # Errors
    /// `identify.throttled`, `identify.wrong_password`, or `input.invalid` for a weak password.
    pub async fn change_password(
        &self,
        actor: &Actor,
        token: Option<&str>,
        current: &str,
        new: &str,
    ) -> Result<SessionView> {
        let id = actor.require_user()?;
        let db = &self.kernel.db;
        let mut user = store::user::by_id(db, id).await?.ok_or_else(|| Error::missing(id))?;
        let subjects = subjects(&user.username, None);
        self.throttle.begin(&subjects, self.kernel.now_ms()).map_err(throttled)?;
        if !self.verify_password(current, Some(user.password_hash.clone())).await? {
            return Err(self.failed_attempt(&user.username, &subjects).await?);
        }
        self.throttle.succeeded(&subjects);
        let mut fields = Fields::default();
        check_password("new", new, &user.username, &mut fields);
        fields.check(
            new != current,
            "new",
            "identity.password.same",
            "新密码不能与原密码相同，请换一个。",
            "The new password must differ from the present one.",
        );
        fields.finish()?;
        user.password_hash = self.hash_password(new.to_owned()).await?;
        user.password_changed_ms = self.kernel.now_ms();
        user.must_change_password = false;
        let view = self.session_view(&user, Some(actor)).await?;
        let keep = token.map(console::hash);
        let tx = self.kernel.begin().await?;
        let ended = store::session::end_others(tx.connection(), id, keep.as_deref()).await?;
        store::user::update(tx.connection(), user).await?;
        let detail = format!("{ended} other sessions ended");
        tx.record(actor, Leaf::of("identity.password_changed"), None, Some(detail)).await?;
        let done = tx.commit().await;
        self.sessions.forget();
        done.map(|()| view)
    }
}
