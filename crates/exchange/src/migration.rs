//! Tables of this capability.

use kernel::module::Migrations;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, string, string_null};

/// Migrations of this capability.
pub fn migrations() -> Migrations {
    vec![
        Box::new(First),
        Box::new(crate::quality::QualityReports),
        Box::new(crate::subscriptions::Subscriptions),
        Box::new(crate::copies::HeldCopies),
        Box::new(crate::documents::Handovers),
        Box::new(crate::subscriptions::changed::SourceChanges),
    ]
}

struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "exchange_0001_agents"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("exchange_agent")
                    .col(string("id").primary_key())
                    .col(string("organisation_id"))
                    .col(string("name"))
                    .col(boolean("disabled"))
                    .col(string_null("join_hash"))
                    .col(big_integer_null("join_expires_ms"))
                    .col(string_null("evidence_key"))
                    .col(string_null("certificate_serial"))
                    .col(big_integer_null("certificate_until_ms"))
                    .col(big_integer_null("joined_ms"))
                    .col(string_null("version"))
                    .col(big_integer("created_ms"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("exchange_agent_join_hash")
                    .table("exchange_agent")
                    .col("join_hash")
                    .unique()
                    .to_owned(),
            )
            .await
    }
}
