//! Tables of grants and of what agents say to them.

mod completion;
mod requests;

use kernel::module::Migrations;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, string, string_null, text, text_null};

/// Migrations of this capability.
pub fn migrations() -> Migrations {
    vec![Box::new(First), Box::new(requests::Second), Box::new(completion::Third)]
}

struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "sharing_0001_grants"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("sharing_grant")
                    .col(string("id").primary_key())
                    .col(string("state"))
                    .col(integer("version"))
                    .col(string("consumer_id"))
                    .col(string("provider_id"))
                    .col(string("resource_id"))
                    .col(text("client_ids"))
                    .col(text("items"))
                    .col(text("row_filter"))
                    .col(text("purposes"))
                    .col(text("shapes"))
                    .col(big_integer("valid_from_ms"))
                    .col(big_integer("valid_until_ms"))
                    .col(big_integer("quota_per_day"))
                    .col(integer("quota_per_second"))
                    .col(text_null("condition"))
                    .col(big_integer("created_ms"))
                    .col(text_null("reason"))
                    .to_owned(),
            )
            .await?;
        for column in ["consumer_id", "provider_id", "resource_id"] {
            manager
                .create_index(
                    Index::create()
                        .name(format!("sharing_grant_{column}"))
                        .table("sharing_grant")
                        .col(column)
                        .to_owned(),
                )
                .await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("sharing_pin")
                    .col(string("grant_id").primary_key())
                    .col(string("digest"))
                    .col(string("state"))
                    .col(string_null("reason"))
                    .col(big_integer("updated_ms"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("sharing_pin", "grant_id")
                            .to("sharing_grant", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await
    }
}
