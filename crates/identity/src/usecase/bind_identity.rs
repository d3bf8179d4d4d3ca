//! Binds an account at a log-in service of others to a user.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::UserId;
use kernel::{Actor, Error, Result, Role};
use sea_orm::ConnectionTrait;

use super::parting;
use crate::Identity;
use crate::model::UserIdentity;
use crate::store;

impl Identity {
    pub(super) fn check_provider(&self, provider: &str, fields: &mut Fields) {
        fields.check(
            self.kernel.config.oidc.contains_key(provider),
            "provider",
            "identity.oidc.provider",
            "没有配置这个登录服务，请从列表中选择。",
            "No such log-in service is configured; choose one of the list.",
        );
    }

    async fn bindable(&self, actor: &Actor, id: &UserId) -> Result<store::user::Model> {
        actor.require(&[Role::PlatformOperator])?;
        store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))
    }

    /// Accounts at log-in services that are bound to a user. Platform operators only.
    ///
    /// # Errors
    /// `actor.role`, `user.not_found`.
    pub async fn identities(&self, actor: &Actor, id: &UserId) -> Result<Vec<UserIdentity>> {
        let user = self.bindable(actor, id).await?;
        let rows = store::binding::of_user(&self.kernel.db, &user.id).await?;
        let view = |row: store::binding::Model| UserIdentity {
            provider: row.provider,
            subject: row.subject,
            bound_ms: row.bound_ms,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Binds an account at a log-in service to a user. Platform operators; for auditors and business operators a proposal
    /// is needed.
    ///
    /// # Errors
    /// `actor.role`, `user.not_found`, `identity.user.needs_proposal`, `identity.oidc.taken` or `input.invalid`.
    pub async fn bind(
        &self,
        actor: &Actor,
        id: &UserId,
        provider: &str,
        subject: &str,
    ) -> Result<Vec<UserIdentity>> {
        let user = self.bindable(actor, id).await?;
        parting::alone(user.known_role()?)?;
        let mut fields = Fields::default();
        self.check_provider(provider, &mut fields);
        fields.text("subject", subject, 255);
        fields.finish()?;
        let tx = self.kernel.begin().await?;
        self.put_binding(tx.connection(), actor, id, provider, subject.trim()).await?;
        let detail = format!("{}: {provider}", user.username);
        tx.record(actor, Leaf::of("identity.oidc.bound"), None, Some(detail)).await?;
        tx.commit().await?;
        self.identities(actor, id).await
    }

    /// Takes a binding off. Platform operators only.
    ///
    /// # Errors
    /// `actor.role`, `user.not_found`, `identity.oidc.not_bound`.
    pub async fn unbind(&self, actor: &Actor, id: &UserId, provider: &str) -> Result<Vec<UserIdentity>> {
        let user = self.bindable(actor, id).await?;
        let tx = self.kernel.begin().await?;
        if !store::binding::remove(tx.connection(), id, provider).await? {
            return Err(Error::not_found(
                "identity.oidc.not_bound",
                "此用户没有绑定这个登录服务，请刷新。",
                "This user is not bound to that log-in service; refresh.",
            ));
        }
        let detail = format!("{}: {provider}", user.username);
        tx.record(actor, Leaf::of("identity.oidc.unbound"), None, Some(detail)).await?;
        tx.commit().await?;
        self.identities(actor, id).await
    }

    /// Binds within a transaction; a subject is one user only.
    pub(super) async fn put_binding<C: ConnectionTrait>(
        &self,
        db: &C,
        actor: &Actor,
        id: &UserId,
        provider: &str,
        subject: &str,
    ) -> Result<()> {
        let known = store::binding::by_subject(db, provider, subject).await?;
        if known.is_some_and(|row| row.user_id != *id) {
            return Err(Error::conflict(
                "identity.oidc.taken",
                "这个统一身份已绑定另一个账号，请核对后先解除原绑定。",
                "This account of the log-in service is bound to another user; check it and unbind that first.",
            ));
        }
        let row = store::binding::Model {
            provider: provider.to_owned(),
            subject: subject.to_owned(),
            user_id: id.clone(),
            bound_ms: self.kernel.now_ms(),
            bound_by: actor.label(),
        };
        store::binding::put(db, row).await
    }
}
