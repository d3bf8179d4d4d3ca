//! Logs a console user in.

use kernel::evidence::Leaf;
use kernel::ids::UserId;
use kernel::{Actor, Error, Result, entropy};

use crate::Identity;
use crate::challenges::{Challenge, LIFETIME_MS};
use crate::doors::console;
use crate::keys::Secret;
use crate::model::{SecondFactorNeeded, SessionView, fold_username};
use crate::store;
use crate::throttle::{Subject, WINDOW_MS};

/// Longest name of a browser that is kept.
const USER_AGENT_CHARS: usize = 200;

/// Where a log-in comes from, as far as the connection tells.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Network address.
    pub address: Option<String>,
    /// Name of the browser.
    pub user_agent: Option<String>,
}

/// A fresh session: its token goes into the cookie and nowhere else.
pub struct LoggedIn {
    /// Who is logged in.
    pub view: SessionView,
    /// Token of the session.
    pub token: Secret,
    /// When the session ends, Unix milliseconds.
    pub expires_ms: i64,
}

/// What became of a first step.
pub enum FirstStep {
    /// There is no second.
    Done(Box<LoggedIn>),
    /// A code is needed.
    CodeNeeded(SecondFactorNeeded),
}

impl Identity {
    /// Logs in by user name and password.
    ///
    /// # Errors
    /// `identify.throttled`, `identify.wrong_password` or `identify.user_disabled`.
    pub async fn log_in(&self, username: &str, password: &str, origin: &Origin) -> Result<FirstStep> {
        let username = fold_username(username);
        let now = self.kernel.now_ms();
        let subjects = subjects(&username, origin.address.as_deref());
        self.throttle.begin(&subjects, now).map_err(throttled)?;
        let known = store::user::by_username(&self.kernel.db, &username).await?;
        let fits =
            self.verify_password(password, known.as_ref().map(|user| user.password_hash.clone())).await?;
        let Some(user) = known.filter(|_| fits) else {
            return Err(self.failed_attempt(&username, &subjects).await?);
        };
        self.throttle.succeeded(&subjects);
        self.first_step(user, "password", true, origin).await
    }

    /// A user proved himself by that door: begins a session, or asks for a code first.
    pub(super) async fn first_step(
        &self,
        user: store::user::Model,
        door: &str,
        ask_code: bool,
        origin: &Origin,
    ) -> Result<FirstStep> {
        // Told only to who has proved himself, and before the code is asked.
        self.acting_user(&user).await?;
        let factor = store::second_factor::confirmed(&self.kernel.db, &user.id).await?;
        if factor.is_none() || !ask_code {
            return Ok(FirstStep::Done(Box::new(self.begin_session(user, door, origin).await?)));
        }
        let now = self.kernel.now_ms();
        let challenge = entropy::token::<32>(&*self.kernel.entropy);
        let expires_ms = now + LIFETIME_MS;
        let held = Challenge { user: user.id, door: door.to_owned(), expires_ms };
        if !self.challenges.keep(console::hash(&challenge), held, now) {
            return Err(busy());
        }
        Ok(FirstStep::CodeNeeded(SecondFactorNeeded { challenge, expires_ms }))
    }

    /// The actor a user is, unless he or his organisation is disabled.
    async fn acting_user(&self, user: &store::user::Model) -> Result<Actor> {
        let organisation = self.acting(&user.organisation_id).await?.filter(|_| !user.disabled);
        let organisation = organisation.ok_or_else(|| {
            Error::forbidden(
                "identify.user_disabled",
                "此账号或所在机构已停用，请联系平台运维。",
                "This account or its organisation is disabled; ask the platform operator.",
            )
        })?;
        Ok(Actor::user(user.id.clone(), user.known_role()?, organisation))
    }

