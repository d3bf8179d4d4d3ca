//! Logs a console user in.

use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result, entropy};

use crate::Identity;
use crate::doors::console;
use crate::keys::Secret;
use crate::model::{SessionUser, fold_username};
use crate::store;
use crate::throttle::{Subject, WINDOW_MS};

/// A fresh session: its token goes into the cookie and nowhere else.
pub struct LoggedIn {
    /// Who is logged in.
    pub user: SessionUser,
    /// Token of the session.
    pub token: Secret,
    /// When the session ends, Unix milliseconds.
    pub expires_ms: i64,
}

impl Identity {
    /// Logs in by user name and password. `address` is the caller's network address, if known.
    ///
    /// # Errors
    /// `identify.throttled`, `identify.wrong_password` or `identify.user_disabled`.
    pub async fn log_in(&self, username: &str, password: &str, address: Option<&str>) -> Result<LoggedIn> {
        let username = fold_username(username);
        let now = self.kernel.now_ms();
        let subjects = subjects(&username, address);
        self.throttle.begin(&subjects, now).map_err(throttled)?;
        let known = store::user::by_username(&self.kernel.db, &username).await?;
        let fits =
            self.verify_password(password, known.as_ref().map(|user| user.password_hash.clone())).await?;
        let Some(user) = known.filter(|_| fits) else {
            return Err(self.failed_attempt(&username, &subjects).await?);
        };
        self.throttle.succeeded(&subjects);
        let organisation = self.acting(&user.organisation_id).await?.filter(|_| !user.disabled);
        let organisation = organisation.ok_or_else(|| {
            Error::forbidden(
                "identify.user_disabled",
                "此账号或所在机构已停用，请联系平台运维。",
                "This account or its organisation is disabled; ask the platform operator.",
            )
        })?;
        let token = entropy::token::<32>(&*self.kernel.entropy);
        let expires_ms = now + i64::from(self.kernel.config.server.session_hours) * 3_600_000;
        let actor = Actor::user(user.id.clone(), user.known_role()?, organisation);
        let view = self.session_user(&user).await?;
        let row = store::session::Model {
            token_hash: console::hash(&token),
            user_id: user.id,
            created_ms: now,
            expires_ms,
        };
        let tx = self.kernel.begin().await?;
        store::session::sweep(tx.connection(), now).await?;
        store::session::insert(tx.connection(), row).await?;
        tx.record(&actor, Leaf::of("identity.login"), None, None).await?;
        tx.commit().await?;
        Ok(LoggedIn { user: view, token: Secret::new(token), expires_ms })
    }

    /// The answer to a wrong password. The failure that begins a wait is recorded, with those before it.
    pub(super) async fn failed_attempt(&self, username: &str, subjects: &[Subject]) -> Result<Error> {
        let left = subjects.first().map_or(0, |user| self.throttle.left(user));
        if left == 0 {
            let known = store::user::by_username(&self.kernel.db, username).await?;
            // What was typed is recorded only if it is a user name: a password is sometimes typed in its place.
            let name = known.as_ref().map_or("unknown user name", |_| username);
            let tx = self.kernel.begin().await?;
            let detail = format!("{name}: {} failures in a row", crate::throttle::USER_FAILURES);
            tx.record(&Actor::System, Leaf::of("identity.login_failed"), None, Some(detail)).await?;
            tx.commit().await?;
            return Ok(throttled(WINDOW_MS));
        }
        Ok(Error::unauthenticated(
            "identify.wrong_password",
            format!("用户名或密码不对，请重新输入。还可再试 {left} 次，之后须等待15分钟。"),
            format!("Wrong user name or password. {left} attempts are left before a wait of 15 minutes."),
        )
        .with("attempts_left", left))
    }
}

/// Whose failures count: the user name first.
pub(super) fn subjects(username: &str, address: Option<&str>) -> Vec<Subject> {
    let user = Subject::User(username.chars().take(64).collect());
    std::iter::once(user).chain(address.map(|address| Subject::Address(address.to_owned()))).collect()
}

pub(super) fn throttled(left_ms: i64) -> Error {
    let minutes = left_ms.max(0).div_euclid(60_000) + i64::from(left_ms % 60_000 > 0);
    Error::quota(
        "identify.throttled",
        format!("密码连续输错次数过多，请 {minutes} 分钟后再试；忘记密码请联系平台运维重置。"),
        format!(
            "Too many wrong passwords. Try again in {minutes} minutes; if you forgot yours, the platform operator can set \
             a new one."
        ),
    )
    .with("retry_after_s", left_ms.max(0).div_euclid(1000) + 1)
}
