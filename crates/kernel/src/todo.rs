//! What waits for a person 待办: each capability says what of its own waits for whom.

use async_trait::async_trait;
use serde::Serialize;

use crate::actor::Actor;
use crate::error::Result;

/// One thing that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Todo {
    /// Kind, `<crate>.<what>`.
    pub kind: String,
    /// What to do, in Chinese, for example `审核资源目录`.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// Name of the object.
    pub title: String,
    /// Page of the console where it is done.
    pub link: String,
    /// Organisation it comes from.
    pub organisation: Option<String>,
    /// Waits since, Unix milliseconds.
    pub since_ms: i64,
    /// Due, Unix milliseconds, when a clock runs.
    pub due_ms: Option<i64>,
}

/// A capability that has things waiting.
#[async_trait]
pub trait TodoSource: Send + Sync {
    /// What waits for that actor, in any order.
    ///
    /// # Errors
    /// When the database cannot be read.
    async fn todos(&self, actor: &Actor) -> Result<Vec<Todo>>;
}
