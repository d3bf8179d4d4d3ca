//! A folder of files as a target: CSV (UTF-8 with a byte order mark, which spreadsheet programs need), XLSX and Parquet.
//!
//! A file is only ever replaced as a whole. It is written under another name, forced to disk and renamed; where the
//! delivery stands is told by a ledger beside it, see [`ledger`]. CSV and XLSX know no difference between an empty text and
//! nothing: both come back as nothing.

mod format;
mod ledger;
mod read;

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{array::Array as _, record_batch::RecordBatch};
use async_trait::async_trait;
use futures::{StreamExt as _, stream::BoxStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use self::{
    format::{Format, Writer},
    ledger::{Ledger, State},
};
use super::{
    Counts, Delivery, Fit, HeldRow, Load, Portion, Stored, Target, TargetTable,
    config::FilesTarget,
    errors::{self, misfit},
    fit, slot,
    slot::{Lane, Slot, hash},
};
use crate::error::SourceError;

/// A folder that files are delivered into.
pub(super) struct FolderTarget {
    name: String,
    dir: PathBuf,
}

/// Where the file of a table and what goes with it are.
#[derive(Debug, Clone)]
struct Place {
    target: String,
    table: String,
    dir: PathBuf,
    file: PathBuf,
    format: Format,
}

impl Place {
    fn beside(&self, suffix: &str) -> PathBuf {
        self.dir.join(format!(".{}.gt{suffix}", self.table))
    }

    fn error(&self, error: std::io::Error) -> SourceError {
        let (target, table) = (&self.target, &self.table);
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                errors::refused(target, table, "permission denied")
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => errors::full(target),
            ErrorKind::NotFound | ErrorKind::StaleNetworkFileHandle | ErrorKind::HostUnreachable => {
                errors::down(target)
            }
            _ => errors::failed(target, table),
        }
        .because(error)
    }
}

impl FolderTarget {
    pub(super) fn new(name: &str, config: &FilesTarget) -> Self {
        Self { name: name.to_owned(), dir: config.dir.clone() }
    }

    fn place(&self, table: &TargetTable) -> Result<Place, SourceError> {
        slot::described(&self.name, table)?;
        let name = &table.table;
        let format = Format::of(name).filter(|_| {
            !name.starts_with('.') && name.len() <= 120 && !name.contains(['/', '\\', ':', '\n', '\r'])
        });
        let format = format.ok_or_else(|| {
            SourceError::config(
                &self.name,
                format_args!("文件名“{name}”应以 .csv、.xlsx 或 .parquet 结尾，且不含路径。"),
                format_args!("file name \"{name}\" must end in .csv, .xlsx or .parquet and hold no folder"),
            )
        })?;
        Ok(Place {
            target: self.name.clone(),
            table: name.clone(),
            dir: self.dir.clone(),
            file: self.dir.join(name),
            format,
        })
    }
}

/// Runs work on files off the async threads.
async fn blocking<T: Send + 'static>(
    place: &Place,
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(errors::failed(&place.target, &place.table).because(error)),
    }
}

