//! Where the delivery of a file stands.
//!
//! File and ledger cannot be renamed at once. So the ledger first names both, the file that stands there and the one that
//! is about to, each by length and digest; then the file is renamed; then the ledger names the new one alone. Whoever was
//! killed in between finds the state that belongs to the file that is there.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::{hash::Digest, target::Stored};

/// What the ledger says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ledger {
    pub(super) subscription: String,
    /// One, or two while a file is being replaced.
    pub(super) states: Vec<State>,
}

/// One version of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) run: String,
    pub(super) seq: u64,
    pub(super) position: String,
    pub(super) rows: u64,
    pub(super) length: u64,
    pub(super) digest: u64,
    /// File with the rows held back.
    pub(super) held: Option<String>,
}

impl State {
    pub(super) fn stored(self) -> Stored {
        Stored { run: self.run, seq: self.seq, position: self.position }
    }
}

impl Ledger {
    /// The ledger; `None` when there is none.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces the ledger.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let temporary = path.with_extension("json.tmp");
        let mut file = File::create(&temporary)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), sync_folder)
    }

    /// The state of the file that is there; `None` when somebody else has written it.
    pub(super) fn state_of(&self, file: &Path) -> io::Result<Option<State>> {
        let length = fs::metadata(file)?.len();
        if self.states.iter().all(|state| state.length != length) {
            return Ok(None);
        }
        let found = digest(file)?;
        Ok(self.states.iter().find(|state| (state.length, state.digest) == found).cloned())
    }
}

/// Length and digest of a file.
pub(super) fn digest(path: &Path) -> io::Result<(u64, u64)> {
    let (mut file, mut digest, mut length) = (File::open(path)?, Digest::default(), 0);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        digest.add(bytes);
        length += count as u64;
    }
    Ok((length, digest.finish()))
}

/// Makes renames in a folder last.
pub(super) fn sync_folder(dir: &Path) -> io::Result<()> {
    // Only systems where a folder can be opened have something to be synced.
    match File::open(dir) {
        Ok(dir) => dir.sync_all(),
        Err(_) if cfg!(windows) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(run: &str, path: &Path) -> State {
        let (length, digest) = digest(path).unwrap();
        State { run: run.to_owned(), seq: 1, position: run.to_owned(), rows: 1, length, digest, held: None }
    }

    /// Killed between any two steps, the state is that of the file which stands there, also when both files are of one
    /// length; a file that somebody else wrote has none.
    #[test]
    fn the_state_is_that_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let (file, next, books) = (dir.path().join("f"), dir.path().join("n"), dir.path().join("b.json"));
        fs::write(&file, "old").unwrap();
        fs::write(&next, "new").unwrap();
        let (old, new) = (state("old", &file), state("new", &next));
        let of = |file: &Path| {
            Ledger::read(&books).unwrap().unwrap().state_of(file).unwrap().map(|state| state.run)
        };
        let ledger = |states: &[&State]| Ledger {
            subscription: "s".to_owned(),
            states: states.iter().map(|state| (*state).clone()).collect(),
        };
        ledger(&[&old]).write(&books).unwrap();
        assert_eq!(of(&file).as_deref(), Some("old"));
        ledger(&[&old, &new]).write(&books).unwrap();
        assert_eq!(of(&file).as_deref(), Some("old"));
        fs::rename(&next, &file).unwrap();
        assert_eq!(of(&file).as_deref(), Some("new"));
        ledger(&[&new]).write(&books).unwrap();
        assert_eq!(of(&file).as_deref(), Some("new"));
        fs::write(&file, "own").unwrap();
        assert_eq!(of(&file), None);
    }
}
