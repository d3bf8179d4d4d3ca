//! A folder that documents are read out of.

use std::fs::{self, File, Metadata};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use chrono::{DateTime, NaiveDateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::name::{collection, is_plain, locate, unknown};
use super::{DocumentsConfig, Scanned, scan};
use crate::error::{SourceCode, SourceError};

/// Bytes read at once while a document is digested.
const BUFFER: usize = 1 << 20;
/// Folders inside one another that are looked into.
const DEEPEST: usize = 12;
/// China Standard Time, milliseconds east.
const SHANGHAI_MS: i64 = 8 * 3_600_000;

/// A folder of documents, to read out of.
#[derive(Debug, Clone)]
pub struct DocumentFolder {
    pub(super) name: String,
    pub(super) config: DocumentsConfig,
}

/// One line of a folder's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub name: String,
    pub bytes: u64,
    pub modified: NaiveDateTime,
}

/// A document that is read.
#[derive(Debug)]
pub struct OpenDocument {
    source: String,
    path: PathBuf,
    file: File,
    /// Size, bytes.
    pub bytes: u64,
    /// When it was last changed, Unix milliseconds.
    pub modified_ms: i64,
}

impl DocumentFolder {
    pub(crate) fn new(name: &str, config: &DocumentsConfig) -> Self {
        Self { name: name.to_owned(), config: config.clone() }
    }

    /// Opens a document.
    ///
    /// # Errors
    /// `document.unknown`, `source.down` when the folder cannot be read.
    pub fn open(&self, table: &str, name: &str) -> Result<OpenDocument, SourceError> {
        let path = locate(&self.name, &self.config.dir, table, name)?;
        let file = File::open(&path).map_err(|error| unknown(&self.name, name).because(error))?;
        let meta = file.metadata().map_err(|error| self.down(error))?;
        if !meta.is_file() {
            return Err(unknown(&self.name, name));
        }
        Ok(OpenDocument {
            source: self.name.clone(),
            bytes: meta.len(),
            modified_ms: modified_ms(&meta),
            path,
            file,
        })
    }

    /// Has the department's scanner look at a document.
    ///
    /// # Errors
    /// `document.infected`, `document.scan_failed`.
    pub async fn scan(&self, document: &OpenDocument) -> Result<Scanned, SourceError> {
        scan::scan(&self.name, &self.config, &document.path).await
    }

    /// Tables with the number of their documents.
    pub(super) fn tables(&self) -> Result<Vec<(String, u64)>, SourceError> {
        let mut tables = Vec::new();
        let mut loose = 0;
        for entry in fs::read_dir(&self.config.dir).map_err(|error| self.down(error))? {
            let entry = entry.map_err(|error| self.down(error))?;
            let Some(name) = entry.file_name().to_str().filter(|name| is_plain(name)).map(str::to_owned)
            else {
                continue;
            };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => {
                    tables.push((name.clone(), self.lines(&name, None)?.len() as u64))
                }
                Ok(kind) if kind.is_file() => loose += 1,
                _ => {}
            }
        }
        if loose > 0 || tables.is_empty() {
            tables.push((".".to_owned(), loose));
        }
        tables.sort();
        Ok(tables)
    }

    /// Documents of a table, by name; only that of this name when one is given.
    pub(super) fn lines(&self, table: &str, only: Option<&str>) -> Result<Vec<Line>, SourceError> {
        if let Some(name) = only {
            return Ok(match self.open(table, name) {
                Ok(document) => {
                    let meta = document.file.metadata().map_err(|error| self.down(error))?;
                    vec![Line { name: name.to_owned(), bytes: meta.len(), modified: modified(&meta) }]
                }
                Err(_) => Vec::new(),
            });
        }
        let dir = collection(&self.config.dir, table)
            .filter(|dir| dir.symlink_metadata().is_ok_and(|meta| meta.is_dir()))
            .ok_or_else(|| SourceError::table_unknown(&self.name, table))?;
        let mut lines = Vec::new();
        // The table `.` holds what lies loose; its sub-folders are tables of their own.
        self.walk(&dir, "", if table == "." { 0 } else { DEEPEST }, &mut lines)?;
        lines.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(lines)
    }

    fn walk(
        &self,
        dir: &Path,
        prefix: &str,
        deeper: usize,
        lines: &mut Vec<Line>,
    ) -> Result<(), SourceError> {
        for entry in fs::read_dir(dir).map_err(|error| self.down(error))? {
            let entry = entry.map_err(|error| self.down(error))?;
            let Some(name) = entry.file_name().to_str().filter(|name| is_plain(name)).map(str::to_owned)
            else {
                continue;
            };
            // A file that goes away while the folder is listed is simply not in the list.
            let Ok(meta) = entry.path().symlink_metadata() else { continue };
            let name = format!("{prefix}{name}");
            if meta.is_file() {
                lines.push(Line { name, bytes: meta.len(), modified: modified(&meta) });
            } else if meta.is_dir() && deeper > 0 {
                self.walk(&entry.path(), &format!("{name}/"), deeper - 1, lines)?;
            }
        }
        Ok(())
    }

    /// Whether the folder can be read.
    pub(super) fn reach(&self) -> Result<(), SourceError> {
        fs::read_dir(&self.config.dir).map(drop).map_err(|error| self.down(error))
    }

    fn down(&self, error: std::io::Error) -> SourceError {
        if error.kind() == std::io::ErrorKind::PermissionDenied {
            return SourceError::permission(&self.name).because(error);
        }
        SourceError::down(&self.name).because(error)
    }
}

