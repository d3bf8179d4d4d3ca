//! One COPY that stays open over many portions, fed by a task of its own, so that rows are encoded while the ones
//! before are on their way.

use std::{future::Future, time::Duration};

use sqlx::PgConnection;
use tokio::{sync::mpsc, task::JoinHandle};

/// Bytes sent at once.
pub(super) const CHUNK: usize = 512 * 1024;
/// Chunks that may wait.
const AHEAD: usize = 4;

/// What ended a COPY or a statement.
#[derive(Debug)]
pub(super) enum Trouble {
    Sql(sqlx::Error),
    Late(Duration),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

/// Runs `work` within `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result.map_err(Trouble::Sql),
        Err(_) => Err(Trouble::Late(limit)),
    }
}

enum Piece {
    Data(Vec<u8>),
    End,
}

type Task = JoinHandle<Result<PgConnection, Trouble>>;

/// An open COPY. Dropped, it is broken off together with its connection.
pub(super) struct Pipe {
    pieces: mpsc::Sender<Piece>,
    empties: mpsc::UnboundedReceiver<Vec<u8>>,
    task: Option<Task>,
}

impl Pipe {
    /// Starts a COPY; `limit` bounds each step of it.
    pub(super) fn start(conn: PgConnection, sql: String, limit: Duration) -> Self {
        let (pieces, taken) = mpsc::channel(AHEAD);
        let (back, empties) = mpsc::unbounded_channel();
        Self { pieces, empties, task: Some(tokio::spawn(run(conn, sql, limit, taken, back))) }
    }

    /// Sends a buffer and gives an empty one.
    pub(super) async fn send(&mut self, full: Vec<u8>) -> Result<Vec<u8>, Trouble> {
        if self.pieces.send(Piece::Data(full)).await.is_err() {
            return Err(self.why().await);
        }
        Ok(self.empties.try_recv().unwrap_or_else(|_| Vec::with_capacity(CHUNK + CHUNK / 8)))
    }

    /// Ends the COPY and gives the connection back.
    pub(super) async fn end(mut self) -> Result<PgConnection, Trouble> {
        if self.pieces.send(Piece::End).await.is_err() {
            return Err(self.why().await);
        }
        match self.task.take() {
            Some(task) => task.await.unwrap_or(Err(gone())),
            None => Err(gone()),
        }
    }

    async fn why(&mut self) -> Trouble {
        match self.task.take() {
            Some(task) => task.await.ok().and_then(Result::err).unwrap_or_else(gone),
            None => gone(),
        }
    }
}

fn gone() -> Trouble {
    Trouble::Sql(sqlx::Error::PoolClosed)
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // The connection goes with the task, and with it everything that was not committed.
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

async fn run(
    mut conn: PgConnection,
    sql: String,
    limit: Duration,
    mut pieces: mpsc::Receiver<Piece>,
    back: mpsc::UnboundedSender<Vec<u8>>,
) -> Result<PgConnection, Trouble> {
    let mut copy = within(limit, conn.copy_in_raw(&sql)).await?;
    loop {
        match pieces.recv().await {
            Some(Piece::Data(mut bytes)) => {
                within(limit, copy.send(&bytes[..])).await?;
                bytes.clear();
                let _ = back.send(bytes);
            }
            Some(Piece::End) => break,
            None => return Err(gone()),
        }
    }
    within(limit, copy.finish()).await?;
    Ok(conn)
}
