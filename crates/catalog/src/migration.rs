//! Tables of the catalogue.

mod governance;

use kernel::module::Migrations;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, integer_null, string, string_null, text, text_null,
};

/// Migrations of the catalogue.
pub fn migrations() -> Migrations {
    vec![
        Box::new(First),
        Box::new(governance::Second),
        Box::new(crate::propose::LessonTable),
        Box::new(crate::search::ByChange),
    ]
}

struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "catalog_0001_organisations_systems_resources"
    }
}

fn reference(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("{from}_{column}_fk")).from(from, column).to(to, "id").to_owned()
}

fn index(table: &'static str, columns: &[&'static str], unique: bool) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{}", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    if unique {
        index.unique();
    }
    index
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [organisation(), system(), resource(), item(), mount(), version()] {
            manager.create_table(table).await?;
        }
        for index in [
            index("organisation", &["credit_code"], true),
            index("organisation", &["short_code"], true),
            index("information_system", &["organisation_id", "name"], true),
            index("resource", &["code"], true),
            index("resource", &["organisation_id", "state"], false),
            index("resource", &["state", "updated_ms"], false),
            index("resource_item", &["element"], false),
            index("resource_mount", &["agent_id"], false),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn organisation() -> TableCreateStatement {
    Table::create()
        .table("organisation")
        .col(string("id").primary_key())
        .col(string("name"))
        .col(string("short_name"))
        .col(string("short_code"))
        .col(string("credit_code"))
        .col(string_null("parent_id"))
        .col(string("kind"))
        .col(string("region"))
        .col(boolean("disabled"))
        .foreign_key(&mut reference("organisation", "parent_id", "organisation"))
        .to_owned()
}

fn system() -> TableCreateStatement {
    Table::create()
        .table("information_system")
        .col(string("id").primary_key())
        .col(string("organisation_id"))
        .col(string("name"))
        .col(text("purpose"))
        .col(text("users"))
        .col(big_integer_null("cost_yuan"))
        .col(integer_null("built_year"))
        .col(string("state"))
        .col(string_null("replaced_by"))
        .col(string("owner"))
        .foreign_key(&mut reference("information_system", "organisation_id", "organisation"))
        .foreign_key(&mut reference("information_system", "replaced_by", "information_system"))
        .to_owned()
}

fn resource() -> TableCreateStatement {
    Table::create()
        .table("resource")
        .col(string("id").primary_key())
        .col(string("code"))
        .col(string("name"))
        .col(text("summary"))
        .col(string("organisation_id"))
        .col(string_null("system_id"))
        .col(string("classification"))
        .col(string_null("category"))
        .col(string_null("subcategory"))
        .col(string_null("detail"))
        .col(string_null("regional_code"))
        .col(string("format"))
        .col(string("share_type"))
        .col(text_null("share_condition"))
        .col(text_null("no_share_basis"))
        .col(string("share_method"))
        .col(text_null("use_conditions"))
        .col(boolean("open_to_society"))
        .col(text_null("open_condition"))
        .col(string("update_cycle"))
        .col(text("related_codes"))
        .col(integer("grade"))
        .col(text_null("secrecy_assessment"))
        .col(text_null("privacy_assessment"))
        .col(string("state"))
        .col(text_null("state_reason"))
        .col(string_null("signed_off_by"))
        .col(integer("version"))
        .col(string("mount_state"))
        .col(big_integer_null("published_ms"))
        .col(big_integer("updated_ms"))
        .foreign_key(&mut reference("resource", "organisation_id", "organisation"))
        .foreign_key(&mut reference("resource", "system_id", "information_system"))
        .to_owned()
}

fn item() -> TableCreateStatement {
    Table::create()
        .table("resource_item")
        .col(string("resource_id"))
        .col(string("item"))
        .col(integer("place"))
        .col(string("zh"))
        .col(string("en"))
        .col(string("element"))
        .col(boolean("required"))
        .col(boolean("is_key"))
        .col(boolean("sensitive"))
        .col(string_null("share_type"))
        .col(text_null("no_share_basis"))
        .col(text_null("note"))
        .primary_key(Index::create().col("resource_id").col("item"))
        .foreign_key(&mut reference("resource_item", "resource_id", "resource"))
        .to_owned()
}

fn mount() -> TableCreateStatement {
    Table::create()
        .table("resource_mount")
        .col(string("resource_id").primary_key())
        .col(string("agent_id"))
        .col(string("source"))
        .col(string("table_name"))
        .col(text("keys"))
        .col(string_null("as_of_column"))
        .col(text("columns"))
        .col(big_integer("changed_ms"))
        .foreign_key(&mut reference("resource_mount", "resource_id", "resource"))
        .to_owned()
}

fn version() -> TableCreateStatement {
    Table::create()
        .table("resource_version")
        .col(string("resource_id"))
        .col(integer("version"))
        .col(text("snapshot"))
        .col(big_integer("created_ms"))
        .col(string("created_by"))
        .primary_key(Index::create().col("resource_id").col("version"))
        .foreign_key(&mut reference("resource_version", "resource_id", "resource"))
        .to_owned()
}
