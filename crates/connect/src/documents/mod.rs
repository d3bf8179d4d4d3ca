//! Folders of documents 文件: scanned deeds, archives, pictures, handed over as they are.
//!
//! A folder is both a [`Source`](crate::Source), whose tables list the documents with name, size and time, so that it is
//! mounted and granted like any other, and the place that the bytes of a document come out of ([`DocumentFolder`]). Where
//! documents of other departments are taken in is an [`Inbox`].

mod folder;
mod inbox;
mod name;
mod scan;
mod source;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use folder::{DocumentFolder, OpenDocument};
pub use inbox::{Inbox, Incoming, Kept, Removed};
pub(crate) use source::DocumentSource;

/// Column of a folder's table that holds the name of a document, with its sub-folders: `2026/0001.pdf`.
pub const NAME_COLUMN: &str = "name";
/// Column that holds its size in bytes.
pub const BYTES_COLUMN: &str = "bytes";
/// Column that holds when it was last changed, local time of China.
pub const MODIFIED_COLUMN: &str = "modified";

/// A folder of documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentsConfig {
    /// The folder. Each of its sub-folders is a table of documents; those that lie in the folder itself are the table `.`.
    /// Names that begin with a dot, and links, are not offered.
    pub dir: PathBuf,
    /// Command that looks for viruses in a document before it leaves or is taken in; the file's path is put behind its
    /// arguments. Exit code 0 means clean, 1 infected (as `clamdscan` and `clamscan` say it), anything else a failure.
    /// Without it documents go unscanned, and this is told to the other side.
    #[serde(default)]
    pub scan: Vec<String>,
    /// Longest time that a scan may take, milliseconds.
    #[serde(default = "scan_ms")]
    pub scan_timeout_ms: u64,
}

fn scan_ms() -> u64 {
    600_000
}

/// What a scan for viruses said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scanned {
    /// Nothing was found.
    Clean,
    /// There is no scanner here.
    Unscanned,
}
