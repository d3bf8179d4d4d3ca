//! A witness (C2SP tlog-witness): it cosigns checkpoints of logs that only ever grow, and keeps the proof when one does
//! not.
//!
//! Of each log it remembers the last checkpoint that it cosigned. A newer one is cosigned when a proof shows that it
//! continues the remembered one, and it is remembered durably before the signature leaves. What carries requests and
//! answers, a network or a queue, is not part of this crate, nor is a clock.
//!
//! What it cannot notice is that its own folder was replaced by an older copy: such a copy must never be put back while
//! the key is in use.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::checkpoint::CheckpointBody;
use crate::cosign::{Cosigner, CosignerKey};
use crate::error::{Error, Result};
use crate::key::VerifierKey;
use crate::note::Note;
use crate::proof::verify_consistency;
use crate::storage::{Disk, Storage};

mod conflict;
mod request;
mod state;

pub use conflict::{Conflict, ConflictKind};
pub use request::{AddCheckpoint, Reply, SIZE_TYPE};

use conflict::Conflicts;
use state::{Origins, State, io, lost};

/// Two submissions of one log may overtake each other on their way. A smaller checkpoint is worth a note only when the
/// larger one was cosigned longer ago than this.
const OVERTAKING_SECONDS: u64 = 60;

/// A log that is watched, or why it is not.
type Watched = Mutex<Result<State>>;

/// A witness over a folder with its state. Its calls may come from any number of threads.
pub struct Witness {
    storage: Arc<dyn Storage>,
    dir: PathBuf,
    cosigner: Cosigner,
    logs: HashMap<String, (Vec<VerifierKey>, Watched)>,
    conflicts: Mutex<Conflicts>,
    /// Two processes with one state would sign two histories.
    _lock: Box<dyn Any + Send + Sync>,
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness")
            .field("dir", &self.dir)
            .field("cosigner", &self.cosigner)
            .finish_non_exhaustive()
    }
}

/// How a witness stands to one of its logs.
#[derive(Clone, Debug)]
pub struct LogStanding {
    /// The log.
    pub origin: String,
    /// Size of the last cosigned checkpoint; 0 before the first.
    pub size: u64,
    /// Time of the last cosignature in seconds since 1970; 0 before the first.
    pub time: u64,
    /// The last cosigned checkpoint, with the log's signature and the witness's own.
    pub checkpoint: Option<String>,
    /// Why nothing is signed for this log any more.
    pub lost: Option<Error>,
}

impl Witness {
    /// Makes a folder the home of a new witness. A folder that is one already is an error.
    pub fn create(dir: impl AsRef<Path>) -> Result<()> {
        Self::create_with(&Disk, dir.as_ref())
    }

    /// Like [`Witness::create`] on another storage.
    pub fn create_with(storage: &dyn Storage, dir: &Path) -> Result<()> {
        for part in ["state", "conflicts"] {
            storage.create_dir(&dir.join(part)).map_err(|e| io("create", dir, e))?;
        }
        if Origins::read(storage, dir)?.is_some() {
            let path = dir.display().to_string();
            return Err(Error::Format { path, found: "a witness is there already".to_owned() });
        }
        storage.sync_dir(dir).map_err(|e| io("sync", dir, e))?;
        Origins(Vec::new()).write(storage, dir)
    }

    /// Opens a witness that cosigns with `cosigner` what the logs with these keys sign. A log may have several keys, of
    /// which any will do; its name is the origin.
    ///
    /// A folder that was never made a witness's is refused, so that one that was lost is not taken for a new one.
    pub fn open(dir: impl AsRef<Path>, cosigner: Cosigner, keys: &[VerifierKey]) -> Result<Self> {
        Self::open_with(Arc::new(Disk), dir.as_ref(), cosigner, keys)
    }

