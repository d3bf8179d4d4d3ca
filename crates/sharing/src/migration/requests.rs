//! Tables of requests, needs and time lines; what a grant says of the request behind it and of a breach.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, string, string_null, text, text_null,
};

pub(super) struct Second;

impl MigrationName for Second {
    fn name(&self) -> &str {
        "sharing_0002_requests"
    }
}

/// Columns of a clock, the same in each table that has one.
fn clock(table: &mut TableCreateStatement) {
    table
        .col(string_null("clock_stage"))
        .col(integer("clock_number"))
        .col(big_integer("clock_from_ms"))
        .col(integer("clock_days"))
        .col(big_integer("clock_due_ms"))
        .col(integer("clock_step"))
        .col(big_integer("clock_frozen_ms"))
        .col(big_integer_null("clock_frozen_from_ms"))
        .col(integer("clock_overdue"));
}

fn requests() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("sharing_request")
        .col(string("id").primary_key())
        .col(string("state"))
        .col(big_integer("since_ms"))
        .col(boolean("unconditional"))
        .col(string("consumer_id"))
        .col(string("provider_id"))
        .col(string("resource_id"))
        .col(string("resource_code"))
        .col(text("resource_name"))
        .col(text("content"))
        .col(text("words"))
        .col(boolean("noticed"))
        .col(text("gaps"))
        .col(text_null("decision"))
        .col(string_null("outcome"))
        .col(boolean("narrowed"))
        .col(boolean("by_rule"))
        .col(text_null("extension"))
        .col(string_null("grant_id"))
        .col(big_integer("created_ms"))
        .col(big_integer_null("signed_ms"))
        .col(big_integer_null("decided_ms"))
        .col(big_integer_null("delivered_ms"))
        .col(integer("revision"));
    clock(&mut table);
    table
}

fn needs() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("sharing_need")
        .col(string("id").primary_key())
        .col(string("state"))
        .col(string("consumer_id"))
        .col(string_null("responsible_id"))
        .col(string_null("resource_id"))
        .col(text("title"))
        .col(text("content"))
        .col(text_null("closing"))
        .col(big_integer("created_ms"))
        .col(integer("revision"));
    clock(&mut table);
    table
}

fn answers() -> TableCreateStatement {
    Table::create()
        .table("sharing_need_answer")
        .col(string("need_id"))
        .col(string("organisation_id"))
        .col(boolean("holds"))
        .col(text("reason"))
        .col(big_integer("time_ms"))
        .primary_key(Index::create().col("need_id").col("organisation_id"))
        .foreign_key(
            ForeignKey::create()
                .from("sharing_need_answer", "need_id")
                .to("sharing_need", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn events() -> TableCreateStatement {
    Table::create()
        .table("sharing_event")
        .col(string("id").primary_key())
        .col(string("subject"))
        .col(string("kind"))
        .col(integer("place"))
        .col(big_integer("time_ms"))
        .col(string_null("organisation_id"))
        .col(string_null("role"))
        .col(text_null("text"))
        .col(text_null("detail"))
        .col(string("outbox"))
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Second {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [requests(), needs(), answers(), events()] {
            manager.create_table(table).await?;
        }
        for (table, column) in [
            ("sharing_request", "consumer_id"),
            ("sharing_request", "provider_id"),
            ("sharing_request", "resource_id"),
            ("sharing_request", "state"),
            ("sharing_request", "grant_id"),
            ("sharing_need", "consumer_id"),
            ("sharing_need", "responsible_id"),
            ("sharing_event", "subject"),
        ] {
            let index = Index::create().name(format!("{table}_{column}")).table(table).col(column).to_owned();
            manager.create_index(index).await?;
        }
        // SQLite adds one column a statement.
        for column in [
            string_null("request_id"),
            string_null("cause"),
            text_null("rectification"),
            big_integer_null("rectified_ms"),
            big_integer_null("changed_ms"),
        ] {
            manager.alter_table(Table::alter().table("sharing_grant").add_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
