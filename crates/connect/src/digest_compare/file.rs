//! The file that keeps the digests and keys of a reading.
//!
//! A head with the names of the key columns; for each row the digest of its key, of the row, and the key itself; the
//! number of rows and the SHA-256 of everything before it. It is checked as a whole before anything of it is used.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::Digest128;
use crate::error::{SourceCode, SourceError};

const MAGIC: &[u8; 8] = b"GTDIGST1";
/// Number of rows, and SHA-256.
const TAIL: u64 = 8 + 32;

/// A row of a kept reading.
pub(super) struct Record {
    pub(super) key: Digest128,
    pub(super) row: Digest128,
    /// The cells of the key, encoded.
    pub(super) text: Vec<u8>,
}

/// A kept reading, checked.
pub(super) struct Kept {
    path: PathBuf,
    from: io::Take<BufReader<File>>,
    key: Vec<String>,
    rows: u64,
}

impl Kept {
    /// Opens and checks a file; `None` when there is none.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, SourceError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unwritable(path, error)),
        };
        let read = |error: io::Error| match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => damaged(path).because(error),
            _ => unwritable(path, error),
        };
        Self::check(path, file).map(Some).map_err(read)
    }

    fn check(path: &Path, mut file: File) -> io::Result<Self> {
        let bad = || io::Error::from(io::ErrorKind::InvalidData);
        let body = file.metadata()?.len().checked_sub(TAIL).ok_or_else(bad)?;
        let mut sha = Sha256::new();
        let mut rest = BufReader::with_capacity(1 << 16, &file).take(body + 8);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = rest.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            sha.update(buffer.get(..count).unwrap_or_default());
        }
        file.seek(SeekFrom::Start(body))?;
        let (mut rows, mut expected) = ([0; 8], [0; 32]);
        file.read_exact(&mut rows)?;
        file.read_exact(&mut expected)?;
        if sha.finalize().as_slice() != expected {
            return Err(bad());
        }
        file.seek(SeekFrom::Start(0))?;
        let mut from = BufReader::with_capacity(1 << 16, file).take(body);
        let mut magic = [0; 8];
        from.read_exact(&mut magic)?;
        if magic != *MAGIC {
            return Err(bad());
        }
        let count = int(&mut from)?;
        let mut key = Vec::new();
        for _ in 0..count {
            key.push(String::from_utf8(bytes(&mut from)?).map_err(|_| bad())?);
        }
        Ok(Self { path: path.to_owned(), from, key, rows: u64::from_le_bytes(rows) })
    }

    /// The names of the key columns.
    pub(super) fn key(&self) -> &[String] {
        &self.key
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Record>, SourceError> {
        if self.from.limit() == 0 {
            return Ok(None);
        }
        let mut read = || {
            let (mut key, mut row) = ([0; 16], [0; 16]);
            self.from.read_exact(&mut key)?;
            self.from.read_exact(&mut row)?;
            let text = bytes(&mut self.from)?;
            Ok(Record { key: u128::from_le_bytes(key), row: u128::from_le_bytes(row), text })
        };
        read().map(Some).map_err(|error: io::Error| damaged(&self.path).because(error))
    }
}

fn int(from: &mut impl Read) -> io::Result<u32> {
    let mut int = [0; 4];
    from.read_exact(&mut int)?;
    Ok(u32::from_le_bytes(int))
}

fn bytes(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = int(from)?;
    let mut bytes = Vec::new();
    from.take(length.into()).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == u64::from(length) { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// A reading that is being written beside the kept one.
pub(super) struct Writer {
    path: PathBuf,
    to: BufWriter<File>,
    sha: Sha256,
    rows: u64,
}

impl Writer {
    /// Begins to write beside `kept`.
    pub(super) fn create(kept: &Path, key: &[String]) -> Result<Self, SourceError> {
        let mut name = kept.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let path = kept.with_file_name(name);
        let file = File::create(&path).map_err(|error| unwritable(&path, error))?;
        let to = BufWriter::with_capacity(1 << 16, file);
        let mut writer = Self { path, to, sha: Sha256::new(), rows: 0 };
        let mut head = MAGIC.to_vec();
        head.extend((key.len() as u32).to_le_bytes());
        for name in key {
            head.extend((name.len() as u32).to_le_bytes());
            head.extend(name.as_bytes());
        }
        writer.put(&head)?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        self.sha.update(bytes);
        self.to.write_all(bytes).map_err(|error| unwritable(&self.path, error))
    }

    /// Writes a row.
    pub(super) fn write(&mut self, key: Digest128, row: Digest128, text: &[u8]) -> Result<(), SourceError> {
        self.put(&key.to_le_bytes())?;
        self.put(&row.to_le_bytes())?;
        self.put(&(text.len() as u32).to_le_bytes())?;
        self.put(text)?;
        self.rows += 1;
        Ok(())
    }

    /// Ends the file, on the disk for good, and gives its path.
    pub(super) fn finish(mut self) -> Result<PathBuf, SourceError> {
        self.put(&self.rows.to_le_bytes())?;
        let sha = self.sha.finalize();
        let Self { path, mut to, .. } = self;
        let end =
            to.write_all(sha.as_slice()).and_then(|()| to.flush()).and_then(|()| to.get_ref().sync_all());
        end.map_err(|error| unwritable(&path, error))?;
        Ok(path)
    }
}

/// Puts a file in the place of another, for good.
pub(super) fn replace(made: &Path, kept: &Path) -> io::Result<()> {
    std::fs::rename(made, kept)?;
    match kept.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => File::open(dir)?.sync_all(),
        _ => Ok(()),
    }
}

pub(super) fn damaged(path: &Path) -> SourceError {
    let path = path.display();
    SourceError::new(
        SourceCode::Index,
        format!("上次读取的比对文件“{path}”已损坏；请删除它，下次将重新全量交付。"),
        format!(
            "the file \"{path}\" of the last reading is damaged; remove it, and the next reading is delivered as a whole"
        ),
    )
}

pub(super) fn unwritable(path: &Path, error: io::Error) -> SourceError {
    let path = path.display();
    SourceError::new(
        SourceCode::Index,
        format!("比对文件“{path}”无法读写；请检查前置机的目录权限与磁盘空间。"),
        format!("the file \"{path}\" cannot be read or written; check the rights and the space of the agent's folder"),
    )
    .because(error)
}
