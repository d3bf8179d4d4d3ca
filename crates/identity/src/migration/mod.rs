//! Tables of identity.

mod second;

use kernel::module::Migrations;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, integer, string, string_null, text, text_null};

/// Migrations of identity; they follow those of the catalogue.
pub fn migrations() -> Migrations {
    vec![Box::new(First), Box::new(second::Second)]
}

struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "identity_0001_users_sessions_clients"
    }
}

fn reference(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("{from}_{column}_fk")).from(from, column).to(to, "id").to_owned()
}

fn index(table: &'static str, column: &'static str, unique: bool) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{column}")).table(table).col(column);
    if unique {
        index.unique();
    }
    index
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [user(), session(), client(), assertion(), watermark()] {
            manager.create_table(table).await?;
        }
        for index in [
            index("console_user", "username", true),
            index("console_user", "organisation_id", false),
            index("console_session", "user_id", false),
            index("console_session", "expires_ms", false),
            index("client_system", "client_id", true),
            index("client_system", "organisation_id", false),
            index("client_assertion", "expires_ms", false),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn user() -> TableCreateStatement {
    Table::create()
        .table("console_user")
        .col(string("id").primary_key())
        .col(string("username"))
        .col(string("display_name"))
        .col(string("role"))
        .col(string("organisation_id"))
        .col(text("password_hash"))
        .col(boolean("disabled"))
        .col(big_integer("created_ms"))
        .col(big_integer("password_changed_ms"))
        .foreign_key(&mut reference("console_user", "organisation_id", "organisation"))
        .to_owned()
}

fn session() -> TableCreateStatement {
    Table::create()
        .table("console_session")
        .col(string("token_hash").primary_key())
        .col(string("user_id"))
        .col(big_integer("created_ms"))
        .col(big_integer("expires_ms"))
        .foreign_key(&mut reference("console_session", "user_id", "console_user"))
        .to_owned()
}

fn client() -> TableCreateStatement {
    Table::create()
        .table("client_system")
        .col(string("id").primary_key())
        .col(string("client_id"))
        .col(string("name"))
        .col(string_null("system_id"))
        .col(string("organisation_id"))
        .col(text("sealed_secret"))
        .col(integer("secret_version"))
        .col(text_null("public_key_pem"))
        .col(boolean("disabled"))
        .col(big_integer("created_ms"))
        .foreign_key(&mut reference("client_system", "organisation_id", "organisation"))
        .foreign_key(&mut reference("client_system", "system_id", "information_system"))
        .to_owned()
}

fn assertion() -> TableCreateStatement {
    Table::create()
        .table("client_assertion")
        .col(string("client"))
        .col(string("jti"))
        .col(big_integer("expires_ms"))
        .primary_key(Index::create().col("client").col("jti"))
        .foreign_key(&mut reference("client_assertion", "client", "client_system"))
        .to_owned()
}

fn watermark() -> TableCreateStatement {
    Table::create()
        .table("client_watermark")
        .col(string("client").primary_key())
        .col(big_integer("until_ms"))
        .foreign_key(&mut reference("client_watermark", "client", "client_system"))
        .to_owned()
}
