//! An append-only log that cannot be changed quietly (存证日志).
//!
//! Entries are leaves of a Merkle tree (RFC 6962, SHA-256). Appends are grouped: one write, one disk sync and one
//! signed checkpoint serve all entries that arrived meanwhile, and nothing is acknowledged before the sync. Whoever
//! holds a checkpoint can prove any later change, removal or reordering. All formats are public: signed-note,
//! tlog-checkpoint and tlog-tiles, so that tools written elsewhere verify this log too.
//!
//! The crate knows nothing of any product: an entry is bytes, beside it an optional private part (the sidecar) that
//! is neither hashed nor exported and can be erased later.
//!
//! | to do | use |
//! |---|---|
//! | keep a log | [`Log::open`], [`Log::append`] |
//! | check an answer with its evidence | [`verify_inclusion_note`], [`NoteCache`] |
//! | check a checkpoint against a policy of witnesses | [`Policy::check`] |
//! | write and check a proof that stands for itself | [`TlogProof`] |
//! | check a folder, an export or a running node | [`verify_dir`], [`verify_tiles`] |
//! | publish | [`Log::resource`], [`Log::export_tiles`] |
//! | witness other logs | [`Witness::add_checkpoint`] |
//! | collect what witnesses answer | [`AddCheckpoint`], [`Reply`], [`cosign::attach`] |

pub mod checkpoint;
pub mod compact;
pub mod cosign;
pub mod error;
pub mod hash;
pub mod key;
pub mod note;
pub mod policy;
pub mod proof;
pub mod storage;
pub mod text_proof;
pub mod tile;

mod answer;
mod log;
mod segment;
mod verify;
mod witness;

pub use answer::{NoteCache, verify_inclusion_note};
pub use checkpoint::{Checkpoint, CheckpointBody};
pub use cosign::{Cosigner, CosignerKey};
pub use error::{Error, Result};
pub use hash::{Hash, leaf_hash};
pub use key::{Signer, VerifierKey};
pub use log::{Append, Appended, Entries, Entry, Log, Options};
pub use policy::{Policy, Verdict};
pub use text_proof::TlogProof;
pub use verify::{
    Check, CheckState, Finding, FindingKind, Opens, Report, VerifyOptions, verify_dir, verify_tiles,
};
pub use witness::{AddCheckpoint, Conflict, ConflictKind, LogStanding, Reply, SIZE_TYPE, Witness};