impl OpenDocument {
    /// SHA-256 of the whole document, hex. Reads it once; blocks.
    ///
    /// # Errors
    /// `document.changed` when it is being written, `source.down`.
    pub fn digest(&mut self) -> Result<String, SourceError> {
        let read = |error| SourceError::down(&self.source).because(error);
        self.file.seek(SeekFrom::Start(0)).map_err(read)?;
        let (mut hash, mut buffer, mut seen) = (Sha256::new(), vec![0; BUFFER], 0_u64);
        loop {
            let count = self
                .file
                .read(&mut buffer)
                .map_err(|error| SourceError::down(&self.source).because(error))?;
            if count == 0 {
                break;
            }
            hash.update(buffer.get(..count).unwrap_or_default());
            seen += count as u64;
        }
        if seen != self.bytes || self.is_changed() {
            return Err(self.changed());
        }
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The next bytes from a place on, at most `most`; empty at the end. Blocks.
    ///
    /// # Errors
    /// `document.changed`, `source.down`.
    pub fn read_at(&mut self, from: u64, most: usize) -> Result<Bytes, SourceError> {
        let left = usize::try_from(self.bytes.saturating_sub(from)).unwrap_or(usize::MAX);
        let mut buffer = vec![0; left.min(most)];
        let read = self.file.seek(SeekFrom::Start(from)).and_then(|_| self.file.read_exact(&mut buffer));
        match read {
            Ok(()) => Ok(Bytes::from(buffer)),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(self.changed().because(error))
            }
            Err(error) => Err(SourceError::down(&self.source).because(error)),
        }
    }

    /// Whether the file is another one now than when it was opened.
    pub fn is_changed(&self) -> bool {
        self.path
            .metadata()
            .map_or(true, |meta| meta.len() != self.bytes || modified_ms(&meta) != self.modified_ms)
    }

    /// The refusal of a document that was changed while it was read.
    pub fn changed(&self) -> SourceError {
        SourceError::new(
            SourceCode::DocumentChanged,
            format!(
                "文件夹“{}”中的这份文件在交接期间被改动，已停止交接；请待文件写完后重新发起。",
                self.source
            ),
            format!(
                "the document in folder \"{}\" was changed while it was handed over, which was stopped; begin anew when it is complete",
                self.source
            ),
        )
    }
}

/// When a file was last changed, Unix milliseconds.
fn modified_ms(meta: &Metadata) -> i64 {
    let at: DateTime<Utc> = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH).into();
    at.timestamp_millis()
}

/// The same as local time of China, without a zone.
fn modified(meta: &Metadata) -> NaiveDateTime {
    DateTime::from_timestamp_millis(modified_ms(meta) + SHANGHAI_MS).unwrap_or_default().naive_utc()
}
