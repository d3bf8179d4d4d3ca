//! A fresh database on a shared server.

use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A database that nobody else uses. It goes with its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    name: String,
    url: String,
}

impl Database {
    pub(crate) fn new(name: String, url: String) -> Self {
        Self { name, url }
    }

    /// A name not used before in this process.
    pub(crate) fn fresh_name() -> String {
        format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Address with user and password, as sqlx and SeaORM take it.
    pub fn url(&self) -> &str {
        &self.url
    }
}
