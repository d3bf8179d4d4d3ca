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
        let ids = rows.iter().map(|row| row.id.clone()).collect();
        let factors = store::second_factor::confirmed_among(&self.kernel.db, ids).await?;
        let mut users = Vec::with_capacity(rows.len());
        for row in &rows {
            users.push(self.view_of(row, factors.contains(&row.id)).await?);
        }
        Ok(Page::new(users, total, query))
    }
}
