//! Tables of the kernel: outbox and index of the evidence, follow-up work.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, string, string_null, text};

use crate::module::Migrations;

/// Migrations of the kernel.
pub fn migrations() -> Migrations {
    vec![Box::new(First)]
}

struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "kernel_0001_evidence_and_follow_up"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("evidence_outbox")
                    .col(string("id").primary_key())
                    .col(text("leaf"))
                    .col(text("opening"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("evidence_index")
                    .col(big_integer("idx").primary_key())
                    .col(string("kind"))
                    .col(big_integer("time_ms"))
                    .col(string_null("call"))
                    .col(string_null("outbox"))
                    .col(string_null("consumer"))
                    .col(string_null("provider"))
                    .col(string_null("resource"))
                    .col(string_null("grant_id"))
                    .col(string_null("matter"))
                    .col(string_null("agent"))
                    .col(string("caller"))
                    .col(string_null("idempotency_key"))
                    .col(string_null("digest"))
                    .col(string_null("code"))
                    .to_owned(),
            )
            .await?;
        for column in
            ["call", "outbox", "consumer", "provider", "grant_id", "agent", "idempotency_key", "time_ms"]
        {
            manager
                .create_index(
                    Index::create()
                        .name(format!("evidence_index_{column}"))
                        .table("evidence_index")
                        .col(column)
                        .to_owned(),
                )
                .await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("follow_up")
                    .col(string("id").primary_key())
                    .col(string("kind"))
                    .col(string("subject"))
                    .col(big_integer("due_ms"))
                    .col(big_integer("claimed_until_ms"))
                    .col(integer("attempts"))
                    .col(string_null("last_error"))
                    .to_owned(),
            )
            .await
    }
}
