//! Logs a console user out, and says who is logged in.

use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result};

use crate::Identity;
use crate::doors::console;
use crate::model::SessionView;
use crate::store;

impl Identity {
    /// Ends the session of that token.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn log_out(&self, actor: &Actor, token: &str) -> Result<()> {
        let tx = self.kernel.begin().await?;
        let ended = store::session::end(tx.connection(), &console::hash(token)).await?;
        if ended {
            tx.record(actor, Leaf::of("identity.logout"), None, None).await?;
        }
        let done = tx.commit().await;
        // Also when only the evidence is late: the session is gone.
        self.sessions.forget();
        done
    }

    /// Who is logged in.
    ///
    /// # Errors
    /// `actor.user` for client systems.
    pub async fn who(&self, actor: &Actor) -> Result<SessionView> {
        let id = actor.require_user()?;
        let row = store::user::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        self.session_view(&row, Some(actor)).await
    }
}
