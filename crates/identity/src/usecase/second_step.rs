//! The second step of a log-in: a code of the user's device, or a recovery code.

use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result};

use super::log_in::{LoggedIn, Origin, code_subjects, throttled};
use crate::Identity;
use crate::doors::console;
use crate::model::{hash_recovery_code, matched_step};
use crate::store;

impl Identity {
    /// Ends a log-in with a code.
    ///
    /// # Errors
    /// `identify.challenge`, `identify.wrong_code`, `identify.throttled` or `identify.user_disabled`.
    pub async fn second_step(&self, challenge: &str, code: &str, origin: &Origin) -> Result<LoggedIn> {
        let hash = console::hash(challenge);
        let now = self.kernel.now_ms();
        let held = self.challenges.get(&hash, now).ok_or_else(began_too_long_ago)?;
        let user = store::user::by_id(&self.kernel.db, &held.user).await?.ok_or_else(began_too_long_ago)?;
        let subjects = code_subjects(&user.id, origin.address.as_deref());
        self.throttle.begin(&subjects, now).map_err(throttled)?;
        if !self.use_code(&user, code).await? {
            return Err(self.failed_code(&user, &subjects).await?);
        }
        self.throttle.succeeded(&subjects);
        // Between two at once only one begins a session.
        let held = self.challenges.take(&hash, now).ok_or_else(began_too_long_ago)?;
        self.begin_session(user, &format!("{}+code", held.door), origin).await
    }

    /// True when the code is right, and uses it up.
    pub(super) async fn use_code(&self, user: &store::user::Model, code: &str) -> Result<bool> {
        let db = &self.kernel.db;
        let Some(factor) = store::second_factor::confirmed(db, &user.id).await? else { return Ok(false) };
        if code.len() > 64 {
            return Ok(false);
        }
        let secret = self.second_factor_secret(&factor)?;
        if let Some(step) = matched_step(secret.expose(), code, self.kernel.now_ms())? {
            return store::second_factor::use_step(db, &user.id, step).await;
        }
        if code.chars().filter(char::is_ascii_alphanumeric).count() < 16 {
            return Ok(false);
        }
        let tx = self.kernel.begin().await?;
        if !store::second_factor::use_code(tx.connection(), &user.id, &hash_recovery_code(code)).await? {
            return Ok(false);
        }
        let left = store::second_factor::codes_left(tx.connection(), &user.id).await?;
        let detail = format!("{}: {left} left", user.username);
        let leaf = Leaf::of("identity.recovery_code.used");
        tx.record(&Actor::System, leaf, None, Some(detail)).await?;
        tx.commit().await.map(|()| true)
    }

    /// The secret of a stored factor.
    pub(super) fn second_factor_secret(
        &self,
        factor: &store::second_factor::Model,
    ) -> Result<crate::keys::Secret> {
        self.keys.unseal(&factor.sealed_secret, &seal_owner(&factor.user_id)).ok_or_else(|| {
            Error::internal("identity.second_factor", "the secret was not sealed by this node's key")
        })
    }
}

/// What a sealed secret is bound to, so that rows cannot be exchanged.
pub(super) fn seal_owner(user: &kernel::ids::UserId) -> String {
    format!("second-factor:{user}")
}

fn began_too_long_ago() -> Error {
    Error::unauthenticated(
        "identify.challenge",
        "登录已超过5分钟或平台已重新启动，请从用户名和密码重新开始。",
        "The log-in began more than 5 minutes ago, or the platform was restarted; begin again with your password.",
    )
}
