//! The index by which the search finds what changed.

use sea_orm_migration::prelude::*;

/// Indexes resources by the time of their last change.
pub struct ByChange;

impl MigrationName for ByChange {
    fn name(&self) -> &str {
        "catalog_search_0001_by_change"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ByChange {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index =
            Index::create().name("resource_updated_ms").table("resource").col("updated_ms").to_owned();
        manager.create_index(index).await
    }
}