    /// Begins a session of a user who has proved himself.
    pub(super) async fn begin_session(
        &self,
        user: store::user::Model,
        door: &str,
        origin: &Origin,
    ) -> Result<LoggedIn> {
        let actor = self.acting_user(&user).await?;
        let now = self.kernel.now_ms();
        let token = entropy::token::<32>(&*self.kernel.entropy);
        let expires_ms = now + i64::from(self.kernel.config.server.session_hours) * 3_600_000;
        let view = self.session_view(&user, None).await?;
        let row = store::session::Model {
            token_hash: console::hash(&token),
            id: entropy::token::<12>(&*self.kernel.entropy),
            user_id: user.id,
            created_ms: now,
            expires_ms,
            last_seen_ms: now,
            address: origin.address.clone(),
            user_agent: origin.user_agent.as_deref().map(shown),
            door: door.to_owned(),
            acting_for: None,
        };
        let tx = self.kernel.begin().await?;
        store::session::sweep(tx.connection(), now).await?;
        store::session::insert(tx.connection(), row).await?;
        tx.record(&actor, Leaf::of("identity.login"), None, Some(door.to_owned())).await?;
        tx.commit().await?;
        Ok(LoggedIn { view, token: Secret::new(token), expires_ms })
    }

    /// The answer to a wrong password. The failure that begins a wait is recorded, with those before it.
    pub(super) async fn failed_attempt(&self, username: &str, subjects: &[Subject]) -> Result<Error> {
        let left = subjects.first().map_or(0, |user| self.throttle.left(user));
        if left == 0 {
            let known = store::user::by_username(&self.kernel.db, username).await?;
            // What was typed is recorded only if it is a user name: a password is sometimes typed in its place.
            let name = known.as_ref().map_or("unknown user name", |_| username);
            self.record_failures(&format!("{name}: {} failures in a row", crate::throttle::USER_FAILURES))
                .await?;
            return Ok(throttled(WINDOW_MS));
        }
        Ok(Error::unauthenticated(
            "identify.wrong_password",
            format!("用户名或密码不对，请重新输入。还可再试 {left} 次，之后须等待15分钟。"),
            format!("Wrong user name or password. {left} attempts are left before a wait of 15 minutes."),
        )
        .with("attempts_left", left))
    }

    /// The answer to a wrong code, likewise.
    pub(super) async fn failed_code(&self, user: &store::user::Model, subjects: &[Subject]) -> Result<Error> {
        let left = subjects.first().map_or(0, |user| self.throttle.left(user));
        if left == 0 {
            let detail =
                format!("{}: {} wrong codes in a row", user.username, crate::throttle::USER_FAILURES);
            self.record_failures(&detail).await?;
            return Ok(throttled(WINDOW_MS));
        }
        Ok(Error::unauthenticated(
            "identify.wrong_code",
            format!(
                "动态口令不对或已用过，请等待新的口令再输入，并核对手机时间。还可再试 {left} 次，之后须等待15分钟。"
            ),
            format!(
                "The code is wrong or was used before. Wait for the next one and check your device's clock. {left} \
                 attempts are left before a wait of 15 minutes."
            ),
        )
        .with("attempts_left", left))
    }

    pub(super) async fn record_failures(&self, detail: &str) -> Result<()> {
        let tx = self.kernel.begin().await?;
        let leaf = Leaf::of("identity.login_failed");
        tx.record(&Actor::System, leaf, None, Some(detail.to_owned())).await?;
        tx.commit().await
    }
}

fn shown(user_agent: &str) -> String {
    user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS).collect()
}

pub(super) fn busy() -> Error {
    Error::unavailable(
        "identify.busy",
        "登录请求过多，平台暂时无法受理，请稍后重试。",
        "Too many log-ins at once; try again later.",
    )
}

/// Whose failures count: the user name first.
pub(super) fn subjects(username: &str, address: Option<&str>) -> Vec<Subject> {
    let user = Subject::User(username.chars().take(64).collect());
    std::iter::once(user).chain(address.map(|address| Subject::Address(address.to_owned()))).collect()
}

/// Whose failures count when a code is given: the user first.
pub(super) fn code_subjects(user: &UserId, address: Option<&str>) -> Vec<Subject> {
    let user = Subject::Code(user.to_string());
    std::iter::once(user).chain(address.map(|address| Subject::Address(address.to_owned()))).collect()
}

pub(super) fn throttled(left_ms: i64) -> Error {
    let minutes = left_ms.max(0).div_euclid(60_000) + i64::from(left_ms % 60_000 > 0);
    Error::quota(
        "identify.throttled",
        format!("密码或动态口令连续输错次数过多，请 {minutes} 分钟后再试；忘记密码请联系平台运维重置。"),
        format!(
            "Too many wrong passwords or codes. Try again in {minutes} minutes; if you forgot yours, the platform \
             operator can set a new one."
        ),
    )
    .with("retry_after_s", left_ms.max(0).div_euclid(1000) + 1)
}