fn look(place: &Place, table: &TargetTable) -> Result<(Fit, Option<State>), SourceError> {
    let mut found = Fit::default();
    let folder = place.dir.display();
    match fs::metadata(&place.dir) {
        Ok(meta) if meta.is_dir() => {}
        Ok(_) => found.misfits.push(no_folder(&folder.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            found.misfits.push(no_folder(&folder.to_string()));
        }
        Err(error) => return Err(place.error(error)),
    }
    let there = match fs::metadata(&place.file) {
        Ok(meta) if !meta.is_file() => {
            found.misfits.push(fit::not_a_table());
            return Ok((found, None));
        }
        Ok(meta) => Some(meta.len()),
        Err(_) => None,
    };
    let Some(length) = there else {
        found.creates = true;
        return Ok((found, None));
    };
    let ledger = Ledger::read(&place.beside(".json")).map_err(|error| place.error(error))?;
    match ledger {
        Some(ledger) if ledger.subscription != table.subscription => {
            found.misfits.push(fit::other_subscription(&ledger.subscription));
            Ok((found, None))
        }
        Some(ledger) => {
            let state = ledger.state_of(&place.file).map_err(|error| place.error(error))?;
            found.rows = state.as_ref().map_or(0, |state| state.rows);
            Ok((found, state))
        }
        None => {
            if length > 0 && !table.adopt {
                found.misfits.push(fit::rows_not_ours());
            }
            Ok((found, None))
        }
    }
}

fn no_folder(folder: &str) -> super::Misfit {
    misfit(
        "folder",
        "",
        format!("文件夹“{folder}”不存在；请建立它，并允许前置机写入。"),
        format!("there is no folder \"{folder}\"; make it and let the agent write to it"),
    )
}

#[async_trait]
impl Target for FolderTarget {
    async fn fit(&self, table: &TargetTable) -> Result<Fit, SourceError> {
        let (place, table) = (self.place(table)?, table.clone());
        let at = place.clone();
        blocking(&at, move || look(&place, &table).map(|(fit, _)| fit)).await
    }

    async fn stored(&self, table: &TargetTable) -> Result<Option<Stored>, SourceError> {
        let (place, table) = (self.place(table)?, table.clone());
        let at = place.clone();
        blocking(&at, move || look(&place, &table).map(|(_, state)| state.map(|state| state.stored()))).await
    }

    async fn begin(
        &self,
        table: &TargetTable,
        run: &str,
        load: Load,
    ) -> Result<Box<dyn Delivery>, SourceError> {
        slot::begins(&self.name, table, run)?;
        let place = self.place(table)?;
        if load == Load::Apply {
            return Err(errors::unsupported(
                &self.name,
                "文件只能整体替换，不能逐条更新；请把该订阅改为全量投递。",
                "a file is only replaced as a whole; let the subscription deliver everything each time",
            ));
        }
        let (table, run, at) = (table.clone(), run.to_owned(), place.clone());
        blocking(&at, move || begin(place, table, run)).await
    }

    async fn rows(
        &self,
        table: &TargetTable,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        let (place, table) = (self.place(table)?, table.clone());
        if !place.file.exists() {
            return Err(SourceError::table_unknown(&self.name, &table.table));
        }
        let (sender, receiver) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = read::batches(&place, &table, |batch| sender.blocking_send(Ok(batch)).is_ok())
            {
                // No receiver means that nobody waits for the error.
                let _ = sender.blocking_send(Err(error));
            }
        });
        Ok(ReceiverStream::new(receiver).boxed())
    }

    async fn held(&self, table: &TargetTable, limit: usize) -> Result<Vec<HeldRow>, SourceError> {
        let (place, table) = (self.place(table)?, table.clone());
        let at = place.clone();
        let work = move || {
            let Some(held) = look(&place, &table)?.1.and_then(|state| state.held) else {
                return Ok(Vec::new());
            };
            let text = fs::read_to_string(place.dir.join(held)).map_err(|error| place.error(error))?;
            let rows = text.lines().take(limit).map(serde_json::from_str);
            rows.collect::<Result<_, _>>()
                .map_err(|error| errors::failed(&place.target, &place.table).because(error))
        };
        blocking(&at, work).await
    }
}

fn begin(place: Place, table: TargetTable, run: String) -> Result<Box<dyn Delivery>, SourceError> {
    let (fit, _) = look(&place, &table)?;
    if !fit.misfits.is_empty() {
        return Err(errors::misfits(&place.target, &place.table, &fit.misfits));
    }
    let failed = |error| place.error(error);
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(place.beside(".lock"));
    let lock = lock.map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            return Err(errors::delivering(&place.target, &table.subscription));
        }
        Err(fs::TryLockError::Error(error)) => return Err(failed(error)),
    }
    let key = slot::key_places(&table);
    let old = if place.file.exists() { read::hashes(&place, &table, &key) } else { HashMap::new() };
    // What an earlier, broken delivery left under these names is cut off.
    let staged = Staged([place.beside(".tmp"), place.beside(".held.tmp")]);
    let writer = Writer::new(&place, &table)?;
    let held = File::create(place.beside(".held.tmp")).map_err(failed)?;
    Ok(Box::new(FileDelivery {
        shared: Arc::new(Fixed { place, table, run, key }),
        work: Some(Work {
            writer,
            held,
            old,
            seen: HashSet::new(),
            counts: Counts::default(),
            _staged: staged,
            _lock: lock,
        }),
        last: 0,
    }))
}

/// What does not change during a delivery.
struct Fixed {
    place: Place,
    table: TargetTable,
    run: String,
    key: Vec<usize>,
}

/// What is written on.
struct Work {
    writer: Writer,
    held: File,
    /// Rows of the file that stands there: hash of the key, hash of the row.
    old: HashMap<u128, u128>,
    seen: HashSet<u128>,
    counts: Counts,
    /// Goes before the lock does.
    _staged: Staged,
    _lock: File,
}

/// Files that are written on. What is left of them at the end, after a failure that is, would only take room on a disk that may be
/// full.
struct Staged([PathBuf; 2]);

impl Drop for Staged {
    fn drop(&mut self) {
        for file in &self.0 {
            let _ = fs::remove_file(file);
        }
    }
}

struct FileDelivery {
    shared: Arc<Fixed>,
    /// `None` after a failure.
    work: Option<Work>,
    last: u64,
}

