//! Verification of a whole log: a data folder, an exported folder or a remote node.

use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::key::VerifierKey;
use crate::log::Folder;
use crate::storage::{Disk, read_small};

mod compare;
mod dir;
mod engine;
mod report;
mod tiles;

pub use report::{Check, CheckState, Finding, FindingKind, Report};

/// Tells whether a private part (second) belongs to its entry (first).
pub type Opens = fn(&[u8], &[u8]) -> bool;

/// What to verify against.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// The log's public key, from a source other than the log itself. Without it the key that lies beside the log
    /// is used, and the report says so.
    pub key: Option<VerifierKey>,
    /// Checkpoints saved earlier (signed notes): the log must still contain what they describe. This finds a log
    /// that was rewritten or cut by somebody who holds its key.
    pub saved: Vec<String>,
    /// Whether a private part (second) belongs to its entry (first), when the entry commits to it. What it means is the
    /// owner's business; a checksum alone shows accidents, not a forger. Only a log's own folder has private parts.
    pub opens: Option<Opens>,
}

/// Verifies a folder: a log's own folder, in use or copied, or a folder written by `export_tiles`.
///
/// What is wrong with the log stands in the report; an error means that the verification itself could not be done.
pub fn verify_dir(path: impl AsRef<Path>, options: &VerifyOptions) -> Result<Report> {
    let path = path.as_ref();
    let folder = Folder(path.to_path_buf());
    if folder.origin(&Disk)?.is_some() {
        return dir::verify(&folder, options);
    }
    if !path.join("checkpoint").is_file() {
        let found = "neither the file FORMAT nor the file checkpoint".to_owned();
        return Err(Error::Format { path: path.display().to_string(), found });
    }
    verify_tiles(&mut |name| read_small(&Disk, &path.join(name)), options)
}

/// Verifies a log over its public layout. `fetch` gets paths such as `checkpoint` and `tile/0/000` and answers
/// `None` for what is not there, so that the transport (files, HTTP) stays with the caller.
pub fn verify_tiles(
    fetch: &mut dyn FnMut(&str) -> io::Result<Option<Vec<u8>>>,
    options: &VerifyOptions,
) -> Result<Report> {
    tiles::verify(fetch, options)
}
