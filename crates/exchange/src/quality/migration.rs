//! Table of quality reports.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, string, string_null, text_null};

/// Makes the table `exchange_quality`.
pub(crate) struct QualityReports;

impl MigrationName for QualityReports {
    fn name(&self) -> &str {
        "exchange_0002_quality"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for QualityReports {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("exchange_quality")
            .col(string("resource_id").primary_key())
            .col(big_integer("due_ms"))
            .col(integer("failures"))
            .col(string_null("last_failure"))
            .col(big_integer_null("taken_ms"))
            .col(text_null("report"))
            .to_owned();
        manager.create_table(table).await?;
        // What is mounted already has its first look as if it were mounted now.
        let mounted = Query::select()
            .expr(Expr::cust("'exchange_0002_' || resource_id"))
            .expr(Expr::val(catalog::MOUNT_CHANGED))
            .column("resource_id")
            .exprs([Expr::val(0_i64), Expr::val(0_i64), Expr::val(0_i32)])
            .from("resource_mount")
            .to_owned();
        let mut work = Query::insert();
        work.into_table("follow_up").columns([
            "id",
            "kind",
            "subject",
            "due_ms",
            "claimed_until_ms",
            "attempts",
        ]);
        work.select_from(mounted).map_err(|error| DbErr::Custom(error.to_string()))?;
        manager.exec_stmt(work).await
    }
}
