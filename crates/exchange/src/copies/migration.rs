//! Table of held copies.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, string, text};

/// Makes the table `exchange_copy`.
pub(crate) struct HeldCopies;

impl MigrationName for HeldCopies {
    fn name(&self) -> &str {
        "exchange_0004_copies"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for HeldCopies {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("exchange_copy")
            .col(string("run_id").primary_key())
            .col(string("subscription_id"))
            .col(string("grant_id"))
            .col(string("terms"))
            .col(big_integer("as_of_ms"))
            .col(big_integer("taken_ms"))
            .col(big_integer("rows"))
            .col(big_integer("bytes"))
            .col(string("digest"))
            .col(text("columns"))
            .col(text("key_items"))
            .col(boolean("narrowed"))
            .to_owned();
        manager.create_table(table).await?;
        let index = Index::create()
            .name("exchange_copy_subscription")
            .table("exchange_copy")
            .col("subscription_id")
            .col("taken_ms")
            .to_owned();
        manager.create_index(index).await
    }
}
