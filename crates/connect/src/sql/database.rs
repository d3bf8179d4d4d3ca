//! A database as a source: connections, schema, errors and retries, the same for every engine.

use std::{future::Future, sync::Arc, time::Duration};

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use futures::{StreamExt as _, stream::BoxStream};
use parking_lot::RwLock;
use sqlx::Connection as _;

use super::{
    engine::{Args, Engine, Fault, Row},
    lanes::{Lane, Lanes, NoLane},
    reading,
    schema::{Column, Schema, Table},
    watching::{Watching, check_name},
};
use crate::{
    config::Limits,
    error::{SourceCode, SourceError},
    profile::TableProfile,
    source::{Lookup, ProfileOptions, Scan, Source, SourceKind, TableInfo},
    watch::{Changes, Watch, Watchable},
};

/// A schema younger than this is believed when it does not know a name.
const SCHEMA_FRESH: Duration = Duration::from_secs(5);

/// A database as a source.
pub(crate) struct SqlSource<E: Engine>(Arc<Core<E>>);

impl<E: Engine> SqlSource<E> {
    pub(crate) fn new(name: &str, engine: E, max_connections: u32, limits: Limits) -> Self {
        Self(Arc::new(Core::new(name, engine, max_connections, limits)))
    }
}

/// What a source and its running streams share.
pub(crate) struct Core<E: Engine> {
    pub(super) name: String,
    pub(super) lanes: Arc<Lanes<E>>,
    pub(super) limits: Limits,
    schema: RwLock<Option<Arc<Schema>>>,
    reading: tokio::sync::Mutex<()>,
}

impl<E: Engine> Core<E> {
    fn new(name: &str, engine: E, max_connections: u32, limits: Limits) -> Self {
        Self {
            name: name.to_owned(),
            lanes: Lanes::new(engine, max_connections, limits.connect(), limits.statement()),
            limits,
            schema: RwLock::new(None),
            reading: tokio::sync::Mutex::new(()),
        }
    }

    /// A connection, with the reason in words when there is none.
    pub(super) async fn lane(&self, fresh: bool) -> Result<Lane<E>, SourceError> {
        self.lanes.acquire(fresh).await.map_err(|why| match why {
            NoLane::Busy => SourceError::busy(&self.name),
            NoLane::ConnectTimeout => SourceError::down(&self.name).because("no connection in time"),
            NoLane::Refused(error) => match fault_of::<E>(&error) {
                Fault::Permission | Fault::BadFile | Fault::Busy => self.error(error),
                _ => SourceError::down(&self.name).because(error),
            },
        })
    }

    /// An engine's error as ours.
    pub(super) fn error(&self, error: sqlx::Error) -> SourceError {
        let name = &self.name;
        match fault_of::<E>(&error) {
            Fault::Lost => SourceError::down(name),
            Fault::Timeout => SourceError::timeout(name, self.limits.statement().as_millis()),
            Fault::Permission => SourceError::permission(name),
            Fault::Busy => SourceError::busy(name),
            Fault::BadFile => SourceError::new(
                SourceCode::BadFile,
                format!("数据源“{name}”的文件不是完好的数据库；请该部门核对文件路径，或从备份恢复。"),
                format!("the file of source \"{name}\" is no sound database; check its path or restore it from a backup"),
            ),
            Fault::Stale | Fault::Query => SourceError::new(
                SourceCode::Query,
                format!("数据源“{name}”执行查询时报错；详细原因见前置机日志，请核对挂接与该表的视图定义。"),
                format!(
                    "source \"{name}\" reported an error while running the query; the agent's log has the cause; \
                     check the mount and the definition of the view"
                ),
            ),
        }
        .because(error)
    }

