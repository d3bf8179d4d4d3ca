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
    postgres::copy::{Malformed, Reader},
    reading::{finish, misfit, push_row, select},
    schema::{Column, Table, typed_schema},
};
use crate::{
    batch::{BatchBuilder, text_schema},
    error::{SourceCode, SourceError},
    source::Values,
};

/// Batches that wait for the consumer.
const AHEAD: usize = 2;

type Sender = mpsc::Sender<Result<RecordBatch, SourceError>>;

/// Why a reading in bulk failed.
enum Failed {
    /// The server does not know this way.
    Unknown,
    /// As any reading may fail.
    Error(SourceError),
}

impl From<SourceError> for Failed {
    fn from(error: SourceError) -> Self {
        Self::Error(error)
    }
}

/// A reading that is about to start.
pub(super) struct Scanner<E: Engine> {
    source: Arc<Core<E>>,
    table: String,
    quoted: String,
    schema: SchemaRef,
    columns: Vec<Column>,
    batch_rows: usize,
    values: Values,
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
        Self {
            source: source.clone(),
            table: table.info.name.clone(),
            quoted: table.quoted.clone(),
            schema,
            columns,
            batch_rows: batch_rows.max(1),
            values,
        }
    }

    /// The statement in the engine's bulk form, which knows neither types nor parameters.
    fn bulk_sql(&self, rest: &str) -> Option<String> {
        if self.values != Values::Text || self.columns.is_empty() {
            return None;
        }
        let expressions = self.columns.iter().map(E::bulk_select).collect::<Option<Vec<String>>>()?;
        Some(select(expressions.iter().map(String::as_str), &self.quoted) + rest)
    }

    /// Starts reading in a task of its own, which owns the connection and ends with its consumer. `rest` follows the
    /// name of the table.
    pub(super) async fn start(
        self,
        rest: &str,
        args: Option<Args<E>>,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        let mut lane = self.source.live_lane().await?;
        let source = self.source.clone();
        source.within(async { source.lanes.engine().unbind(lane.conn()?).await }).await?;
        let bulk = if args.is_none() { self.bulk_sql(rest) } else { None };
        let sql = select(self.columns.iter().map(|column| column.select.as_str()), &self.quoted) + rest;
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            let result = match bulk {
                Some(bulk) => match self.run_bulk(lane, bulk, &sender).await {
                    Err(Failed::Unknown) => self.run_anew(sql.into(), &sender).await,
                    Err(Failed::Error(error)) => Err(error),
                    Ok(()) => Ok(()),
                },
                None => self.run(lane, sql.into(), args.unwrap_or_default(), &sender).await,
            };
            if let Err(error) = result {
                let error = self.in_todays_schema(error).await;
                // No receiver means that nobody waits for the error.
                let _ = sender.send(Err(error)).await;
            }
        });
        Ok(ReceiverStream::new(receiver).boxed())
    }

    /// A statement that fails may have been made from a table as it was before somebody changed it; then it is said what is
    /// missing today.
    async fn in_todays_schema(&self, error: SourceError) -> SourceError {
        if error.code() != SourceCode::Query {
            return error;
        }
        let source = &self.source;
        source.forget_schema();
        let names: Vec<&str> = self.columns.iter().map(|column| column.info.name.as_str()).collect();
        match source.table(&self.table, &names).await {
            Ok(table) => {
                let gone = names.into_iter().find(|name| table.column(name).is_none());
                gone.map_or(error, |name| SourceError::column_unknown(&source.name, &self.table, name))
            }
            Err(today) if today.code() == SourceCode::TableUnknown => today,
            Err(_) => error,
        }
    }

    /// Row by row, on another connection.
    async fn run_anew(&self, sql: Arc<str>, sender: &Sender) -> Result<(), SourceError> {
        let mut lane = self.source.live_lane().await?;
        self.source.within(async { self.source.lanes.engine().unbind(lane.conn()?).await }).await?;
        self.run(lane, sql, Args::<E>::default(), sender).await
    }

    async fn run(
        &self,
        mut lane: Lane<E>,
        sql: Arc<str>,
        args: Args<E>,
        sender: &Sender,
    ) -> Result<(), SourceError> {
        let source = &self.source;
        let limit = source.limits.batch();
        let columns: Vec<&Column> = self.columns.iter().collect();
        let mut batch = BatchBuilder::new(&self.schema);
        let conn = lane.conn().map_err(|error| source.error(error))?;
        let mut rows = E::rows(conn, sql, args);
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

    /// As [`Scanner::run`], but without a row of the driver for each row of the table.
    async fn run_bulk(&self, mut lane: Lane<E>, sql: String, sender: &Sender) -> Result<(), Failed> {
        let source = &self.source;
        let limit = source.limits.batch();
        let malformed = |error: Malformed| self.malformed(error);
        let mut reader = Reader::new(&self.schema, &self.columns);
        let conn = lane.conn().map_err(|error| source.error(error))?;
        let mut pieces = E::bulk(conn, sql);
        let mut begun = false;
        let mut deadline = std::pin::pin!(tokio::time::sleep(limit));
        loop {
            // One timer for a batch: a new one for each piece, which is a row, would cost as much as the row.
            let piece = tokio::select! {
                biased;
                piece = pieces.next() => piece,
                () = &mut deadline => return Err(SourceError::timeout(&source.name, limit.as_millis()).into()),
            };
            let Some(piece) = piece else { break };
            match piece {
                Ok(piece) => reader.feed(piece),
                Err(error) if !begun && E::lacks_bulk(&error) => return Err(Failed::Unknown),
                Err(error) => return Err(source.error(error).into()),
            }
            begun = true;
            while reader.row().map_err(malformed)? {
                if reader.rows() < self.batch_rows && !reader.is_heavy() {
                    continue;
                }
                if sender.send(Ok(reader.finish().map_err(malformed)?)).await.is_err() {
                    return Ok(());
                }
                deadline.as_mut().reset(Instant::now() + limit);
            }
        }
        if reader.rows() > 0 {
            let _ = sender.send(Ok(reader.finish().map_err(malformed)?)).await;
        }
        Ok(())
    }

    fn malformed(&self, error: Malformed) -> SourceError {
        let name = &self.source.name;
        let column = match error {
            Malformed::Value(at) => self.columns.get(at),
            Malformed::Stream => None,
        };
        match column {
            Some(column) => misfit(name, &self.table, column),
            None => SourceError::new(
                SourceCode::BadAnswer,
                format!("数据源“{name}”批量读取时给出的数据不合约定；请核对该数据库的种类与版本。"),
                format!(
                    "what source \"{name}\" gave in bulk has not the agreed form; check kind and version of the database"
                ),
            ),
        }
        .because(error)
    }
}