    /// Like [`Witness::open`] on another storage.
    pub fn open_with(
        storage: Arc<dyn Storage>,
        dir: &Path,
        cosigner: Cosigner,
        keys: &[VerifierKey],
    ) -> Result<Self> {
        if keys.iter().any(|key| key.public() == cosigner.verifier().public()) {
            return Err(Error::Key("a log's key is no witness's key"));
        }
        if Origins::read(&*storage, dir)?.is_none() {
            let path = dir.display().to_string();
            return Err(Error::Format { path, found: "no witness's folder".to_owned() });
        }
        let path = dir.join("lock");
        let lock = storage.lock(&path).map_err(|e| io("lock", &path, e))?;
        let lock = lock.ok_or_else(|| Error::Locked { path: dir.display().to_string() })?;
        // Read again: only now is nobody else writing.
        let mut known = Origins::read(&*storage, dir)?.ok_or_else(|| lost(dir, "it is gone"))?;
        let mut logs: HashMap<String, (Vec<VerifierKey>, Watched)> = HashMap::new();
        for key in keys {
            if let Some((keys, _)) = logs.get_mut(key.name()) {
                keys.push(key.clone());
                continue;
            }
            let state = Self::begin(&*storage, dir, key.name(), &mut known)?;
            logs.insert(key.name().to_owned(), (vec![key.clone()], Mutex::new(state)));
        }
        let conflicts = Mutex::new(Conflicts::open(&*storage, dir)?);
        Ok(Self { storage, dir: dir.to_path_buf(), cosigner, logs, conflicts, _lock: lock })
    }

    /// The state of a log. A log seen for the first time gets one before it is called known, so that a known one without
    /// a state has lost it. A lost state stops this log only.
    fn begin(storage: &dyn Storage, dir: &Path, origin: &str, known: &mut Origins) -> Result<Result<State>> {
        if known.0.iter().any(|name| name == origin) {
            return Ok(State::read_known(storage, dir, origin));
        }
        let state = match State::read(storage, dir, origin) {
            Ok(Some(state)) => Ok(state),
            Ok(None) => State::new().write(storage, dir, origin).map(|()| Ok(State::new()))?,
            Err(error @ Error::WitnessState { .. }) => Err(error),
            Err(error) => return Err(error),
        };
        known.0.push(origin.to_owned());
        known.write(storage, dir)?;
        Ok(state)
    }

    /// The key that others verify this witness's cosignatures with.
    pub fn verifier(&self) -> &CosignerKey {
        self.cosigner.verifier()
    }

    /// Answers a request `add-checkpoint`, at `now` in seconds since 1970. When the clock went back, the cosignature
    /// carries the time of the one before.
    ///
    /// | status | when |
    /// |---|---|
    /// | 200 | the checkpoint continues the last one; the body is the cosignature |
    /// | 400 | the request is malformed |
    /// | 404, 403 | the log is not watched; no trusted key of it signed, or a line of one does not fit |
    /// | 409 | the old size is not the last one, or the same size has another root; the body is the last size |
    /// | 422 | the proof does not hold |
    /// | 503 | the state is lost, or cannot be written: an addition to the specification, for the sender to try again |
    pub fn add_checkpoint(&self, body: &[u8], now: u64) -> Reply {
        let (request, checkpoint) = match read(body) {
            Ok(read) => read,
            Err(error) => return Reply::refused(400, &error.en()),
        };
        let Some((keys, watched)) = self.logs.get(&checkpoint.origin) else {
            return Reply::refused(404, "this log is not watched here");
        };
        if let Err(error) = CheckpointBody::verify_any(&request.checkpoint, keys) {
            return Reply::refused(403, &error.en());
        }
        let request = AddCheckpoint { checkpoint: of_log(&request.checkpoint, keys), ..request };
        // From here to the durable state nobody else looks at this log.
        let mut watched = watched.lock();
        if watched.is_err() {
            // Somebody may have put the file back, or the disk reads again.
            *watched = State::read_known(&*self.storage, &self.dir, &checkpoint.origin);
        }
        let Ok(state) = &mut *watched else {
            return Reply::refused(503, "what was cosigned last of this log is lost, so nothing is signed");
        };
        if let Some(refusal) = self.judge(state, &request, &checkpoint, now) {
            return refusal;
        }
        match self.cosign(&request, &checkpoint, now.max(state.time)) {
            Ok((next, line)) => {
                *state = next;
                Reply::signed(&line)
            }
            // Whether the disk has the new state or the old one is unsure. Both are safe: no signature left.
            Err(_) => Reply::refused(503, "the checkpoint could not be written down, so it is not signed"),
        }
    }

    /// The refusal of a checkpoint that does not continue the last one; none when it does.
    fn judge(
        &self,
        state: &State,
        request: &AddCheckpoint,
        checkpoint: &CheckpointBody,
        now: u64,
    ) -> Option<Reply> {
        let stale = Reply::stale(state.size);
        if checkpoint.size == state.size && checkpoint.root != state.root {
            self.keep(ConflictKind::SplitView, state, request, now);
            return Some(stale);
        }
        if checkpoint.size < state.size && now.saturating_sub(state.time) > OVERTAKING_SECONDS {
            self.keep(ConflictKind::Rollback, state, request, now);
        }
        if request.old != state.size {
            return Some(stale);
        }
        let (new, root) = (checkpoint.size, &checkpoint.root);
        let error = verify_consistency(state.size, new, &state.root, root, &request.proof).err()?;
        // A superfluous proof from a size to itself accuses nobody.
        if new > state.size {
            self.keep(ConflictKind::Inconsistent, state, request, now);
        }
        Some(Reply::refused(422, &error.en()))
    }

