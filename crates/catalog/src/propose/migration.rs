//! Table of what people decided about proposals.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, string};

/// Makes the table `catalog_lesson`.
pub struct Lessons;

impl MigrationName for Lessons {
    fn name(&self) -> &str {
        "catalog_propose_0001_lessons"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Lessons {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("catalog_lesson")
            .col(string("organisation_id"))
            .col(string("lesson_key"))
            .col(string("element"))
            .col(integer("times"))
            .col(big_integer("last_ms"))
            .primary_key(Index::create().col("organisation_id").col("lesson_key").col("element"))
            .foreign_key(
                ForeignKey::create()
                    .name("catalog_lesson_organisation_id_fk")
                    .from("catalog_lesson", "organisation_id")
                    .to("organisation", "id"),
            )
            .to_owned();
        manager.create_table(table).await?;
        let index = Index::create()
            .name("catalog_lesson_lesson_key")
            .table("catalog_lesson")
            .col("lesson_key")
            .to_owned();
        manager.create_index(index).await
    }
}
