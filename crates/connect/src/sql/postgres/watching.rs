//! Watching a table of PostgreSQL by a logical replication slot that is read with SQL functions, so that an ordinary
//! connection and account do.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt as _, StreamExt as _, future::BoxFuture};
use sqlx::{Row as _, postgres::PgConnection};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{Postgres, obstacles, output, tail::Tail};
use crate::{
    error::SourceError,
    sql::{
        database::Core,
        watching::{Given, Watching, bad_position},
    },
    watch::{Watch, Watchable},
};

/// Changes that wait for the consumer.
const AHEAD: usize = 2;
/// How often a slot that somebody else reads at the moment is tried again, and how long between.
const TRIES: u32 = 60;
const AGAIN: Duration = Duration::from_millis(50);

/// The publication that names the tables to be watched.
pub(super) const PUBLICATION: &str = "guantong";

const DROP: &str = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
     WHERE slot_name = $1::text AND database = current_database() AND plugin = 'pgoutput'";
const CREATE: &str = "SELECT lsn::text FROM pg_create_logical_replication_slot($1::text::name, 'pgoutput')";
const CONFIRM: &str =
    "SELECT pg_replication_slot_advance(slot_name, $2::text::pg_lsn) FROM pg_replication_slots
     WHERE slot_name = $1::text AND database = current_database() AND confirmed_flush_lsn < $2::text::pg_lsn";
/// Transactions under way, and whether one of some is still.
const RUNNING: &str = "SELECT array(SELECT txid_snapshot_xip(txid_current_snapshot()))";
const STILL: &str = "SELECT count(*) FROM unnest($1::int8[]) x WHERE txid_status(x) = 'in progress'";

/// The code of an error of the server.
pub(super) fn code_of(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned())
}

/// Somebody else reads the slot at the moment.
pub(super) fn is_in_use(error: &sqlx::Error) -> bool {
    code_of(error).as_deref() == Some("55006")
}

impl Core<Postgres> {
    /// Runs statements of the slot on a connection, trying again while somebody else reads it.
    async fn slot(
        &self,
        work: impl for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<(), sqlx::Error>> + Send + Sync,
    ) -> Result<(), SourceError> {
        let mut tries = 0;
        loop {
            let mut lane = self.live_lane().await?;
            let result = self
                .within(async {
                    match work(lane.conn()?).await {
                        Err(error) if is_in_use(&error) => Ok(false),
                        result => result.map(|()| true),
                    }
                })
                .await;
            let done = result?;
            lane.done();
            if done {
                return Ok(());
            }
            tries += 1;
            if tries == TRIES {
                return Err(SourceError::busy(&self.name));
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn begin(&self, name: &str) -> Result<String, SourceError> {
        self.drop_slot(name).await?;
        let mut lane = self.live_lane().await?;
        let position: String = self
            .within(async { sqlx::query(CREATE).bind(name).fetch_one(lane.conn()?).await?.try_get(0) })
            .await?;
        // A transaction may stand in the log as committed for a moment before readers see it. Those under way now are
        // given the time to pass that moment; one that is still at work will be committed after the position anyhow.
        let running: Vec<i64> =
            self.within(async { sqlx::query(RUNNING).fetch_one(lane.conn()?).await?.try_get(0) }).await?;
        for _ in 0..TRIES {
            let still: i64 = self
                .within(async { sqlx::query(STILL).bind(&running).fetch_one(lane.conn()?).await?.try_get(0) })
                .await?;
            if still == 0 {
                break;
            }
            tokio::time::sleep(AGAIN).await;
        }
        lane.done();
        Ok(position)
    }

    async fn confirm_now(&self, name: &str, place: u64) -> Result<(), SourceError> {
        let name = name.to_owned();
        self.slot(|conn| {
            let name = name.clone();
            async move { advance(conn, &name, place).await }.boxed()
        })
        .await
    }

    async fn drop_slot(&self, name: &str) -> Result<(), SourceError> {
        let name = name.to_owned();
        self.slot(|conn| {
            let query = sqlx::query(DROP).bind(name.clone());
            async move { query.execute(conn).await.map(drop) }.boxed()
        })
        .await
    }
}

/// Advances the slot on a connection.
pub(super) async fn advance(conn: &mut PgConnection, name: &str, lsn: u64) -> Result<(), sqlx::Error> {
    sqlx::query(CONFIRM).bind(name).bind(output::place(lsn)).execute(conn).await.map(drop)
}

impl Watching for Postgres {
    fn watchable<'a>(
        source: &'a Arc<Core<Self>>,
        watch: &'a Watch<'a>,
    ) -> BoxFuture<'a, Result<Watchable, SourceError>> {
        obstacles::find(source, watch).boxed()
    }

    fn watch_from_now<'a>(
        source: &'a Arc<Core<Self>>,
        watch: &'a Watch<'a>,
    ) -> BoxFuture<'a, Result<String, SourceError>> {
        source.begin(watch.name).boxed()
    }

    fn changes<'a>(
        source: &'a Arc<Core<Self>>,
        watch: &'a Watch<'a>,
        from: &'a str,
    ) -> BoxFuture<'a, Result<Given, SourceError>> {
        async move {
            let place = output::read_place(from).ok_or_else(|| bad_position(&source.name, from))?;
            let tail = Tail::open(source, watch, place).await?;
            let (sender, receiver) = mpsc::channel(AHEAD);
            let (source, name, kept) = (source.clone(), watch.name.to_owned(), tail.kept());
            source.lanes.engine().confirmed.lock().insert(name.clone(), kept.clone());
            tokio::spawn(async move {
                let error = tokio::select! {
                    biased;
                    () = sender.closed() => None,
                    error = tail.run(&sender) => Some(error),
                };
                {
                    // Another one of this name may have begun in between.
                    let mut running = source.lanes.engine().confirmed.lock();
                    if running.get(&name).is_some_and(|running| Arc::ptr_eq(running, &kept)) {
                        running.remove(&name);
                    }
                }
                let left = kept.lock().take();
                if let Some(error) = error {
                    let _ = sender.send(Err(error)).await;
                }
                if let Some(place) = left {
                    // Should that fail, the next position that is confirmed serves as well.
                    let _ = source.confirm_now(&name, place).await;
                }
            });
            Ok(ReceiverStream::new(receiver).boxed())
        }
        .boxed()
    }

    fn confirm<'a>(
        source: &'a Arc<Core<Self>>,
        watch: &'a Watch<'a>,
        position: &'a str,
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        async move {
            let place = output::read_place(position).ok_or_else(|| bad_position(&source.name, position))?;
            // A watcher that runs reads the slot almost always; it takes the position itself between two readings.
            let running = source.lanes.engine().confirmed.lock().get(watch.name).cloned();
            if let Some(running) = running {
                let mut kept = running.lock();
                *kept = (*kept).max(Some(place));
                return Ok(());
            }
            source.confirm_now(watch.name, place).await
        }
        .boxed()
    }

    fn unwatch<'a>(source: &'a Arc<Core<Self>>, name: &'a str) -> BoxFuture<'a, Result<(), SourceError>> {
        source.drop_slot(name).boxed()
    }
}
