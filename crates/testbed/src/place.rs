//! Where a node under test keeps its things: a folder of its own, and a database on either engine.

use std::path::Path;

use crate::{Database, shared_postgres};

/// A folder that goes with it, and the database of a node: a file in the folder, or a database of its own on PostgreSQL.
#[derive(Debug)]
pub struct Place {
    folder: tempfile::TempDir,
    database: Option<Database>,
}

impl Place {
    /// SQLite, in the folder.
    ///
    /// # Errors
    /// When no folder can be made.
    pub fn sqlite() -> anyhow::Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, database: None })
    }

    /// An empty database on the PostgreSQL server that the tests share.
    ///
    /// # Errors
    /// When the server cannot be started.
    pub async fn postgres() -> anyhow::Result<Self> {
        let database = shared_postgres().await?.create_database().await?;
        Ok(Self { folder: tempfile::tempdir()?, database: Some(database) })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// URL of the database as a node's configuration has it: empty for SQLite.
    pub fn url(&self) -> &str {
        self.database.as_ref().map_or("", Database::url)
    }
}

/// Runs each test on both engines. A test is an `async fn name(world: World)`; `World` is whatever the tests call by that name,
/// made by `World::new(place).await`.
#[macro_export]
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($world:ident: World) $body:block)+) => {$(
        mod $name {
            use super::*;
            async fn run($world: World) $body
            $(#[$doc])*
            #[tokio::test]
            async fn sqlite() { run(World::new($crate::Place::sqlite().unwrap()).await).await }
            $(#[$doc])*
            #[tokio::test]
            async fn postgres() { run(World::new($crate::Place::postgres().await.unwrap()).await).await }
        }
    )+};
}
