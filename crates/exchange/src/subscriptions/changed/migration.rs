//! Table of resources whose source was changed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string, text, text_null};

/// Makes the table `exchange_source_change`.
pub(crate) struct SourceChanges;

impl MigrationName for SourceChanges {
    fn name(&self) -> &str {
        "exchange_0006_source_changes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SourceChanges {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("exchange_source_change")
            .col(string("resource_id").primary_key())
            .col(string("provider_id"))
            .col(big_integer("since_ms"))
            .col(text("found"))
            .col(text("mount"))
            .col(text_null("proposal"))
            .col(text_null("failure"))
            .col(big_integer_null("looked_ms"))
            .to_owned();
        manager.create_table(table).await
    }
}
