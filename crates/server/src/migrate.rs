//! Every capability's migrations, bottom up.

use kernel::{Error, Kernel, Result};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

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
    Migrator::up(&kernel.db, None).await.map_err(|error| {
        Error::unavailable(
            "database.migration",
            "平台数据库升级失败，没有启动。请确认程序版本不低于数据库，并备份后联系平台运维。",
            "The platform's database could not be brought up to date. Check that this program is not older than the \
             database; back up before trying again.",
        )
        .caused_by(error)
    })
}
