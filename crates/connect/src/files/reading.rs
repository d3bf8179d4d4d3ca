//! Looking up, profiling and streaming an open table. Blocking: runs on threads for that.

use arrow::record_batch::RecordBatch;
use csv::ByteRecord;
use tokio::sync::mpsc;

use super::{
    index::{Index, trimmed},
    layout::unreadable,
    opened::{Oddities, Opened},
};
use crate::{
    batch::{BatchBuilder, text_schema},
    error::{SourceCode, SourceError},
    hash::hash64,
    profile::{ColumnProfiler, Sampling, TableProfile},
    source::RowCount,
    text::Cell,
};

/// Bytes read at once for one record; a longer record takes several reads.
const RECORD_PIECE: usize = 2048;

/// The rows of these keys.
pub(super) fn lookup(
    source: &str,
    opened: &Opened,
    index: &Index,
    key_column: &str,
    keys: &[String],
    columns: &[String],
    limit: usize,
) -> Result<RecordBatch, SourceError> {
    let places = places(source, opened, columns)?;
    let key_at = opened.layout.column(key_column).unwrap_or_default();
    let mut batch = BatchBuilder::new(&text_schema(columns.iter().map(String::as_str)));
    let mut record = ByteRecord::new();
    let mut asked: Vec<&str> = Vec::new();
    for key in keys.iter().map(|key| trimmed(key)) {
        if key.is_empty() || asked.contains(&key) {
            continue;
        }
        asked.push(key);
        for offset in index.find(hash64(key.as_bytes())).map_err(|error| unreadable(&opened.table, error))? {
            if batch.rows() == limit {
                return finish(&opened.table, &mut batch);
            }
            let found = opened.records_at(offset, RECORD_PIECE).next(&mut record)?.is_some();
            let (text, _) = opened.layout.text(record.get(key_at).unwrap_or_default());
            // Different keys may share a hash.
            if found && trimmed(&text) == key {
                push(opened, &mut batch, &record, &places)?;
            }
        }
    }
    finish(&opened.table, &mut batch)
}

/// Which rows are looked at: all, or a share of them chosen by a hash of their number. Not every so many,
/// because tables have rhythms of their own: where man and wife take turns, every second row is a man.
fn chosen(expected: RowCount, sample: u64) -> impl Fn(u64) -> bool {
    // The number is often an estimate, which a few rows more must not turn into a choice.
    let slack = if expected.exact { 0 } else { sample / 20 };
    let share = sample as f64 / expected.rows.max(1) as f64;
    let all = expected.rows <= sample + slack;
    let below = (share * u64::MAX as f64) as u64;
    move |row| all || hash64(&row.to_le_bytes()) <= below
}

/// Profiles all rows, or as many as `sample`, spread over the file.
pub(super) fn profile(opened: &Opened, sample: usize) -> Result<TableProfile, SourceError> {
    let sample = sample.max(1) as u64;
    let chosen = chosen(opened.rows(), sample);
    let layout = &opened.layout;
    let mut profilers: Vec<ColumnProfiler> =
        layout.columns.iter().map(|name| ColumnProfiler::new(name)).collect();
    let mut oddities = Oddities::default();
    let mut record = ByteRecord::new();
    let mut records = opened.records()?;
    let (mut rows, mut sampled) = (0_u64, 0_u64);
    while let Some(place) = records.next(&mut record)? {
        rows += 1;
        if record.len() != layout.columns.len() {
            oddities.ragged(place.line);
        }
        if record.as_slice().contains(&0) {
            oddities.nul(place.line);
        }
        if sampled >= sample || !chosen(rows) {
            continue;
        }
        sampled += 1;
        for (at, profiler) in profilers.iter_mut().enumerate() {
            let (text, sound) = layout.text(record.get(at).unwrap_or_default());
            if !sound {
                oddities.bad_bytes(place.line);
            }
            profiler.add(Some(&text));
        }
    }
    opened.counted(rows);
    let mut notes = layout.notes.clone();
    notes.extend(oddities.notes(&opened.table));
    Ok(TableProfile {
        table: opened.table.clone(),
        rows: Some(opened.rows()),
        sampled_rows: sampled,
        sampling: if sampled == rows { Sampling::All } else { Sampling::Spread },
        columns: profilers.into_iter().map(ColumnProfiler::finish).collect(),
        notes,
    })
}

/// Sends the table in batches until it ends or nobody listens.
pub(super) fn stream(
    opened: &Opened,
    columns: &[String],
    batch_rows: usize,
    sender: &mpsc::Sender<Result<RecordBatch, SourceError>>,
) -> Result<(), SourceError> {
    let columns = if columns.is_empty() { &opened.layout.columns } else { columns };
    let places = places(&opened.table, opened, columns)?;
    let mut batch = BatchBuilder::new(&text_schema(columns.iter().map(String::as_str)));
    let mut record = ByteRecord::new();
    let mut records = opened.records()?;
    while records.next(&mut record)?.is_some() {
        push(opened, &mut batch, &record, &places)?;
        if batch.rows() >= batch_rows.max(1)
            && sender.blocking_send(finish(&opened.table, &mut batch)).is_err()
        {
            return Ok(());
        }
    }
    if batch.rows() > 0 {
        let _ = sender.blocking_send(finish(&opened.table, &mut batch));
    }
    Ok(())
}

/// The places of these columns.
pub(super) fn places(source: &str, opened: &Opened, columns: &[String]) -> Result<Vec<usize>, SourceError> {
    let unknown = |name: &String| SourceError::column_unknown(source, &opened.table, name);
    columns.iter().map(|name| opened.layout.column(name).ok_or_else(|| unknown(name))).collect()
}

/// A field that is empty or missing is null: a text file knows no difference.
fn push(
    opened: &Opened,
    batch: &mut BatchBuilder,
    record: &ByteRecord,
    places: &[usize],
) -> Result<(), SourceError> {
    for (at, place) in places.iter().enumerate() {
        let (text, _) = opened.layout.text(record.get(*place).unwrap_or_default());
        let cell = if text.is_empty() { Cell::Null } else { Cell::Text(&text) };
        batch.push(at, &cell).map_err(|_| too_large(&opened.table))?;
    }
    batch.end_row();
    Ok(())
}

fn finish(table: &str, batch: &mut BatchBuilder) -> Result<RecordBatch, SourceError> {
    batch.finish().map_err(|error| too_large(table).because(error))
}

fn too_large(table: &str) -> SourceError {
    SourceError::new(
        SourceCode::Value,
        format!("文件“{table}”的结果过大，无法组成一批；请减少行数或列数。"),
        format!("an answer of file \"{table}\" is too large for one batch; ask for fewer rows or columns"),
    )
}
