//! The few connections that a source holds.
//!
//! Not the pool of sqlx, for two reasons that were measured and read: it sends a ping to the department's
//! database after (and by default also before) every use, which doubles the round trips of a look-up; and
//! it hides a refused connection behind retries until its time is up, so that a database that is down
//! would look like a busy one. Here a connection that was used to its end without error goes back, every
//! other one is closed, and one that stood idle for a while is tried before it is used.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use sqlx::Connection as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::engine::{Conn, Engine};

/// A connection that was idle for longer is tried before use: firewalls drop idle ones silently.
const TRUSTED: Duration = Duration::from_secs(20);

/// Why there is no connection.
pub(crate) enum NoLane {
    /// All are in use and none came free in time.
    Busy,
    /// The server did not accept in time.
    ConnectTimeout,
    /// The server refused.
    Refused(sqlx::Error),
}

/// The connections of one source.
pub(crate) struct Lanes<E: Engine> {
    engine: E,
    idle: Mutex<Vec<(Session<E>, Instant)>>,
    permits: Arc<Semaphore>,
    connect_timeout: Duration,
    wait_timeout: Duration,
}

/// A connection with its leash, see [`Engine::leash`]. The leash goes first.
struct Session<E: Engine> {
    _leash: Option<Arc<()>>,
    conn: Conn<E>,
}

/// A connection in use. Dropped without [`Lane::done`], for example because the caller went away in the
/// middle of an answer, it is closed.
pub(crate) struct Lane<E: Engine> {
    session: Option<Session<E>>,
    home: Arc<Lanes<E>>,
    /// Whether it was opened for this use, so that a failure is not due to its age.
    pub(crate) fresh: bool,
    _permit: OwnedSemaphorePermit,
}

impl<E: Engine> Lanes<E> {
    pub(crate) fn new(engine: E, max: u32, connect_timeout: Duration, wait_timeout: Duration) -> Arc<Self> {
        Arc::new(Self {
            engine,
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(max.max(1) as usize)),
            connect_timeout,
            wait_timeout,
        })
    }

    pub(crate) fn engine(&self) -> &E {
        &self.engine
    }

    async fn session(&self) -> Result<Session<E>, sqlx::Error> {
        let mut conn = self.engine.connect().await?;
        let leash = self.engine.leash(&mut conn).await?;
        Ok(Session { _leash: leash, conn })
    }

    /// A connection: an idle one, or a new one; always a new one when `fresh`.
    pub(crate) async fn acquire(self: &Arc<Self>, fresh: bool) -> Result<Lane<E>, NoLane> {
        let permit = match self.permits.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => tokio::time::timeout(self.wait_timeout, self.permits.clone().acquire_owned())
                .await
                .ok()
                .and_then(Result::ok)
                .ok_or(NoLane::Busy)?,
        };
        if fresh {
            // Whatever broke one connection has most likely broken those that are older.
            self.idle.lock().clear();
        }
        loop {
            let popped = self.idle.lock().pop();
            let Some((mut session, since)) = popped else { break };
            let trusted = since.elapsed() < TRUSTED
                || matches!(
                    tokio::time::timeout(self.connect_timeout, session.conn.ping()).await,
                    Ok(Ok(()))
                );
            if trusted {
                return Ok(Lane {
                    session: Some(session),
                    home: self.clone(),
                    fresh: false,
                    _permit: permit,
                });
            }
        }
        match tokio::time::timeout(self.connect_timeout, self.session()).await {
            Err(_) => Err(NoLane::ConnectTimeout),
            Ok(Err(error)) => Err(NoLane::Refused(error)),
            Ok(Ok(session)) => {
                Ok(Lane { session: Some(session), home: self.clone(), fresh: true, _permit: permit })
            }
        }
    }
}

impl<E: Engine> Lane<E> {
    /// The connection.
    pub(crate) fn conn(&mut self) -> Result<&mut Conn<E>, sqlx::Error> {
        self.session.as_mut().map(|session| &mut session.conn).ok_or(sqlx::Error::PoolClosed)
    }

    /// Gives the connection back: the last answer was read to its end.
    pub(crate) fn done(mut self) {
        if let Some(session) = self.session.take() {
            self.home.idle.lock().push((session, Instant::now()));
        }
    }
}
