//! The bytes of one delivered chunk: what both logs hold the SHA-256 of, and what the receiver recomputes it from.
//!
//! ```text
//! "GTC1" | u32 length of head | head, JSON | rows | deleted | held      (the last three: Arrow IPC streams, lengths in the head)
//! ```

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;
use arrow::ipc::reader::StreamDecoder;
use arrow::ipc::writer::StreamWriter;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::model::Tally;
use super::work::Worked;

const MAGIC: &[u8; 4] = b"GTC1";

/// What stands before the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkHead {
    /// Run.
    pub run: String,
    /// Number within the run, from 1.
    pub seq: u64,
    /// Where the source stands after this chunk.
    pub position: String,
    /// When the last change in it was committed at the source, or the rows were read. Unix milliseconds.
    pub as_of_ms: i64,
    /// What became of the rows.
    pub tally: Tally,
    /// Random hex text: without it, whoever reads a log could find a chunk of few rows by trying.
    pub salt: String,
    /// Lengths in bytes of rows, deleted and held; zero when there are none.
    pub parts: [u64; 3],
}

/// A chunk as the receiver sees it.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Its head.
    pub head: ChunkHead,
    /// Rows to insert or update.
    pub rows: Option<RecordBatch>,
    /// Keys of rows to delete.
    pub deleted: Option<RecordBatch>,
    /// Rows held back.
    pub held: Option<RecordBatch>,
}

/// The bytes are no chunk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a chunk: {0}")]
pub struct Malformed(String);

/// Room kept before the rows for what is written when their lengths are known.
const FRONT: usize = 2048;

/// Puts a chunk into bytes; `head.parts` is filled in.
///
/// # Errors
/// The rows cannot be written, which only a defect of this program could cause.
pub fn seal(mut head: ChunkHead, worked: &Worked) -> Result<Bytes, Malformed> {
    let room: usize = worked.rows.get_array_memory_size();
    let mut bytes = Vec::with_capacity(FRONT + room + 4096);
    bytes.resize(FRONT, 0);
    let rows = (worked.rows.num_rows() > 0).then_some(&worked.rows);
    for (part, batch) in head.parts.iter_mut().zip([rows, worked.deleted.as_ref(), worked.held.as_ref()]) {
        let before = bytes.len();
        if let Some(batch) = batch {
            write(&mut bytes, batch)?;
        }
        *part = (bytes.len() - before) as u64;
    }
    let head = serde_json::to_vec(&head).map_err(|error| Malformed(error.to_string()))?;
    let length = u32::try_from(head.len()).map_err(|_| Malformed("head too long".to_owned()))?;
    let front = [&MAGIC[..], &length.to_be_bytes(), &head].concat();
    // A head that is longer, with a long position in it, moves the rows.
    let begin = FRONT.checked_sub(front.len());
    bytes.splice(begin.unwrap_or(0)..FRONT, front);
    Ok(Bytes::from(bytes).slice(begin.unwrap_or(0)..))
}

fn write(to: &mut Vec<u8>, batch: &RecordBatch) -> Result<(), Malformed> {
    let failed = |error: arrow::error::ArrowError| Malformed(error.to_string());
    let mut writer = StreamWriter::try_new(to, batch.schema_ref()).map_err(failed)?;
    writer.write(batch).map_err(failed)?;
    writer.finish().map_err(failed)
}

/// The head alone; the hub needs no more.
///
/// # Errors
/// The bytes are no chunk.
pub fn head(bytes: &[u8]) -> Result<(ChunkHead, usize), Malformed> {
    let wrong = |why: &str| Malformed(why.to_owned());
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| wrong("magic"))?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| wrong("length"))?;
    let length = u32::from_be_bytes(*length) as usize;
    let json = rest.get(..length).ok_or_else(|| wrong("head"))?;
    let head: ChunkHead = serde_json::from_slice(json).map_err(|error| Malformed(error.to_string()))?;
    let body = MAGIC.len() + 4 + length;
    let told = head.parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part));
    if told != Some((bytes.len() - body) as u64) {
        return Err(wrong("lengths"));
    }
    Ok((head, body))
}

/// Reads a chunk; the rows stay in the given bytes where their alignment lets them.
///
/// # Errors
/// The bytes are no chunk.
pub fn open(bytes: Bytes) -> Result<Chunk, Malformed> {
    let (head, mut at) = head(&bytes)?;
    let mut batches = [None, None, None];
    for (batch, part) in batches.iter_mut().zip(head.parts) {
        let end = at + part as usize;
        if part > 0 {
            *batch = Some(read(bytes.slice(at..end))?);
        }
        at = end;
    }
    let [rows, deleted, held] = batches;
    Ok(Chunk { head, rows, deleted, held })
}

fn read(bytes: Bytes) -> Result<RecordBatch, Malformed> {
    // The decoder of Arrow trusts the offsets inside a message and panics where they lie; these bytes come from another department.
    std::panic::catch_unwind(|| decode(bytes)).unwrap_or_else(|_| Err(Malformed("offsets".to_owned())))
}

fn decode(bytes: Bytes) -> Result<RecordBatch, Malformed> {
    let mut decoder = StreamDecoder::new();
    let mut buffer = Buffer::from(bytes);
    let mut found = None;
    while !buffer.is_empty() {
        match decoder.decode(&mut buffer).map_err(|error| Malformed(error.to_string()))? {
            Some(batch) if found.is_none() => found = Some(batch),
            Some(_) => return Err(Malformed("more than one batch in a part".to_owned())),
            None => {}
        }
    }
    found.ok_or_else(|| Malformed("a part without rows".to_owned()))
}
