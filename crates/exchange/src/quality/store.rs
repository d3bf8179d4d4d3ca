//! Table `exchange_quality`: the newest report on each resource, and when the next look is due.

use kernel::ids::ResourceId;
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::model::QualityReport;

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_quality")]
pub struct Model {
    /// Resource.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// When the next look is due, Unix milliseconds; follow-up work left for another time is void.
    pub due_ms: i64,
    /// Looks in vain since the last one that succeeded.
    pub failures: i32,
    /// Code of the last failure.
    pub last_failure: Option<String>,
    /// When the report was taken, Unix milliseconds.
    pub taken_ms: Option<i64>,
    /// The report, JSON.
    #[sea_orm(column_type = "Text")]
    pub report: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

pub(super) async fn find<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id.clone()).one(db).await?)
}

/// The report of a row.
pub(super) fn report(row: &Model) -> Result<Option<QualityReport>> {
    let text = row.report.as_deref();
    let read =
        |text| serde_json::from_str(text).map_err(|error| Error::internal("exchange.damaged_report", error));
    text.map(read).transpose()
}

/// Sets when the next look is due; the report stays.
pub(super) async fn plan<C: ConnectionTrait>(db: &C, id: &ResourceId, due_ms: i64) -> Result<()> {
    let row = ActiveModel {
        resource_id: Set(id.clone()),
        due_ms: Set(due_ms),
        failures: Set(0),
        last_failure: Set(None),
        taken_ms: Set(None),
        report: Set(None),
    };
    let columns = [Column::DueMs, Column::Failures, Column::LastFailure];
    upsert(db, row, &columns).await
}

/// Puts a look that was due then off; `false` when it was no longer due.
pub(super) async fn put_off<C: ConnectionTrait>(
    db: &C,
    row: &Model,
    due_ms: i64,
    failure: Option<&str>,
) -> Result<bool> {
    let failures = row.failures + i32::from(failure.is_some());
    let last_failure = failure.map(str::to_owned).or_else(|| row.last_failure.clone());
    let done = Entity::update_many()
        .col_expr(Column::DueMs, Expr::value(due_ms))
        .col_expr(Column::Failures, Expr::value(failures))
        .col_expr(Column::LastFailure, Expr::value(last_failure))
        .filter(Column::ResourceId.eq(row.resource_id.clone()))
        .filter(Column::DueMs.eq(row.due_ms))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Puts a report in place of the last one.
pub(super) async fn replace<C: ConnectionTrait>(db: &C, report: &QualityReport, due_ms: i64) -> Result<()> {
    let text =
        serde_json::to_string(report).map_err(|error| Error::internal("exchange.report_encode", error))?;
    let row = ActiveModel {
        resource_id: Set(report.resource_id.clone()),
        due_ms: Set(due_ms),
        failures: Set(0),
        last_failure: Set(None),
        taken_ms: Set(Some(report.taken_ms)),
        report: Set(Some(text)),
    };
    let columns = [Column::DueMs, Column::Failures, Column::LastFailure, Column::TakenMs, Column::Report];
    upsert(db, row, &columns).await
}

async fn upsert<C: ConnectionTrait>(db: &C, row: ActiveModel, columns: &[Column]) -> Result<()> {
    let instead = OnConflict::column(Column::ResourceId).update_columns(columns.iter().copied()).to_owned();
    Entity::insert(row).on_conflict(instead).exec_without_returning(db).await?;
    Ok(())
}
