//! The files of a witness: which logs it has begun to watch, and what it cosigned last of each.
//!
//! Every file begins with a line that holds a digest of the rest, so that a torn or edited one is never taken for true.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::checkpoint::{CheckpointBody, parse_size};
use crate::error::{Error, Result};
use crate::hash::{Hash, empty_root};
use crate::note::Note;
use crate::storage::{Storage, read_small, replace_small};

const STATE: &str = "tlog-witness-state 1";
const ORIGINS: &str = "tlog-witness 1";

/// Puts the line with the digest before `body`.
pub(super) fn seal(kind: &str, body: &str) -> String {
    format!("{kind} {}\n{body}", hex::encode(Sha256::digest(body)))
}

/// The body of a sealed file, when it is whole.
pub(super) fn unseal<'a>(kind: &str, bytes: &'a [u8]) -> Option<&'a str> {
    let (first, body) = std::str::from_utf8(bytes).ok()?.split_once('\n')?;
    let sum = first.strip_prefix(kind)?.strip_prefix(' ')?;
    (sum == hex::encode(Sha256::digest(body))).then_some(body)
}

pub(super) fn io(action: &'static str, path: &Path, error: std::io::Error) -> Error {
    Error::io(action, &path.display().to_string(), error)
}

pub(super) fn lost(path: &Path, what: &'static str) -> Error {
    Error::WitnessState { path: path.display().to_string(), what }
}

/// A name for files about a log.
pub(super) fn file_name(origin: &str) -> String {
    hex::encode(Sha256::digest(origin))
}

/// What a witness cosigned last of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub size: u64,
    pub root: Hash,
    /// Time of the last cosignature.
    pub time: u64,
    /// The checkpoint with the log's signature and the witness's own; none before the first.
    pub note: Option<String>,
}

impl State {
    /// Before the first checkpoint.
    pub fn new() -> Self {
        Self { size: 0, root: empty_root(), time: 0, note: None }
    }

    pub fn path(dir: &Path, origin: &str) -> PathBuf {
        dir.join("state").join(file_name(origin))
    }

    fn parse(bytes: &[u8], origin: &str) -> Option<Self> {
        let rest = unseal(STATE, bytes)?.strip_prefix("origin ")?.strip_prefix(origin)?;
        let (time, note) = rest.strip_prefix("\ntime ")?.split_once("\n\n")?;
        let time = parse_size(time)?;
        if note.is_empty() {
            return Some(Self { time, ..Self::new() });
        }
        let body = CheckpointBody::parse(Note::parse(note).ok()?.unverified_text()).ok()?;
        let note = Some(note.to_owned());
        Some(Self { size: body.size, root: body.root, time, note })
    }

    /// Reads the state of a log; `None` when there is no file.
    pub fn read(storage: &dyn Storage, dir: &Path, origin: &str) -> Result<Option<Self>> {
        let path = Self::path(dir, origin);
        let Some(bytes) = read_small(storage, &path).map_err(|e| io("read", &path, e))? else {
            return Ok(None);
        };
        Self::parse(&bytes, origin).map(Some).ok_or_else(|| lost(&path, "it is damaged"))
    }

    /// Reads the state of a log that must have one.
    pub fn read_known(storage: &dyn Storage, dir: &Path, origin: &str) -> Result<Self> {
        Self::read(storage, dir, origin)?.ok_or_else(|| lost(&Self::path(dir, origin), "it is missing"))
    }

    /// Writes the state durably and as a whole.
    pub fn write(&self, storage: &dyn Storage, dir: &Path, origin: &str) -> Result<()> {
        let note = self.note.as_deref().unwrap_or_default();
        let text = seal(STATE, &format!("origin {origin}\ntime {}\n\n{note}", self.time));
        let path = Self::path(dir, origin);
        replace_small(storage, &path, text.as_bytes()).map_err(|e| io("write", &path, e))
    }
}

/// The logs that a witness has begun to watch. One of them without a state has lost it, and is not a new one.
#[derive(Debug)]
pub(super) struct Origins(pub Vec<String>);

impl Origins {
    fn path(dir: &Path) -> PathBuf {
        dir.join("witness")
    }

    /// Reads the list; `None` when the folder is no witness's.
    pub fn read(storage: &dyn Storage, dir: &Path) -> Result<Option<Self>> {
        let path = Self::path(dir);
        let Some(bytes) = read_small(storage, &path).map_err(|e| io("read", &path, e))? else {
            return Ok(None);
        };
        let body = unseal(ORIGINS, &bytes).ok_or_else(|| lost(&path, "it is damaged"))?;
        Ok(Some(Self(body.lines().map(str::to_owned).collect())))
    }

    pub fn write(&self, storage: &dyn Storage, dir: &Path) -> Result<()> {
        let body: String = self.0.iter().map(|origin| format!("{origin}\n")).collect();
        let path = Self::path(dir);
        replace_small(storage, &path, seal(ORIGINS, &body).as_bytes()).map_err(|e| io("write", &path, e))
    }
}
