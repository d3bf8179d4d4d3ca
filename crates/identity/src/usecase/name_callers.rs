//! Names of those who acted, for people who read the evidence.

use std::collections::HashMap;

use kernel::Result;
use kernel::ids::UserId;

use crate::Identity;
use crate::store;

impl Identity {
    /// Display names for labels as openings hold them (`user:<id>`, `client:<client id>`, `user:<id> for user:<id>`). A
    /// label of somebody who is gone has no line.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn caller_names(&self, labels: impl Iterator<Item = &str>) -> Result<HashMap<String, String>> {
        let mut names = HashMap::new();
        for label in labels {
            if names.contains_key(label) {
                continue;
            }
            let name = match label.split_once(" for ") {
                Some((acting, other)) => match (self.one_name(acting).await?, self.one_name(other).await?) {
                    (Some(acting), Some(other)) => Some(format!("{acting}（代{other}）")),
                    (acting, _) => acting,
                },
                None => self.one_name(label).await?,
            };
            if let Some(name) = name {
                names.insert(label.to_owned(), name);
            }
        }
        Ok(names)
    }

    async fn one_name(&self, label: &str) -> Result<Option<String>> {
        Ok(match label.split_once(':') {
            Some(("user", id)) => store::user::by_id(&self.kernel.db, &UserId(id.to_owned()))
                .await?
                .map(|user| user.display_name),
            Some(("client", id)) => self.client(id).await?.map(|client| client.name),
            _ => None,
        })
    }
}
