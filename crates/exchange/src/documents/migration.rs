//! Table of handovers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, boolean_null, integer, string, string_null, text, text_null,
};

/// Makes the table `exchange_handover`.
pub(crate) struct Handovers;

impl MigrationName for Handovers {
    fn name(&self) -> &str {
        "exchange_0005_handovers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Handovers {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("exchange_handover")
            .col(string("id").primary_key())
            .col(string("grant_id"))
            .col(string("consumer_id"))
            .col(string("provider_id"))
            .col(string("resource_id"))
            .col(text("document"))
            .col(string_null("agent_id"))
            .col(string_null("target"))
            .col(text("purpose"))
            .col(string("case_no"))
            .col(text("note"))
            .col(boolean("offered"))
            .col(string("caller"))
            .col(string("created_by"))
            .col(big_integer("created_ms"))
            .col(big_integer("expires_ms"))
            .col(string("state"))
            .col(text_null("notice"))
            .col(big_integer_null("due_ms"))
            .col(integer("failures"))
            .col(big_integer_null("bytes"))
            .col(big_integer("moved"))
            .col(string_null("digest"))
            .col(boolean_null("provider_clean"))
            .col(boolean_null("receiver_clean"))
            .col(text_null("path"))
            .col(big_integer_null("received_ms"))
            .col(string_null("removed"))
            .col(big_integer_null("first_index"))
            .col(big_integer_null("receipt_index"))
            .to_owned();
        manager.create_table(table).await?;
        let index = Index::create()
            .name("exchange_handover_state")
            .table("exchange_handover")
            .col("state")
            .col("due_ms")
            .to_owned();
        manager.create_index(index).await
    }
}