    /// Runs `work` within the statement limit.
    pub(super) async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>> + Send,
    ) -> Result<T, Failure> {
        // The engine, which was told the limit, is given the time to say so itself: then the connection stays
        // usable and its statement does not run on.
        let limit = self.limits.statement();
        match tokio::time::timeout(limit + (limit / 10).max(Duration::from_millis(100)), work).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                let fault = fault_of::<E>(&error);
                // The engine answered, so the connection is sound; after a change of schema its prepared
                // statements are not.
                let sound = matches!(error, sqlx::Error::Database(_))
                    && matches!(fault, Fault::Query | Fault::Permission | Fault::Timeout);
                Err(Failure { fault, sound, error: self.error(error) })
            }
            Err(_) => Err(Failure {
                fault: Fault::Timeout,
                sound: false,
                error: SourceError::timeout(&self.name, limit.as_millis()),
            }),
        }
    }

    /// Runs a statement and gathers its rows. A connection that turns out to be broken is replaced once:
    /// everything here only reads, so running it again changes nothing.
    pub(super) async fn rows(
        &self,
        sql: Arc<str>,
        args: impl Fn() -> Result<Args<E>, SourceError> + Sync,
    ) -> Result<Vec<Row<E>>, Failure> {
        let mut fresh = false;
        loop {
            let mut lane = self.lane(fresh).await?;
            let args = args()?;
            let result = self
                .within(async {
                    let mut rows = E::rows(lane.conn()?, sql.clone(), args);
                    let mut all = Vec::new();
                    while let Some(row) = rows.next().await {
                        all.push(row?);
                    }
                    Ok(all)
                })
                .await;
            match result {
                Ok(rows) => {
                    lane.done();
                    return Ok(rows);
                }
                Err(failure) if failure.fault == Fault::Lost && !lane.fresh && !fresh => fresh = true,
                Err(failure) => {
                    if failure.sound {
                        lane.done();
                    }
                    return Err(failure);
                }
            }
        }
    }

    /// A connection that has just answered a ping.
    pub(super) async fn live_lane(&self) -> Result<Lane<E>, SourceError> {
        let mut fresh = false;
        loop {
            let mut lane = self.lane(fresh).await?;
            match self.within(async { lane.conn()?.ping().await }).await {
                Ok(()) => return Ok(lane),
                Err(failure) if failure.fault == Fault::Lost && !lane.fresh && !fresh => fresh = true,
                Err(failure) => return Err(failure.error),
            }
        }
    }

    /// Reads the schema anew.
    pub(super) async fn read_schema(&self) -> Result<Arc<Schema>, SourceError> {
        let mut fresh = false;
        loop {
            let mut lane = self.lane(fresh).await?;
            let result = self.within(async { self.lanes.engine().schema(lane.conn()?).await }).await;
            match result {
                Ok(tables) => {
                    lane.done();
                    let schema = Arc::new(Schema::new(tables));
                    *self.schema.write() = Some(schema.clone());
                    return Ok(schema);
                }
                Err(failure) if failure.fault == Fault::Lost && !lane.fresh && !fresh => fresh = true,
                Err(failure) => return Err(failure.error),
            }
        }
    }

    /// The cached schema if it satisfies `good`, otherwise the schema read anew (at most every five seconds).
    async fn schema_where(
        &self,
        good: impl Fn(&Schema) -> bool + Send + Sync,
    ) -> Result<Arc<Schema>, SourceError> {
        let usable = |schema: &Schema| good(schema) || schema.read_at.elapsed() < SCHEMA_FRESH;
        let cached = self.schema.read().clone();
        if let Some(schema) = cached
            && usable(&schema)
        {
            return Ok(schema);
        }
        // One reader at a time; the others take what it read.
        let _one = self.reading.lock().await;
        let cached = self.schema.read().clone();
        match cached {
            Some(schema) if usable(&schema) => Ok(schema),
            _ => self.read_schema().await,
        }
    }

    /// The table of that name, with all these columns.
    pub(super) async fn table(&self, name: &str, columns: &[&str]) -> Result<Arc<Table>, SourceError> {
        let complete = |schema: &Schema| {
            schema.tables.get(name).is_some_and(|t| columns.iter().all(|c| t.column(c).is_some()))
        };
        let schema = self.schema_where(complete).await?;
        let table = schema.tables.get(name).ok_or_else(|| SourceError::table_unknown(&self.name, name))?;
        Ok(table.clone())
    }

    /// Forgets the schema, because a statement made from it failed.
    pub(super) fn forget_schema(&self) {
        *self.schema.write() = None;
    }

    /// The column of that name.
    pub(super) fn column<'t>(&self, table: &'t Table, name: &str) -> Result<&'t Column, SourceError> {
        table.column(name).ok_or_else(|| SourceError::column_unknown(&self.name, &table.info.name, name))
    }
}

/// A failure with what it means for trying again.
pub(super) struct Failure {
    pub(super) fault: Fault,
    /// Whether the connection can be used on.
    sound: bool,
    pub(super) error: SourceError,
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self { fault: Fault::Query, sound: false, error }
    }
}

impl From<Failure> for SourceError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

fn fault_of<E: Engine>(error: &sqlx::Error) -> Fault {
    match error {
        sqlx::Error::Database(error) => E::fault(error.as_ref()),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::PoolClosed => Fault::Lost,
        _ => Fault::Query,
    }
}

#[async_trait]
impl<E: Watching> Source for SqlSource<E> {
    fn kind(&self) -> SourceKind {
        E::KIND
    }

    async fn ping(&self) -> Result<(), SourceError> {
        self.0.live_lane().await.map(Lane::done)
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        reading::tables(&self.0).await
    }

    async fn profile(&self, table: &str, opts: ProfileOptions) -> Result<TableProfile, SourceError> {
        reading::profile(&self.0, table, opts).await
    }

    async fn lookup(&self, req: &Lookup<'_>) -> Result<RecordBatch, SourceError> {
        reading::lookup(&self.0, req).await
    }

    async fn stream(
        &self,
        req: &Scan<'_>,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        reading::stream(&self.0, req).await
    }

    async fn watchable(&self, watch: &Watch<'_>) -> Result<Watchable, SourceError> {
        check_name(&self.0.name, watch.name)?;
        E::watchable(&self.0, watch).await
    }

    async fn watch_from_now(&self, watch: &Watch<'_>) -> Result<String, SourceError> {
        check_name(&self.0.name, watch.name)?;
        let found = E::watchable(&self.0, watch).await?;
        match found.obstacles.first() {
            Some(obstacle) => Err(SourceError::watch_refused(&self.0.name, obstacle)),
            None => E::watch_from_now(&self.0, watch).await,
        }
    }

    async fn changes(
        &self,
        watch: &Watch<'_>,
        from: &str,
    ) -> Result<BoxStream<'static, Result<Changes, SourceError>>, SourceError> {
        check_name(&self.0.name, watch.name)?;
        E::changes(&self.0, watch, from).await
    }

    async fn confirm(&self, watch: &Watch<'_>, position: &str) -> Result<(), SourceError> {
        check_name(&self.0.name, watch.name)?;
        E::confirm(&self.0, watch, position).await
    }

    async fn unwatch(&self, name: &str) -> Result<(), SourceError> {
        check_name(&self.0.name, name)?;
        E::unwatch(&self.0, name).await
    }
}