    /// Signs, and makes durable that it was signed; only then is there a line to hand out.
    fn cosign(
        &self,
        request: &AddCheckpoint,
        checkpoint: &CheckpointBody,
        time: u64,
    ) -> Result<(State, String)> {
        let line = self.cosigner.cosign(note_text(&request.checkpoint), time)?.to_string();
        let note = Some(format!("{}{line}\n", request.checkpoint));
        let state = State { size: checkpoint.size, root: checkpoint.root, time, note };
        state.write(&*self.storage, &self.dir, &checkpoint.origin)?;
        Ok((state, line))
    }

    /// Keeps both checkpoints. Where the disk refuses, the request is answered all the same: the next like it is kept.
    fn keep(&self, kind: ConflictKind, state: &State, request: &AddCheckpoint, now: u64) {
        let Some(cosigned) = &state.note else { return };
        let Ok(origin) = CheckpointBody::parse(note_text(cosigned)).map(|body| body.origin) else { return };
        let conflict =
            Conflict { kind, origin, time: now, cosigned: cosigned.clone(), request: request.clone() };
        let _ = self.conflicts.lock().keep(&*self.storage, &conflict);
    }

    /// All contradictions that were kept. One that cannot be read any more hides no other.
    pub fn conflicts(&self) -> Vec<Result<Conflict>> {
        self.conflicts.lock().all(&*self.storage)
    }

    /// How the witness stands to each of its logs, by name.
    pub fn standings(&self) -> Vec<LogStanding> {
        let mut standings: Vec<LogStanding> =
            self.logs.keys().filter_map(|origin| self.standing(origin)).collect();
        standings.sort_unstable_by(|a, b| a.origin.cmp(&b.origin));
        standings
    }

    /// How the witness stands to one log; `None` when it does not watch it.
    pub fn standing(&self, origin: &str) -> Option<LogStanding> {
        let (_, watched) = self.logs.get(origin)?;
        let (state, lost) = match &*watched.lock() {
            Ok(state) => (state.clone(), None),
            Err(error) => (State::new(), Some(error.clone())),
        };
        let State { size, time, note, .. } = state;
        Some(LogStanding { origin: origin.to_owned(), size, time, checkpoint: note, lost })
    }

    /// Takes up a log again whose state was lost, from a checkpoint signed by it that an operator has made sure of, best
    /// from one that other witnesses cosigned. It must not be older than the last one that this witness cosigned; nobody
    /// can check that any more. A log with its state is left alone.
    pub fn adopt(&self, note: &str, now: u64) -> Result<()> {
        let body = CheckpointBody::parse(Note::parse(note)?.unverified_text())?;
        let Some((keys, watched)) = self.logs.get(&body.origin) else {
            return Err(Error::Adopt("this log is not watched here"));
        };
        CheckpointBody::verify_any(note, keys)?;
        let mut watched = watched.lock();
        if watched.is_ok() {
            return Err(Error::Adopt("the state of this log is not lost"));
        }
        let request = AddCheckpoint { old: 0, proof: Vec::new(), checkpoint: of_log(note, keys) };
        let (state, _) = self.cosign(&request, &body, now)?;
        *watched = Ok(state);
        Ok(())
    }
}

/// Reads a request as far as the sender alone answers for it.
fn read(body: &[u8]) -> Result<(AddCheckpoint, CheckpointBody)> {
    let request = AddCheckpoint::parse(body)?;
    let checkpoint = CheckpointBody::parse(Note::parse(&request.checkpoint)?.unverified_text())?;
    if request.old > checkpoint.size {
        return Err(Error::Request("the old size is beyond the checkpoint's"));
    }
    Ok((request, checkpoint))
}

/// The text of a note that was read before.
fn note_text(note: &str) -> &str {
    Note::parse(note).map_or("", |note| note.unverified_text())
}

/// The note with the lines of these keys alone: lines of strangers fill no disk here.
fn of_log(note: &str, keys: &[VerifierKey]) -> String {
    let Ok(mut note) = Note::parse(note) else { return String::new() };
    note.signatures.retain(|line| keys.iter().any(|key| key.name() == line.name && key.id() == line.key_id));
    note.to_string()
}
