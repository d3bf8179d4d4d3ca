//! Reading a table back for comparison.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::session::Shared;
use crate::{
    batch::{BatchBuilder, text_schema},
    error::SourceError,
    target::{TargetTable, errors, values::normal},
    text::Cell,
};

/// Rows in a batch.
const BATCH: usize = 4_000;

/// Reads in a task of its own, which owns the connection and ends with its consumer.
pub(super) fn read(
    shared: Arc<Shared>,
    conn: PgConnection,
    sql: String,
    table: TargetTable,
) -> BoxStream<'static, Result<RecordBatch, SourceError>> {
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(async move {
        if let Err(error) = run(&shared, conn, sql, &table, &sender).await {
            // No receiver means that nobody waits for the error.
            let _ = sender.send(Err(error)).await;
        }
    });
    ReceiverStream::new(receiver).boxed()
}

async fn run(
    shared: &Shared,
    mut conn: PgConnection,
    sql: String,
    table: &TargetTable,
    sender: &mpsc::Sender<Result<RecordBatch, SourceError>>,
) -> Result<(), SourceError> {
    let name = &table.table;
    let schema = text_schema(table.columns.iter().map(|column| column.name.as_str()));
    let mut batch = BatchBuilder::new(&schema);
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut conn);
    while let Some(row) = shared.step(name, rows.try_next()).await? {
        for (at, column) in table.columns.iter().enumerate() {
            let text: Option<&str> = row.try_get(at).map_err(|error| shared.error(name, error))?;
            // What is no value of its kind, such as `infinity`, stays as the server writes it and so differs.
            let text = text.map(|text| normal(column.holds, text).unwrap_or(text.into()));
            let cell = text.as_deref().map_or(Cell::Null, Cell::Text);
            batch.push(at, &cell).map_err(|_| errors::failed(&shared.name, name))?;
        }
        batch.end_row();
        if batch.rows() == BATCH {
            let full = batch.finish().map_err(|error| errors::failed(&shared.name, name).because(error))?;
            if sender.send(Ok(full)).await.is_err() {
                return Ok(());
            }
        }
    }
    if batch.rows() > 0 {
        let last = batch.finish().map_err(|error| errors::failed(&shared.name, name).because(error))?;
        let _ = sender.send(Ok(last)).await;
    }
    Ok(())
}
