//! States, revisions, mounts under review, announcements, the negative list, and the fields of Decree 809.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, integer_null, string, string_null, text, text_null,
};

use super::{index, reference};

pub(super) struct Second;

impl MigrationName for Second {
    fn name(&self) -> &str {
        "catalog_0002_governance"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Second {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let resource =
            ["responsible_office", "responsible_person", "contact", "class_code", "revision_state"];
        let texts =
            ["data_range", "data_region", "data_period", "data_class", "share_condition_kinds", "flow"];
        add(manager, "resource", resource.map(string_null)).await?;
        add(manager, "resource", texts.map(text_null)).await?;
        let item = ["data_type", "responsible_office", "source_system"];
        add(manager, "resource_item", item.map(string_null)).await?;
        add(manager, "resource_item", ["length", "decimals"].map(integer_null)).await?;
        add(manager, "resource_item", ["share_condition", "lineage"].map(text_null)).await?;
        add(
            manager,
            "information_system",
            [big_integer_null("yearly_cost_yuan"), big_integer_null("user_count")],
        )
        .await?;
        add(manager, "information_system", [integer_null("retired_year")]).await?;
        add(manager, "information_system", [text_null("note")]).await?;
        for table in [revision(), mount_change(), announcement(), negative()] {
            manager.create_table(table).await?;
        }
        for index in [
            index("resource", &["class_code"], true),
            index("resource_revision", &["state"], false),
            index("resource_mount_change", &["state"], false),
            index("announcement", &["time_ms"], false),
            index("organisation", &["parent_id"], false),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// Adds columns one by one, since SQLite takes one at a time.
async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: impl IntoIterator<Item = ColumnDef>,
) -> Result<(), DbErr> {
    for column in columns {
        manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
    }
    Ok(())
}

fn revision() -> TableCreateStatement {
    Table::create()
        .table("resource_revision")
        .col(string("resource_id").primary_key())
        .col(string("state"))
        .col(text("flow"))
        .col(text("entry"))
        .foreign_key(&mut reference("resource_revision", "resource_id", "resource"))
        .to_owned()
}

fn mount_change() -> TableCreateStatement {
    Table::create()
        .table("resource_mount_change")
        .col(string("resource_id").primary_key())
        .col(string("state"))
        .col(text("flow"))
        .col(text("mount"))
        .foreign_key(&mut reference("resource_mount_change", "resource_id", "resource"))
        .to_owned()
}

fn announcement() -> TableCreateStatement {
    Table::create()
        .table("announcement")
        .col(string("id").primary_key())
        .col(string("kind"))
        .col(string("resource_id"))
        .col(string("code"))
        .col(string("name"))
        .col(integer("version"))
        .col(string("organisation_id"))
        .col(text_null("text"))
        .col(big_integer_null("offline_ms"))
        .col(big_integer("time_ms"))
        .foreign_key(&mut reference("announcement", "resource_id", "resource"))
        .to_owned()
}

fn negative() -> TableCreateStatement {
    Table::create()
        .table("negative_entry")
        .col(string("id").primary_key())
        .col(string("name"))
        .col(string_null("pattern"))
        .col(string_null("element"))
        .col(text("basis"))
        .col(string("scope"))
        .col(text_null("note"))
        .col(boolean("active"))
        .col(big_integer("updated_ms"))
        .to_owned()
}
