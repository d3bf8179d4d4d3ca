//! Every capability's migrations, bottom up.

use kernel::{Error, Kernel, Result};
use sea_orm::{DatabaseConnection, EntityTrait as _};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager, seaql_migrations};

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = kernel::migration::migrations();
        all.extend(catalog::migrations());
        all.extend(identity::migrations());
        all.extend(sharing::migrations());
        all.extend(exchange::migrations());
        all.extend(projects::migrations());
        all
    }
}

/// Brings the database to the tables this program needs. Safe to repeat.
///
/// # Errors
/// `database.migration`, when the database was written by a newer program or cannot be changed.
pub async fn migrate(kernel: &Kernel) -> Result<()> {
    migrate_database(&kernel.db).await
}

/// The same for a database without a node around it.
///
/// # Errors
/// As [`migrate`].
pub async fn migrate_database(db: &DatabaseConnection) -> Result<()> {
    Migrator::up(db, None).await.map_err(|error| {
        Error::unavailable(
            "database.migration",
            "平台数据库升级失败，没有启动。请确认程序版本不低于数据库，并备份后联系平台运维。",
            "The platform's database could not be brought up to date. Check that this program is not older than the \
             database; back up before trying again.",
        )
        .caused_by(error)
    })
}

/// Names of the migrations this program knows, in order.
pub fn known_migrations() -> Vec<String> {
    Migrator::migrations().iter().map(|one| one.name().to_owned()).collect()
}

/// Names of the migrations a database has had; none for an empty one. Changes nothing.
///
/// # Errors
/// When the database cannot be read.
pub async fn applied_migrations(db: &DatabaseConnection) -> Result<Vec<String>> {
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    let rows = seaql_migrations::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}
