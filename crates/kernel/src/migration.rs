//! Tables of the kernel: outbox and index of the evidence, follow-up work.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, string, string_null, text};

use crate::module::Migrations;

/// Migrations of the kernel.
pub fn migrations() -> Migrations {
    vec![Box::new(First), Box::new(Second)]
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

struct Second;

impl MigrationName for Second {
    fn name(&self) -> &str {
        "kernel_0002_settings_and_notices"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Second {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let setting = Table::create()
            .table("setting")
            .col(string("key").primary_key())
            .col(text("value"))
            .col(big_integer("changed_ms"))
            .col(string("changed_by"))
            .to_owned();
        let notice = Table::create()
            .table("notice")
            .col(string("id").primary_key())
            .col(string("organisation_id"))
            .col(string("role"))
            .col(string("kind"))
            .col(string("link"))
            .col(text("zh"))
            .col(text("en"))
            .col(big_integer("created_ms"))
            .to_owned();
        let read = Table::create()
            .table("notice_read")
            .col(string("notice_id"))
            .col(string("user_id"))
            .col(big_integer("read_ms"))
            .primary_key(Index::create().col("notice_id").col("user_id"))
            .to_owned();
        for table in [setting, notice, read] {
            manager.create_table(table).await?;
        }
        let readers = Index::create()
            .name("notice_readers")
            .table("notice")
            .col("role")
            .col("organisation_id")
            .col("created_ms")
            .to_owned();
        let due = Index::create().name("follow_up_due").table("follow_up").col("due_ms").to_owned();
        manager.create_index(readers).await?;
        manager.create_index(due).await
    }
}
