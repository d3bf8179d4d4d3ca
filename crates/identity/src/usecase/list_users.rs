//! Lists console users.

use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result, Role};

use crate::Identity;
use crate::model::User;
use crate::store;

impl Identity {
    /// Every user. Platform operators only.
    ///
    /// # Errors
    /// `actor.role`.
    pub async fn list_users(&self, actor: &Actor, query: &ListQuery) -> Result<Page<User>> {
        actor.require(&[Role::PlatformOperator])?;
        let (rows, total) = store::user::list(&self.kernel.db, query).await?;
        let mut users = Vec::with_capacity(rows.len());
        for row in &rows {
            users.push(self.user_view(row).await?);
        }
        Ok(Page::new(users, total, query))
    }
}
