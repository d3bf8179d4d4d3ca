//! Staff numbers and the parting of roles, sessions that can be seen, second factor, log-in services, proposals,
//! delegations.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, string, string_null, text, text_null,
};

use super::{index, reference};

pub(super) struct Second;

impl MigrationName for Second {
    fn name(&self) -> &str {
        "identity_0002_roles_log_in_delegation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Second {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in [
            string_null("person"),
            string_null("parted_person"),
            boolean("must_change_password").default(false).to_owned(),
        ] {
            let table = Table::alter().table("console_user").add_column(&mut column).to_owned();
            manager.alter_table(table).await?;
        }
        // Sessions have no public id so far and last hours only: people log in once more.
        manager.drop_table(Table::drop().table("console_session").to_owned()).await?;
        for table in [session(), second_factor(), recovery_code(), proposal(), binding(), delegation()] {
            manager.create_table(table).await?;
        }
        for index in [
            index("console_user", "person", false),
            index("console_user", "parted_person", true),
            index("console_session", "id", true),
            index("console_session", "user_id", false),
            index("console_session", "expires_ms", false),
            index("recovery_code", "user_id", false),
            index("account_proposal", "state", false),
            index("oidc_binding", "user_id", false),
            index("delegation", "principal_id", false),
            index("delegation", "delegate_id", false),
            index("delegation", "organisation_id", false),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn session() -> TableCreateStatement {
    Table::create()
        .table("console_session")
        .col(string("token_hash").primary_key())
        .col(string("id"))
        .col(string("user_id"))
        .col(big_integer("created_ms"))
        .col(big_integer("expires_ms"))
        .col(big_integer("last_seen_ms"))
        .col(string_null("address"))
        .col(string_null("user_agent"))
        .col(string("door"))
        .col(string_null("acting_for"))
        .foreign_key(&mut reference("console_session", "user_id", "console_user"))
        .to_owned()
}

fn second_factor() -> TableCreateStatement {
    Table::create()
        .table("second_factor")
        .col(string("user_id").primary_key())
        .col(text("sealed_secret"))
        .col(big_integer_null("confirmed_ms"))
        .col(big_integer("last_step"))
        .foreign_key(&mut reference("second_factor", "user_id", "console_user"))
        .to_owned()
}

fn recovery_code() -> TableCreateStatement {
    Table::create()
        .table("recovery_code")
        .col(string("code_hash").primary_key())
        .col(string("user_id"))
        .foreign_key(&mut reference("recovery_code", "user_id", "console_user"))
        .to_owned()
}

fn proposal() -> TableCreateStatement {
    Table::create()
        .table("account_proposal")
        .col(string("id").primary_key())
        .col(string("kind"))
        .col(string("state"))
        .col(string_null("user_id"))
        .col(string("username"))
        .col(string("display_name"))
        .col(string_null("person"))
        .col(string("role"))
        .col(string("organisation_id"))
        .col(string_null("provider"))
        .col(string_null("subject"))
        .col(text("reason"))
        .col(string("proposed_by"))
        .col(big_integer("proposed_ms"))
        .col(string_null("decided_by"))
        .col(big_integer_null("decided_ms"))
        .col(text_null("decision_reason"))
        .foreign_key(&mut reference("account_proposal", "organisation_id", "organisation"))
        .foreign_key(&mut reference("account_proposal", "user_id", "console_user"))
        .to_owned()
}

fn binding() -> TableCreateStatement {
    Table::create()
        .table("oidc_binding")
        .col(string("provider"))
        .col(string("subject"))
        .col(string("user_id"))
        .col(big_integer("bound_ms"))
        .col(string("bound_by"))
        .primary_key(Index::create().col("provider").col("subject"))
        .foreign_key(&mut reference("oidc_binding", "user_id", "console_user"))
        .to_owned()
}

fn delegation() -> TableCreateStatement {
    Table::create()
        .table("delegation")
        .col(string("id").primary_key())
        .col(string("principal_id"))
        .col(string("delegate_id"))
        .col(string("organisation_id"))
        .col(big_integer("from_ms"))
        .col(big_integer("until_ms"))
        .col(text("reason"))
        .col(big_integer("created_ms"))
        .col(big_integer_null("ended_ms"))
        .col(string_null("ended_by"))
        .col(text_null("end_reason"))
        .foreign_key(&mut reference("delegation", "principal_id", "console_user"))
        .foreign_key(&mut reference("delegation", "delegate_id", "console_user"))
        .foreign_key(&mut reference("delegation", "organisation_id", "organisation"))
        .to_owned()
}
