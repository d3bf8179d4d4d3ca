//! The own second factor: enrol, confirm, renew recovery codes, remove; and taken off by the platform operator.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::UserId;
use kernel::{Actor, Error, Result, Role};

use super::log_in::{code_subjects, subjects, throttled};
use super::parting;
use super::second_step::seal_owner;
use crate::Identity;
use crate::keys::Secret;
use crate::model::{
    Due, Enrolment, RecoveryCodes, SecondFactor, User, fresh_recovery_code, fresh_secret, hash_recovery_code,
    matched_step, otpauth_uri, qr_svg,
};
use crate::settings;
use crate::store;

/// Recovery codes given at once.
const CODES: usize = 10;

impl Identity {
    /// What a user must do before anything else.
    pub(crate) async fn due(&self, user: &store::user::Model) -> Result<Option<Due>> {
        if user.must_change_password {
            return Ok(Some(Due::Password));
        }
        if !self.kernel.flag(settings::second_factor(user.known_role()?)).await? {
            return Ok(None);
        }
        let has = store::second_factor::confirmed(&self.kernel.db, &user.id).await?.is_some();
        Ok((!has).then_some(Due::SecondFactor))
    }

    async fn own_account(&self, actor: &Actor) -> Result<store::user::Model> {
        let id = actor.require_user()?;
        store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))
    }

    /// How the own second factor stands.
    ///
    /// # Errors
    /// `actor.user`.
    pub async fn second_factor(&self, actor: &Actor) -> Result<SecondFactor> {
        let user = self.own_account(actor).await?;
        let factor = store::second_factor::confirmed(&self.kernel.db, &user.id).await?;
        Ok(SecondFactor {
            enrolled_ms: factor.and_then(|factor| factor.confirmed_ms),
            recovery_codes_left: store::second_factor::codes_left(&self.kernel.db, &user.id).await?,
            required: self.kernel.flag(settings::second_factor(user.known_role()?)).await?,
        })
    }

    /// Gives the user's device a secret. It counts once a code has confirmed it. Asks for the password, so that a desk left
    /// open is not enough.
    ///
    /// # Errors
    /// `identify.wrong_password`, `identify.throttled`, `identity.second_factor.enrolled`.
    pub async fn enrol_second_factor(&self, actor: &Actor, password: &str) -> Result<Enrolment> {
        let user = self.own_account(actor).await?;
        self.ask_password(&user, password).await?;
        if store::second_factor::confirmed(&self.kernel.db, &user.id).await?.is_some() {
            return Err(Error::conflict(
                "identity.second_factor.enrolled",
                "您已启用动态口令。如需换手机，请先停用再重新启用。",
                "You have a second factor. To change your device, remove it first.",
            ));
        }
        let secret = Secret::new(fresh_secret(&*self.kernel.entropy));
        let sealed_secret = self.keys.seal(&secret, &seal_owner(&user.id), &*self.kernel.entropy)?;
        let row =
            store::second_factor::Model { user_id: user.id, sealed_secret, confirmed_ms: None, last_step: 0 };
        let tx = self.kernel.begin().await?;
        store::second_factor::put(tx.connection(), row).await?;
        tx.commit().await?;
        let otpauth_uri = otpauth_uri(&self.kernel.config.origin, &user.username, secret.expose())?;
        let qr_svg = qr_svg(&otpauth_uri)?;
        Ok(Enrolment { secret: secret.expose().to_owned(), otpauth_uri, qr_svg })
    }

    /// Confirms that the device has the secret; gives the recovery codes, this once.
    ///
    /// # Errors
    /// `identify.wrong_code`, `identify.throttled`, `identity.second_factor.not_begun`.
    pub async fn confirm_second_factor(&self, actor: &Actor, code: &str) -> Result<RecoveryCodes> {
        let user = self.own_account(actor).await?;
        let factor = store::second_factor::of_user(&self.kernel.db, &user.id).await?;
        let factor = factor.filter(|factor| factor.confirmed_ms.is_none()).ok_or_else(|| {
            Error::conflict(
                "identity.second_factor.not_begun",
                "没有待确认的动态口令，请先点“启用”并扫描二维码。",
                "There is no second factor to confirm; begin by enrolling one.",
            )
        })?;
        let subjects = code_subjects(&user.id, None);
        let now = self.kernel.now_ms();
        self.throttle.begin(&subjects, now).map_err(throttled)?;
        let secret = self.second_factor_secret(&factor)?;
        let Some(step) = matched_step(secret.expose(), code, now)? else {
            return Err(self.failed_code(&user, &subjects).await?);
        };
        self.throttle.succeeded(&subjects);
        let (codes, hashes) = self.fresh_codes();
        let tx = self.kernel.begin().await?;
        store::second_factor::use_step(tx.connection(), &user.id, step).await?;
        store::second_factor::confirm(tx.connection(), &user.id, now).await?;
        store::second_factor::set_codes(tx.connection(), &user.id, hashes).await?;
        tx.record(actor, Leaf::of("identity.second_factor.enrolled"), None, Some(user.username)).await?;
        let done = tx.commit().await;
        self.sessions.forget();
        done.map(|()| codes)
    }

    /// New recovery codes in place of the old ones.
    ///
    /// # Errors
    /// `identify.wrong_code`, `identify.throttled`.
    pub async fn renew_recovery_codes(&self, actor: &Actor, code: &str) -> Result<RecoveryCodes> {
        let user = self.own_account(actor).await?;
        self.ask_code(&user, code).await?;
        let (codes, hashes) = self.fresh_codes();
        let tx = self.kernel.begin().await?;
        store::second_factor::set_codes(tx.connection(), &user.id, hashes).await?;
        tx.record(actor, Leaf::of("identity.recovery_codes.renewed"), None, Some(user.username)).await?;
        tx.commit().await.map(|()| codes)
    }

    /// Removes the own second factor.
    ///
    /// # Errors
    /// `identify.wrong_password`, `identify.wrong_code`, `identify.throttled`, `identity.second_factor.required`.
    pub async fn remove_second_factor(&self, actor: &Actor, password: &str, code: &str) -> Result<()> {
        let user = self.own_account(actor).await?;
        self.ask_password(&user, password).await?;
        if self.kernel.flag(settings::second_factor(user.known_role()?)).await? {
            return Err(Error::forbidden(
                "identity.second_factor.required",
                "您的角色须启用动态口令，不能停用。更换手机请由平台运维重置。",
                "Your role needs a second factor; it cannot be removed. To change your device, have it reset.",
            ));
        }
        self.ask_code(&user, code).await?;
        let tx = self.kernel.begin().await?;
        store::second_factor::remove(tx.connection(), &user.id).await?;
        tx.record(actor, Leaf::of("identity.second_factor.removed"), None, Some(user.username)).await?;
        tx.commit().await
    }

    /// Takes the second factor of a user off who lost his device. Platform operators; for auditors and business operators
    /// a proposal is needed.
    ///
    /// # Errors
    /// `actor.role`, `user.not_found`, `identity.user.needs_proposal`, `identity.user.own_role` or `input.invalid`.
    pub async fn reset_second_factor(&self, actor: &Actor, id: &UserId, reason: &str) -> Result<User> {
        actor.require(&[Role::PlatformOperator])?;
        let user = store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        if actor.require_user()? == id {
            return Err(parting::own_account());
        }
        parting::alone(user.known_role()?)?;
        let mut fields = Fields::default();
        fields.text("reason", reason, 200);
        fields.finish()?;
        self.take_second_factor_off(actor, &user, reason).await?;
        self.user_view(&user).await
    }

    /// Takes a second factor off and ends the user's sessions.
    pub(super) async fn take_second_factor_off(
        &self,
        actor: &Actor,
        user: &store::user::Model,
        reason: &str,
    ) -> Result<()> {
        let tx = self.kernel.begin().await?;
        store::second_factor::remove(tx.connection(), &user.id).await?;
        store::session::end_others(tx.connection(), &user.id, None).await?;
        let leaf = Leaf::of("identity.second_factor.reset");
        tx.record(actor, leaf, Some(reason), Some(user.username.clone())).await?;
        let done = tx.commit().await;
        self.sessions.forget();
        done
    }

    fn fresh_codes(&self) -> (RecoveryCodes, Vec<String>) {
        let codes: Vec<_> = (0..CODES).map(|_| fresh_recovery_code(&*self.kernel.entropy)).collect();
        let hashes = codes.iter().map(|code| hash_recovery_code(code)).collect();
        (RecoveryCodes { recovery_codes: codes }, hashes)
    }

    async fn ask_password(&self, user: &store::user::Model, password: &str) -> Result<()> {
        let subjects = subjects(&user.username, None);
        self.throttle.begin(&subjects, self.kernel.now_ms()).map_err(throttled)?;
        if !self.verify_password(password, Some(user.password_hash.clone())).await? {
            return Err(self.failed_attempt(&user.username, &subjects).await?);
        }
        self.throttle.succeeded(&subjects);
        Ok(())
    }

    async fn ask_code(&self, user: &store::user::Model, code: &str) -> Result<()> {
        let subjects = code_subjects(&user.id, None);
        self.throttle.begin(&subjects, self.kernel.now_ms()).map_err(throttled)?;
        if !self.use_code(user, code).await? {
            return Err(self.failed_code(user, &subjects).await?);
        }
        self.throttle.succeeded(&subjects);
        Ok(())
    }
}
