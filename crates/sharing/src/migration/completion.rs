//! The consumer's clock while it fills the gaps of a notice.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

pub(super) struct Third;

impl MigrationName for Third {
    fn name(&self) -> &str {
        "sharing_0003_completion"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Third {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A notice that was given before names no last day, so those requests keep none.
        let column = text_null("completion");
        manager.alter_table(Table::alter().table("sharing_request").add_column(column).to_owned()).await
    }
}
