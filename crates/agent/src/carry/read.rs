//! Reading and working side by side with sending: batches of the source become sealed chunks.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{AsArray as _, RecordBatch};
use connect::digest_compare::{Compared, Comparison};
use connect::{SourceError, watermark};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use plan::batch::{BatchTask, ChunkHead, Image, Position, Tally, Worked};
use tokio::sync::mpsc;

use crate::clock::{Entropy, SharedClock};
use crate::fault::Fault;
use crate::sources::fault;
use crate::state::StateDir;

/// Rows of one chunk, at most. Two megabytes or so of a register of persons, of which three programs hold several at a time.
pub(super) const CHUNK_ROWS: usize = 8_192;

/// A chunk that is ready to be recorded and sent.
pub(super) struct Sealed {
    pub seq: u64,
    pub bytes: bytes::Bytes,
    /// SHA-256 of the bytes, hex.
    pub digest: String,
    /// Rows in it, those to be deleted and those held back included.
    pub rows: u64,
    pub position: String,
}

/// What the reading tells the sending.
pub(super) enum Told {
    /// Everything is prepared; reading begins.
    Ready,
    Chunk(Sealed),
    /// There is nothing new up to this time; the source has been read up to this position.
    Idle(i64, String),
    /// Everything was read; the position where the source stands, and what is to be kept once the receiver has everything.
    Done(String, Option<Keep>),
}

/// Makes chunks of one run.
pub(super) struct Press {
    pub run: String,
    pub task: Option<BatchTask>,
    pub seq: u64,
    pub clock: SharedClock,
    pub entropy: Arc<Entropy>,
    pub to: mpsc::Sender<Told>,
    /// Rows that were read and did not make a chunk of their own.
    pub rest: Tally,
    /// For a source without a log: the last reading, with which this one is compared.
    pub comparison: Option<Comparison>,
}

impl Press {
    /// Works a batch on a thread for computing and hands the chunk over. `false` when nobody takes it any longer.
    pub async fn press(
        &mut self,
        batch: RecordBatch,
        gone: Option<Vec<bool>>,
        position: String,
        as_of_ms: i64,
    ) -> Result<bool, Fault> {
        let Some(mut task) = self.task.take() else { return Ok(false) };
        let salt = hex::encode(self.entropy.bytes::<16>());
        let rest = std::mem::take(&mut self.rest);
        let (run, seq) = (self.run.clone(), self.seq + 1);
        let mut comparison = self.comparison.take();
        let worked = tokio::task::spawn_blocking(move || {
            let image = gone.as_deref().map_or(Image::Present, Image::Changes);
            let mut worked = task.work(&batch, image).map_err(Fault::from)?;
            if let Some(comparison) = &mut comparison {
                worked.rows =
                    comparison.diff(&worked.rows).map_err(|error| fault(task.source(), &error, 0))?;
            }
            let head = ChunkHead { run, seq, position, as_of_ms, tally: rest, salt, parts: [0; 3] };
            Ok::<_, Fault>((seal(head, worked)?, task, comparison))
        });
        let (sealed, task, comparison) = worked.await.map_err(|error| broken(&error.to_string()))??;
        (self.task, self.comparison) = (Some(task), comparison);
        self.hand_over(sealed).await
    }

    async fn hand_over(&mut self, made: Made) -> Result<bool, Fault> {
        match made {
            Made::Chunk(sealed) => {
                self.seq = sealed.seq;
                Ok(self.to.send(Told::Chunk(sealed)).await.is_ok())
            }
            Made::Nothing(tally) => {
                self.rest = tally;
                Ok(!self.to.is_closed())
            }
        }
    }

    /// Ends the comparison: what is gone since the last reading is taken away, too. Gives what is to be kept.
    pub async fn compared(&mut self, position: &str, folder: &Folder) -> Result<Option<Keep>, Fault> {
        let Some(comparison) = self.comparison.take() else { return Ok(None) };
        let (run, mut seq, position) = (self.run.clone(), self.seq, position.to_owned());
        let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
        let source = self.task.as_ref().map(|task| task.source().to_owned()).unwrap_or_default();
        let schema = self.task.as_ref().map(BatchTask::empty);
        let ended = tokio::task::spawn_blocking(move || {
            let failed = |error: SourceError| fault(&source, &error, 0);
            let compared = comparison.finish().map_err(failed)?;
            let mut all = Vec::new();
            for keys in compared.gone().map_err(failed)? {
                let keys = keys.map_err(failed)?;
                seq += 1;
                let tally = Tally { deleted: keys.num_rows() as u64, ..Tally::default() };
                let Some(rows) = schema.clone() else { break };
                let worked = Worked { rows, deleted: Some(keys), held: None, tally };
                let head = ChunkHead {
                    run: run.clone(),
                    seq,
                    position: position.clone(),
                    as_of_ms: clock.now_ms(),
                    tally: Tally::default(),
                    salt: hex::encode(entropy.bytes::<16>()),
                    parts: [0; 3],
                };
                all.push(seal(head, worked)?);
            }
            Ok::<_, Fault>((all, compared))
        });
        let (made, compared) = ended.await.map_err(|error| broken(&error.to_string()))??;
        for one in made {
            if !self.hand_over(one).await? {
                return Ok(None);
            }
        }
        Ok(Some(Keep { compared, folder: folder.clone(), generation: self.run.clone() }))
    }

