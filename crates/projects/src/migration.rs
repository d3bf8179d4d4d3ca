//! Tables of planned systems and of the counts of use.

use kernel::module::Migrations;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, string, string_null, text, text_null,
};

/// Migrations of this capability.
pub fn migrations() -> Migrations {
    vec![Box::new(First), Box::new(Second)]
}

struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "projects_0001_plans"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("project_plan")
                    .col(string("id").primary_key())
                    .col(string("organisation_id"))
                    .col(string("name"))
                    .col(text("input"))
                    .col(big_integer("cost_yuan"))
                    .col(string("state"))
                    .col(integer("round"))
                    .col(text_null("report"))
                    .col(big_integer_null("overlapping"))
                    .col(big_integer_null("planned"))
                    .col(text_null("returned_reason"))
                    .col(string_null("signed_by"))
                    .col(big_integer_null("signed_ms"))
                    .col(text_null("reply"))
                    .col(big_integer_null("replied_ms"))
                    .col(big_integer_null("due_ms"))
                    .col(string_null("outcome"))
                    .col(text_null("decided"))
                    .col(big_integer_null("decided_ms"))
                    .col(string_null("system_id"))
                    .col(big_integer("created_ms"))
                    .col(big_integer("updated_ms"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("project_plan_organisation_id_fk")
                            .from("project_plan", "organisation_id")
                            .to("organisation", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        for columns in [&["organisation_id", "state"][..], &["state", "updated_ms"]] {
            let mut index = Index::create();
            index.name(format!("project_plan_{}", columns.join("_"))).table("project_plan");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

struct Second;

impl MigrationName for Second {
    fn name(&self) -> &str {
        "projects_0002_use"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Second {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let counts = Table::create()
            .table("project_use")
            .col(string("grain"))
            .col(integer("period"))
            .col(string("consumer"))
            .col(string("provider"))
            .col(string("resource"))
            .col(big_integer("calls"))
            .col(big_integer("refused"))
            .col(big_integer("last_ms"))
            .primary_key(
                Index::create().col("grain").col("period").col("consumer").col("provider").col("resource"),
            )
            .to_owned();
        manager.create_table(counts).await?;
        let spans = Table::create()
            .table("project_grant_span")
            .col(string("grant_id"))
            .col(big_integer("from_idx"))
            .col(string("consumer"))
            .col(string("provider"))
            .col(string("resource"))
            .col(big_integer("from_ms"))
            .col(big_integer_null("until_ms"))
            .primary_key(Index::create().col("grant_id").col("from_idx"))
            .to_owned();
        manager.create_table(spans).await?;
        let cursor = Table::create()
            .table("project_use_cursor")
            .col(integer("id").primary_key())
            .col(big_integer("next_idx"))
            .to_owned();
        manager.create_table(cursor).await
    }
}
