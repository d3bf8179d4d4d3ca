//! The names in a log's folder, and the small files that say what it is.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::key::VerifierKey;
use crate::segment::parse_segment_name;
use crate::storage::{Storage, read_small, replace_small};

/// First line of the file `FORMAT`. A new number means that older versions must not touch the folder.
const FORMAT: &str = "tlog-segments 1";
const FORMAT_FILE: &str = "FORMAT";
const KEYS_FILE: &str = "verifier.pub";

/// A log's folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder(pub PathBuf);

impl Folder {
    pub fn segments(&self) -> PathBuf {
        self.0.join("segments")
    }

    pub fn hashes(&self) -> PathBuf {
        self.0.join("hashes")
    }

    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    pub fn keys(&self) -> PathBuf {
        self.0.join(KEYS_FILE)
    }

    fn text(&self, storage: &dyn Storage, name: &str) -> Result<Option<String>> {
        let path = self.0.join(name);
        let bytes = read_small(storage, &path).map_err(|e| fail("read", &path, e))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The origin of the log in the folder; `None` when the folder is not a log yet.
    pub fn origin(&self, storage: &dyn Storage) -> Result<Option<String>> {
        let Some(text) = self.text(storage, FORMAT_FILE)? else { return Ok(None) };
        let mut lines = text.lines();
        let version = lines.next().unwrap_or_default();
        match lines.next().and_then(|line| line.strip_prefix("origin ")) {
            Some(origin) if version == FORMAT => Ok(Some(origin.to_owned())),
            _ => {
                let path = self.0.join(FORMAT_FILE).display().to_string();
                Err(Error::Format { path, found: version.chars().take(80).collect() })
            }
        }
    }

    /// Makes the folder a log, or checks that it is the one of `origin`.
    pub fn prepare(&self, storage: &dyn Storage, origin: &str) -> Result<()> {
        if let Some(found) = self.origin(storage)? {
            if found == origin {
                return Ok(());
            }
            let path = self.0.display().to_string();
            return Err(Error::Origin { path, expected: origin.to_owned(), found });
        }
        for dir in [self.segments(), self.hashes()] {
            storage.create_dir(&dir).map_err(|e| fail("create", &dir, e))?;
        }
        if !self.list_segments(storage)?.is_empty() {
            let path = self.0.display().to_string();
            return Err(Error::Format { path, found: "segments without the file FORMAT".to_owned() });
        }
        storage.sync_dir(&self.0).map_err(|e| fail("sync", &self.0, e))?;
        let path = self.0.join(FORMAT_FILE);
        let text = format!("{FORMAT}\norigin {origin}\n");
        replace_small(storage, &path, text.as_bytes()).map_err(|e| fail("write", &path, e))
    }

    /// The public keys that have signed this log, by its own word.
    pub fn verifier_keys(&self, storage: &dyn Storage) -> Result<Vec<VerifierKey>> {
        let text = self.text(storage, KEYS_FILE)?.unwrap_or_default();
        Ok(text.lines().filter_map(|line| VerifierKey::parse(line).ok()).collect())
    }

    /// Adds a key to the list unless it is there.
    pub fn add_key(&self, storage: &dyn Storage, key: &VerifierKey) -> Result<Vec<VerifierKey>> {
        let mut keys = self.verifier_keys(storage)?;
        if !keys.contains(key) {
            keys.push(key.clone());
            let text: String = keys.iter().map(|key| format!("{key}\n")).collect();
            let path = self.keys();
            replace_small(storage, &path, text.as_bytes()).map_err(|e| fail("write", &path, e))?;
        }
        Ok(keys)
    }

    /// First entries of the segment files, ascending.
    pub fn list_segments(&self, storage: &dyn Storage) -> Result<Vec<u64>> {
        let dir = self.segments();
        let names = storage.list(&dir).map_err(|e| fail("list", &dir, e))?;
        let mut firsts: Vec<u64> = names.iter().filter_map(|name| parse_segment_name(name)).collect();
        firsts.sort_unstable();
        Ok(firsts)
    }
}

fn fail(action: &'static str, path: &Path, e: std::io::Error) -> Error {
    Error::io(action, &path.display().to_string(), e)
}