impl Work {
    fn write(&mut self, fixed: &Fixed, portion: &Portion) -> Result<(), SourceError> {
        let (place, table) = (&fixed.place, &fixed.table);
        let texts = slot::open(&place.target, table, true, portion)?;
        let slots: Vec<Slot> =
            table.columns.iter().map(|c| place.format.slot(c.holds, table.key.contains(&c.name))).collect();
        let lanes: Vec<Lane<'_>> = table
            .columns
            .iter()
            .zip(&slots)
            .zip(&texts.rows)
            .map(|((column, slot), texts)| Lane { column, slot, texts })
            .collect();
        for row in 0..portion.rows.num_rows() {
            let mut values = Vec::with_capacity(lanes.len());
            for lane in &lanes {
                let value = lane
                    .value(row)
                    .map_err(|why| why.at(&place.target, table, &lane.column.name, portion.seq, row))?;
                values.push(value.filter(|text| !place.format.empty_is_null() || !text.is_empty()));
            }
            let text = |at: &usize| values.get(*at).and_then(Option::as_deref);
            let key = hash(fixed.key.iter().map(text));
            if !self.seen.insert(key) {
                let held = slot::duplicate(table, &fixed.key, |at| text(&at));
                self.hold(place, &held)?;
                continue;
            }
            match self.old.get(&key) {
                None => self.counts.inserted += 1,
                Some(old) if *old == hash(values.iter().map(Option::as_deref)) => self.counts.unchanged += 1,
                Some(_) => self.counts.updated += 1,
            }
            self.writer.row(place, table, &values)?;
        }
        let text = |at: usize, row: usize| match texts.held.get(at) {
            Some(column) if column.is_valid(row) => column.value(row).to_owned(),
            _ => String::new(),
        };
        for row in 0..texts.held.first().map_or(0, |column| column.len()) {
            self.hold(place, &HeldRow { key: text(0, row), reasons: text(1, row), row: text(2, row) })?;
        }
        Ok(())
    }

    fn hold(&mut self, place: &Place, row: &HeldRow) -> Result<(), SourceError> {
        self.counts.held += 1;
        let line = serde_json::to_string(row)
            .map_err(|error| errors::failed(&place.target, &place.table).because(error))?;
        writeln!(self.held, "{line}").map_err(|error| place.error(error))
    }

    fn finish(self, fixed: &Fixed, seq: u64, position: &str) -> Result<Counts, SourceError> {
        let (place, table) = (&fixed.place, &fixed.table);
        let mut counts = self.counts;
        let kept = counts.updated + counts.unchanged;
        counts.deleted = (self.old.len() as u64).saturating_sub(kept);
        let failed = |error| place.error(error);
        let made = self.writer.finish(place)?;
        made.sync_all().map_err(failed)?;
        drop(made);
        self.held.sync_all().map_err(failed)?;
        let before = Ledger::read(&place.beside(".json")).map_err(failed)?;
        let old = match &before {
            Some(ledger) if place.file.exists() => ledger.state_of(&place.file).map_err(failed)?,
            _ => None,
        };
        let mut held = old.as_ref().and_then(|state| state.held.clone());
        if counts.held > 0 {
            let name =
                format!(".{}.gt.held-{:016x}.jsonl", place.table, crate::hash::hash64(fixed.run.as_bytes()));
            fs::rename(place.beside(".held.tmp"), place.dir.join(&name)).map_err(failed)?;
            held = Some(name);
        } else {
            fs::remove_file(place.beside(".held.tmp")).map_err(failed)?;
        }
        let temporary = place.beside(".tmp");
        let (length, digest) = ledger::digest(&temporary).map_err(failed)?;
        let new = State {
            run: fixed.run.clone(),
            seq,
            position: position.to_owned(),
            rows: counts.inserted + kept,
            length,
            digest,
            held: held.clone(),
        };
        let books = place.beside(".json");
        let subscription = table.subscription.clone();
        let both = old.clone().into_iter().chain([new.clone()]).collect();
        Ledger { subscription: subscription.clone(), states: both }.write(&books).map_err(failed)?;
        fs::rename(&temporary, &place.file).map_err(failed)?;
        ledger::sync_folder(&place.dir).map_err(failed)?;
        // From here on everything is done; what follows tidies up.
        Ledger { subscription, states: vec![new] }.write(&books).map_err(failed)?;
        if let Some(gone) = old.and_then(|state| state.held).filter(|name| Some(name) != held.as_ref()) {
            let _ = fs::remove_file(place.dir.join(gone));
        }
        Ok(counts)
    }
}

#[async_trait]
impl Delivery for FileDelivery {
    async fn write(&mut self, portion: Portion) -> Result<Counts, SourceError> {
        if portion.seq <= self.last {
            return Ok(Counts::default());
        }
        let fixed = self.shared.clone();
        let mut work = self.work.take().ok_or_else(|| broken(&fixed.place))?;
        let seq = portion.seq;
        let done = blocking(&self.shared.place, move || {
            work.write(&fixed, &portion)?;
            Ok(work)
        });
        self.work = Some(done.await?);
        self.last = seq;
        Ok(Counts::default())
    }

    async fn finish(mut self: Box<Self>, position: &str) -> Result<Counts, SourceError> {
        let fixed = self.shared.clone();
        slot::position(&fixed.place.target, position)?;
        let work = self.work.take().ok_or_else(|| broken(&fixed.place))?;
        let (last, position) = (self.last, position.to_owned());
        blocking(&self.shared.place, move || work.finish(&fixed, last, &position)).await
    }
}

fn broken(place: &Place) -> SourceError {
    errors::failed(&place.target, &place.table).because("the delivery was broken off by an earlier failure")
}

/// Opens what is being written.
fn temporary(place: &Place) -> Result<File, SourceError> {
    let path: &Path = &place.beside(".tmp");
    OpenOptions::new().create(true).truncate(true).write(true).open(path).map_err(|error| place.error(error))
}
