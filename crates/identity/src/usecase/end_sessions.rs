//! Shows open sessions and ends them. What is ended is refused at its next request.

use kernel::evidence::Leaf;
use kernel::ids::UserId;
use kernel::{Actor, Error, Result, Role};

use crate::Identity;
use crate::doors::console;
use crate::model::{Ended, OpenSession};
use crate::store;

impl Identity {
    async fn sessions_of(&self, user: &UserId, token: Option<&str>) -> Result<Vec<OpenSession>> {
        let current = token.map(console::hash);
        let rows = store::session::of_user(&self.kernel.db, user, self.kernel.now_ms()).await?;
        let view = |row: store::session::Model| OpenSession {
            current: current.as_ref() == Some(&row.token_hash),
            id: row.id,
            created_ms: row.created_ms,
            last_seen_ms: row.last_seen_ms,
            expires_ms: row.expires_ms,
            address: row.address,
            user_agent: row.user_agent,
            door: row.door,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// The own open sessions. `token` is the session in hand.
    ///
    /// # Errors
    /// `actor.user`.
    pub async fn own_sessions(&self, actor: &Actor, token: Option<&str>) -> Result<Vec<OpenSession>> {
        self.sessions_of(actor.require_user()?, token).await
    }

    /// The open sessions of a user, for platform operators.
    ///
    /// # Errors
    /// `actor.role`, `user.not_found`.
    pub async fn user_sessions(&self, actor: &Actor, id: &UserId) -> Result<Vec<OpenSession>> {
        actor.require(&[Role::PlatformOperator])?;
        let user = store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        self.sessions_of(&user.id, None).await
    }

    /// Ends one of the own sessions, or with `None` all but the one in hand.
    ///
    /// # Errors
    /// `actor.user`, `identity.session.not_found`.
    pub async fn end_own_sessions(
        &self,
        actor: &Actor,
        token: Option<&str>,
        session: Option<&str>,
    ) -> Result<Ended> {
        let user = actor.require_user()?.clone();
        self.end_some(actor, &user, token, session).await
    }

    /// Ends one session of a user, or with `None` all of them. Platform operators only.
    ///
    /// # Errors
    /// `actor.role`, `user.not_found`, `identity.session.not_found`.
    pub async fn end_user_sessions(
        &self,
        actor: &Actor,
        id: &UserId,
        session: Option<&str>,
    ) -> Result<Ended> {
        actor.require(&[Role::PlatformOperator])?;
        let user = store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        self.end_some(actor, &user.id, None, session).await
    }

    async fn end_some(
        &self,
        actor: &Actor,
        user: &UserId,
        keep: Option<&str>,
        session: Option<&str>,
    ) -> Result<Ended> {
        let username = self.username_of(user).await?;
        let tx = self.kernel.begin().await?;
        let ended = match session {
            Some(id) if store::session::end_by_id(tx.connection(), user, id).await? => 1,
            Some(_) => {
                return Err(Error::not_found(
                    "identity.session.not_found",
                    "找不到这个会话，可能已经结束，请刷新列表。",
                    "There is no such session; it may have ended. Refresh the list.",
                ));
            }
            None => {
                store::session::end_others(tx.connection(), user, keep.map(console::hash).as_deref()).await?
            }
        };
        if ended > 0 {
            let detail = format!("{username}: {ended}");
            tx.record(actor, Leaf::of("identity.sessions.ended"), None, Some(detail)).await?;
        }
        let done = tx.commit().await;
        self.sessions.forget();
        done.map(|()| Ended { ended })
    }

    async fn username_of(&self, id: &UserId) -> Result<String> {
        let user = store::user::by_id(&self.kernel.db, id).await?;
        Ok(user.map_or_else(|| id.to_string(), |user| user.username))
    }
}
