//! Where copies lie, and the file that is being written: nobody but this program may read it, and it has its name only when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

use super::model::HeldCopy;
use crate::subscriptions::{RunId, SubscriptionId};

/// Rows of a row group: what is in memory while writing, and what a look-up by key has to read.
const GROUP: usize = 64 * 1024;
/// One key in a hundred is looked for in a row group that does not have it.
const FALSE_HITS: f64 = 0.01;

/// Places of the files under one folder.
#[derive(Debug, Clone)]
pub(crate) struct Places(PathBuf);

impl Places {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self(data_dir.join("copies"))
    }

    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    fn folder(&self, subscription: &SubscriptionId) -> PathBuf {
        self.0.join(subscription.as_str())
    }

    /// The rows of a copy.
    pub(super) fn rows(&self, copy: &HeldCopy) -> PathBuf {
        self.rows_of(&copy.subscription, &copy.run)
    }

    fn rows_of(&self, subscription: &SubscriptionId, run: &RunId) -> PathBuf {
        self.folder(subscription).join(format!("{run}.parquet"))
    }

    /// The rows that were held back, when there were any.
    pub(super) fn held_back(&self, subscription: &SubscriptionId, run: &RunId) -> PathBuf {
        self.folder(subscription).join(format!("{run}.held.parquet"))
    }

    /// Removes both files of a copy, and the folder when it is empty.
    pub(super) fn remove(&self, copy: &HeldCopy) -> io::Result<()> {
        for path in [self.rows(copy), self.held_back(&copy.subscription, &copy.run)] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        // Another state of the same copy may lie there.
        let _ = fs::remove_dir(self.folder(&copy.subscription));
        Ok(())
    }
}

/// A file that digests what is written to it.
struct Digesting {
    file: File,
    digest: Sha256,
    bytes: u64,
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A Parquet file that has its name only when it is whole.
struct Part {
    writer: Option<ArrowWriter<Digesting>>,
    part: PathBuf,
    path: PathBuf,
}

/// What was written.
pub(super) struct Whole {
    pub bytes: u64,
    pub digest: String,
}

fn parquet(error: parquet::errors::ParquetError) -> io::Error {
    io::Error::other(error)
}

impl Part {
    fn create(path: PathBuf, schema: &SchemaRef, keys: &[String]) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            private_folder(folder)?;
        }
        let part = path.with_extension("parquet.part");
        let file = Digesting { file: private_file(&part)?, digest: Sha256::new(), bytes: 0 };
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .set_bloom_filter_for_dictionary_encoded_chunks(true);
        for key in keys {
            let column = ColumnPath::from(key.as_str());
            properties = properties
                .set_column_bloom_filter_enabled(column.clone(), true)
                .set_column_bloom_filter_fpp(column.clone(), FALSE_HITS)
                .set_column_bloom_filter_max_ndv(column, GROUP as u64);
        }
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties.build())).map_err(parquet)?;
        Ok(Self { writer: Some(writer), part, path })
    }

    fn write(&mut self, rows: &RecordBatch) -> io::Result<()> {
        match &mut self.writer {
            Some(writer) => writer.write(rows).map_err(parquet),
            None => Err(io::Error::other("the file is finished")),
        }
    }

    fn finish(mut self) -> io::Result<Whole> {
        let Some(writer) = self.writer.take() else { return Err(io::Error::other("the file is finished")) };
        let done = writer.into_inner().map_err(parquet)?;
        done.file.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Whole { bytes: done.bytes, digest: hex::encode(done.digest.finalize()) })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After `finish` there is none of that name.
        let _ = fs::remove_file(&self.part);
    }
}

/// The rows of one run on their way into a file.
pub(super) struct Writer {
    rows: Part,
    held: Option<Part>,
    schema: SchemaRef,
    held_path: PathBuf,
    written: u64,
}

impl Writer {
    /// Begins the file of a run. `items` are the columns in order, the companion column included; `keys` those that subjects are
    /// looked up by.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub(super) fn begin(
        places: &Places,
        subscription: &SubscriptionId,
        run: &RunId,
        items: &[String],
        keys: &[String],
    ) -> io::Result<Self> {
        let fields: Vec<_> = items.iter().map(|item| Field::new(item, DataType::Utf8, true)).collect();
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        let rows = Part::create(places.rows_of(subscription, run), &schema, keys)?;
        let held_path = places.held_back(subscription, run);
        Ok(Self { rows, held: None, schema, held_path, written: 0 })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// The disk is full, or the rows are not of these columns.
    pub(super) fn rows(&mut self, rows: &RecordBatch) -> io::Result<()> {
        let own = RecordBatch::try_new(Arc::clone(&self.schema), rows.columns().to_vec());
        self.rows.write(&own.map_err(io::Error::other)?)?;
        self.written += rows.num_rows() as u64;
        Ok(())
    }

    /// Adds rows that were held back.
    ///
    /// # Errors
    /// As [`Writer::rows`].
    pub(super) fn held_back(&mut self, rows: &RecordBatch) -> io::Result<()> {
        if self.held.is_none() {
            self.held = Some(Part::create(self.held_path.clone(), rows.schema_ref(), &[])?);
        }
        self.held.as_mut().map_or(Ok(()), |held| held.write(rows))
    }

    /// Makes the file whole; gives how many rows it has.
    ///
    /// # Errors
    /// The disk is full.
    pub(super) fn finish(self) -> io::Result<(u64, Whole)> {
        if let Some(held) = self.held {
            held.finish()?;
        }
        Ok((self.written, self.rows.finish()?))
    }
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
