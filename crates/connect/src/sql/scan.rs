//! Reading a whole table in the background, a few batches ahead of its consumer.

use std::sync::Arc;

use arrow::{datatypes::SchemaRef, record_batch::RecordBatch};
use futures::{StreamExt as _, stream::BoxStream};
use tokio::{sync::mpsc, time::Instant};
use tokio_stream::wrappers::ReceiverStream;

use super::{
    database::Core,
    engine::{Args, Engine},
    lanes::Lane,
    reading::{finish, push_row},
    schema::{Column, Table, typed_schema},
};
use crate::{
    batch::{BatchBuilder, text_schema},
    error::SourceError,
    source::Values,
};

/// Batches that wait for the consumer.
const AHEAD: usize = 2;

/// A reading that is about to start.
pub(super) struct Scanner<E: Engine> {
    source: Arc<Core<E>>,
    table: String,
    schema: SchemaRef,
    columns: Vec<Column>,
    batch_rows: usize,
}

impl<E: Engine> Scanner<E> {
    pub(super) fn new(
        source: &Arc<Core<E>>,
        table: &Table,
        columns: Vec<Column>,
        batch_rows: usize,
        values: Values,
    ) -> Self {
        let schema = match values {
            Values::Typed => typed_schema(&columns.iter().collect::<Vec<_>>()),
            Values::Text => text_schema(columns.iter().map(|column| column.info.name.as_str())),
        };
        let table = table.info.name.clone();
        Self { source: source.clone(), table, schema, columns, batch_rows: batch_rows.max(1) }
    }

    /// Starts reading in a task of its own, which owns the connection and ends with its consumer.
    pub(super) async fn start(
        self,
        sql: String,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        let mut lane = self.source.live_lane().await?;
        let source = self.source.clone();
        source.within(async { source.lanes.engine().unbind(lane.conn()?).await }).await?;
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            if let Err(error) = self.run(lane, sql.into(), &sender).await {
                // No receiver means that nobody waits for the error.
                let _ = sender.send(Err(error)).await;
            }
        });
        Ok(ReceiverStream::new(receiver).boxed())
    }

    async fn run(
        self,
        mut lane: Lane<E>,
        sql: Arc<str>,
        sender: &mpsc::Sender<Result<RecordBatch, SourceError>>,
    ) -> Result<(), SourceError> {
        let source = &self.source;
        let limit = source.limits.statement();
        let columns: Vec<&Column> = self.columns.iter().collect();
        let mut batch = BatchBuilder::new(&self.schema);
        let conn = lane.conn().map_err(|error| source.error(error))?;
        let mut rows = E::rows(conn, sql, Args::<E>::default());
        let mut deadline = Instant::now() + limit;
        loop {
            let row = tokio::time::timeout_at(deadline, rows.next())
                .await
                .map_err(|_| SourceError::timeout(&source.name, limit.as_millis()))?;
            let Some(row) = row else { break };
            let row = row.map_err(|error| source.error(error))?;
            push_row(source, &mut batch, &row, &columns, &self.table)?;
            if batch.rows() == self.batch_rows {
                if sender.send(Ok(finish(source, &mut batch)?)).await.is_err() {
                    return Ok(());
                }
                // Only the source is on the clock, not the consumer.
                deadline = Instant::now() + limit;
            }
        }
        if batch.rows() > 0 {
            let _ = sender.send(Ok(finish(source, &mut batch)?)).await;
        }
        Ok(())
    }
}
