//! What a witness keeps of a log that contradicts itself: both signed checkpoints, so that others can judge.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::note_text;
use super::request::AddCheckpoint;
use super::state::{file_name, io, lost, seal, unseal};
use crate::checkpoint::{CheckpointBody, parse_size};
use crate::error::{Error, Result};
use crate::key::VerifierKey;
use crate::proof::verify_consistency;
use crate::storage::{Storage, read_small, replace_small};

const FORMAT: &str = "tlog-witness-conflict 1";
/// Anybody can send an old checkpoint or a wrong proof, so only the newest of these are kept. A split view only the log
/// can make.
const MAX_SUSPICIONS: usize = 64;
const MAX_PROOFS: usize = 1024;

/// How two checkpoints of a log contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConflictKind {
    /// The same size with two roots. The two signatures prove by themselves that the log shows two histories.
    SplitView,
    /// A larger checkpoint whose proof from the cosigned one fails. The log may have rewritten its past, or somebody
    /// sent a wrong proof: the log can clear itself by a right one.
    Inconsistent,
    /// A smaller checkpoint, signed by the log, arrived well after a larger one. The log may have been rolled back, or
    /// somebody sent an old one again: the log can clear itself by a proof from the smaller to the larger.
    Rollback,
}

impl ConflictKind {
    const ALL: [Self; 3] = [Self::SplitView, Self::Inconsistent, Self::Rollback];

    /// Stable name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SplitView => "split-view",
            Self::Inconsistent => "inconsistent",
            Self::Rollback => "rollback",
        }
    }

    /// Whether the two notes alone prove that the log lied.
    pub fn is_proof(self) -> bool {
        self == Self::SplitView
    }

    fn limit(self) -> usize {
        if self.is_proof() { MAX_PROOFS } else { MAX_SUSPICIONS }
    }
}

impl fmt::Display for ConflictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Two signed checkpoints of one log that contradict each other, or may do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// In what way.
    pub kind: ConflictKind,
    /// The log.
    pub origin: String,
    /// When the witness noticed, in seconds since 1970.
    pub time: u64,
    /// The checkpoint that the witness had cosigned, with the log's signature and the witness's own.
    pub cosigned: String,
    /// The request that contradicts it. Its checkpoint holds the log's signature and no others.
    pub request: AddCheckpoint,
}

impl Conflict {
    /// The checkpoint that contradicts the cosigned one.
    pub fn presented(&self) -> &str {
        &self.request.checkpoint
    }

    /// Checks, with nothing but keys of the log, that both checkpoints are signed by it and contradict each other in
    /// the way that [`Conflict::kind`] names.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<()> {
        let (cosigned, _) = CheckpointBody::verify_any(&self.cosigned, keys)?;
        let (presented, _) = CheckpointBody::verify_any(self.presented(), keys)?;
        let (old, new) = ((cosigned.size, cosigned.root), (presented.size, presented.root));
        let holds = match self.kind {
            ConflictKind::SplitView => old.0 == new.0 && old.1 != new.1,
            ConflictKind::Rollback => new.0 < old.0,
            ConflictKind::Inconsistent => {
                let proof = &self.request.proof;
                old.0 <= new.0 && verify_consistency(old.0, new.0, &old.1, &new.1, proof).is_err()
            }
        };
        let same_log = cosigned.origin == presented.origin && cosigned.origin == self.origin;
        if holds && same_log {
            Ok(())
        } else {
            Err(Error::Checkpoint("the two do not contradict each other"))
        }
    }

    fn to_text(&self) -> String {
        let (kind, origin, time, len) = (self.kind, &self.origin, self.time, self.cosigned.len());
        let head = format!("kind {kind}\norigin {origin}\ntime {time}\ncosigned {len}\n\n");
        seal(FORMAT, &format!("{head}{}{}", self.cosigned, self.request))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, notes) = unseal(FORMAT, bytes)?.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let kind = field("kind")?;
        let kind = ConflictKind::ALL.into_iter().find(|known| known.as_str() == kind)?;
        let origin = field("origin")?.to_owned();
        let time = parse_size(field("time")?)?;
        let len = usize::try_from(parse_size(field("cosigned")?)?).ok()?;
        let (cosigned, request) = notes.split_at_checked(len)?;
        let request = AddCheckpoint::parse(request.as_bytes()).ok()?;
        Some(Self { kind, origin, time, cosigned: cosigned.to_owned(), request })
    }

    /// What makes a conflict another one, so that a log that repeats itself fills no disk: the two texts, and of a
    /// rollback the smaller one, because the larger may go on growing.
    fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        if self.kind != ConflictKind::Rollback {
            hasher.update(note_text(&self.cosigned));
        }
        hasher.update(note_text(self.presented()));
        hex::encode(hasher.finalize())
    }

    /// The beginning that the names of all conflicts of this log and kind share.
    fn prefix(&self) -> String {
        format!("{}-{}-", file_name(&self.origin), self.kind)
    }
}

/// The folder with all conflicts of a witness.
#[derive(Debug)]
pub(super) struct Conflicts {
    dir: PathBuf,
    /// In order of log, kind and time.
    names: BTreeSet<String>,
}

impl Conflicts {
    pub fn open(storage: &dyn Storage, dir: &Path) -> Result<Self> {
        let dir = dir.join("conflicts");
        storage.create_dir(&dir).map_err(|e| io("create", &dir, e))?;
        let names = storage.list(&dir).map_err(|e| io("list", &dir, e))?;
        let names = names.into_iter().filter(|name| !name.ends_with(".new")).collect();
        Ok(Self { dir, names })
    }

    /// Keeps a conflict unless it is known. When there are very many, new suspicions replace the oldest, and no further
    /// proof is needed.
    pub fn keep(&mut self, storage: &dyn Storage, conflict: &Conflict) -> Result<()> {
        let (prefix, digest) = (conflict.prefix(), conflict.digest());
        let alike: Vec<&String> = self.names.iter().filter(|name| name.starts_with(&prefix)).collect();
        if alike.iter().any(|name| name.ends_with(&digest)) {
            return Ok(());
        }
        if alike.len() >= conflict.kind.limit() {
            if conflict.kind.is_proof() {
                return Ok(());
            }
            let oldest = alike[0].clone();
            let path = self.dir.join(&oldest);
            storage.remove(&path).map_err(|e| io("remove", &path, e))?;
            self.names.remove(&oldest);
        }
        let name = format!("{prefix}{:020}-{digest}", conflict.time);
        let path = self.dir.join(&name);
        let text = conflict.to_text();
        replace_small(storage, &path, text.as_bytes()).map_err(|e| io("write", &path, e))?;
        self.names.insert(name);
        Ok(())
    }

    /// All that were kept. One that cannot be read hides no other.
    pub fn all(&self, storage: &dyn Storage) -> Vec<Result<Conflict>> {
        let read = |name: &String| {
            let path = self.dir.join(name);
            let bytes = read_small(storage, &path).map_err(|e| io("read", &path, e))?;
            bytes.and_then(|bytes| Conflict::parse(&bytes)).ok_or_else(|| lost(&path, "it is damaged"))
        };
        self.names.iter().map(read).collect()
    }
}
