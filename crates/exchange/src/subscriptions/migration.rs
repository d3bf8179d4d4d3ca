//! Tables of subscriptions and their runs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, string, string_null, text, text_null,
};

/// Makes the tables `exchange_subscription` and `exchange_run`.
pub(crate) struct Subscriptions;

impl MigrationName for Subscriptions {
    fn name(&self) -> &str {
        "exchange_0003_subscriptions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Subscriptions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("exchange_subscription")
            .col(string("id").primary_key())
            .col(string("consumer_id"))
            .col(string("provider_id"))
            .col(string("resource_id"))
            .col(string("grant_id"))
            .col(string("agent_id"))
            .col(string("name"))
            .col(text("input"))
            .col(string("state"))
            .col(text_null("notice"))
            .col(boolean("anew"))
            .col(big_integer_null("next_due_ms"))
            .col(big_integer("ends_ms"))
            .col(integer("failures"))
            .col(string("created_by"))
            .col(big_integer("created_ms"))
            .col(string_null("last_run_id"))
            .col(big_integer_null("last_success_ms"))
            .col(big_integer_null("as_of_ms"))
            .to_owned();
        manager.create_table(table).await?;
        let table = Table::create()
            .table("exchange_run")
            .col(string("id").primary_key())
            .col(string("subscription_id"))
            .col(string("kind"))
            .col(string("mode"))
            .col(string("state"))
            .col(big_integer("started_ms"))
            .col(big_integer_null("ended_ms"))
            .col(text("figures"))
            .col(text("remarks"))
            .col(big_integer_null("as_of_ms"))
            .col(big_integer_null("first_index"))
            .col(big_integer_null("last_index"))
            .col(text_null("notice"))
            .col(text_null("compared"))
            .to_owned();
        manager.create_table(table).await?;
        let index = Index::create()
            .name("exchange_run_subscription")
            .table("exchange_run")
            .col("subscription_id")
            .col("started_ms")
            .to_owned();
        manager.create_index(index).await
    }
}