    /// Reads a stream of rows as they stand, in chunks. Gives the last value of the watermark column, if there is one.
    pub async fn stand(
        &mut self,
        source: &str,
        mut rows: BoxStream<'static, Result<RecordBatch, SourceError>>,
        position: &Position,
    ) -> Result<Option<String>, Fault> {
        let watermark = self.task.as_ref().and_then(|task| task.watermark().map(str::to_owned));
        let mut last = match position {
            Position::After { v } => v.clone(),
            _ => None,
        };
        while let Some(batch) = rows.next().await {
            let batch = batch.map_err(|error| fault(source, &error, 0))?;
            if let Some(column) = &watermark {
                last = greatest(&batch, column, last);
            }
            let at = match position {
                Position::After { .. } => Position::After { v: last.clone() },
                other => other.clone(),
            };
            let now = self.clock.now_ms();
            if !self.press(batch, None, at.to_text(), now).await? {
                return Err(Fault::new(
                    "link.lost",
                    "与平台的传输连接已断开",
                    "The connection of the transfer has ended",
                ));
            }
        }
        Ok(last)
    }
}

/// Where the last reading of a subscription is kept.
#[derive(Clone)]
pub(super) struct Folder {
    pub state: StateDir,
    pub subscription: String,
}

impl Folder {
    fn name(&self) -> String {
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        format!("reading-{}", self.subscription.chars().filter(plain).take(64).collect::<String>())
    }

    /// Begins a comparison with the reading that this run left behind; with none, when there is no such run.
    pub fn begin(&self, generation: Option<&str>, keys: &[String]) -> Result<Comparison, Fault> {
        let known: Option<String> = self.state.read_json(&format!("{}.json", self.name()))?;
        let path = self.state.file(&self.name());
        match generation {
            Some(wanted) if known.as_deref() != Some(wanted) => {
                return Err(Fault::new(
                    "watch.position_lost",
                    "前置机没有与目标库一致的上次读取摘要，将重新全量比对",
                    "The agent does not have the digests of the reading that the target holds; the table is read anew",
                ));
            }
            Some(_) => {}
            // What is there belongs to nobody any longer.
            None => drop(std::fs::remove_file(&path)),
        }
        Comparison::begin(&path, keys).map_err(|error| fault(&self.subscription, &error, 0))
    }
}

/// A reading that is kept once the receiver has everything.
pub(super) struct Keep {
    compared: Compared,
    folder: Folder,
    generation: String,
}

impl Keep {
    /// Keeps it. Between the two steps the generation does not fit, and the next run begins anew.
    pub fn keep(self) -> Result<(), Fault> {
        let name = self.folder.name();
        self.compared.keep().map_err(|error| fault(&self.folder.subscription, &error, 0))?;
        self.folder.state.write_json(&format!("{name}.json"), &self.generation)
    }
}

enum Made {
    Chunk(Sealed),
    Nothing(Tally),
}

fn seal(mut head: ChunkHead, worked: Worked) -> Result<Made, Fault> {
    head.tally.add(&worked.tally);
    if worked.rows.num_rows() == 0 && worked.deleted.is_none() && worked.held.is_none() {
        return Ok(Made::Nothing(head.tally));
    }
    let rows = worked.rows.num_rows() + count(worked.deleted.as_ref()) + count(worked.held.as_ref());
    let (seq, position) = (head.seq, head.position.clone());
    let bytes = plan::batch::seal(head, &worked).map_err(|error| broken(&error.to_string()))?;
    let digest = plan::sha256_hex(&bytes);
    Ok(Made::Chunk(Sealed { seq, bytes, digest, rows: rows as u64, position }))
}

fn count(batch: Option<&RecordBatch>) -> usize {
    batch.map_or(0, RecordBatch::num_rows)
}

/// The greatest value of the watermark column so far. A database gives rows in its order; files and interfaces as they stand.
fn greatest(batch: &RecordBatch, column: &str, so_far: Option<String>) -> Option<String> {
    let at = batch.schema().fields().iter().position(|field| field.name().eq_ignore_ascii_case(column));
    let texts = at.and_then(|at| batch.columns().get(at)).and_then(|column| column.as_string_opt::<i32>());
    let greater = |a: &str, b: &str| watermark::compare(a, b).is_some_and(Ordering::is_gt);
    let found = texts.into_iter().flatten().flatten().fold(None, |best: Option<&str>, value| match best {
        Some(best) if !greater(value, best) => Some(best),
        _ => Some(value),
    });
    match (found, so_far) {
        (Some(found), Some(before)) if !greater(found, &before) => Some(before),
        (Some(found), _) => Some(found.to_owned()),
        (None, before) => before,
    }
}

fn broken(why: &str) -> Fault {
    Fault::new(
        "agent.batch",
        format!("批数据处理失败（{why}）；请把前置机日志交给平台运维"),
        format!("The batch could not be worked ({why}); give the agent's log to the platform operator"),
    )
}
