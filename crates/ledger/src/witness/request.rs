//! What is sent to a witness, and what it answers.

use std::fmt;

use crate::checkpoint::parse_size;
use crate::error::{Error, Result};
use crate::hash::Hash;

/// A request longer than this is refused before it is looked at: it has room for a hundred signatures.
const MAX_LEN: usize = 256 * 1024;
/// No proof between two sizes is longer.
const MAX_HASHES: usize = 63;
/// Media type of the answer 409, whose body is the size that the witness cosigned last.
pub const SIZE_TYPE: &str = "text/x.tlog.size";
const TEXT_TYPE: &str = "text/plain; charset=utf-8";

/// The body of `add-checkpoint` (C2SP tlog-witness).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the sender believes the witness cosigned last; 0 for none.
    pub old: u64,
    /// Proof that the tree of the old size is a beginning of the checkpoint's; empty when `old` is 0.
    pub proof: Vec<Hash>,
    /// The checkpoint's note, byte for byte.
    pub checkpoint: String,
}

impl AddCheckpoint {
    /// Reads the body of a request.
    pub fn parse(body: &[u8]) -> Result<Self> {
        if body.len() > MAX_LEN {
            return Err(Error::Request("longer than 256 KiB"));
        }
        let text = std::str::from_utf8(body).map_err(|_| Error::Request("not UTF-8"))?;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(Error::Request("no empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(parse_size);
        let old = old.ok_or(Error::Request("the first line is not `old` with a size"))?;
        let proof: Option<Vec<Hash>> = lines.map(Hash::from_base64).collect();
        let proof = proof.ok_or(Error::Request("a line of the proof is no hash"))?;
        if proof.len() > MAX_HASHES {
            return Err(Error::Request("more than 63 hashes"));
        }
        if old == 0 && !proof.is_empty() {
            return Err(Error::Request("a proof from size 0 is empty"));
        }
        Ok(Self { old, proof, checkpoint: checkpoint.to_owned() })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// A witness's answer, ready to be sent by whatever carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status as in HTTP.
    pub status: u16,
    /// The media type of the body.
    pub content_type: String,
    /// The body: signature lines, the size, or a sentence.
    pub body: String,
}

impl Reply {
    pub(super) fn signed(line: &str) -> Self {
        Self::text(200, &format!("{line}\n"))
    }

    pub(super) fn stale(size: u64) -> Self {
        Self { status: 409, content_type: SIZE_TYPE.to_owned(), body: format!("{size}\n") }
    }

    pub(super) fn refused(status: u16, why: &str) -> Self {
        Self::text(status, &format!("{why}\n"))
    }

    fn text(status: u16, body: &str) -> Self {
        Self { status, content_type: TEXT_TYPE.to_owned(), body: body.to_owned() }
    }

    /// The size that the witness cosigned last, when that is the answer. The sender then makes its proof from there; a
    /// size beyond its own means that its log was rolled back.
    pub fn last_size(&self) -> Option<u64> {
        let essence = self.content_type.split(';').next().unwrap_or_default().trim();
        let answers = self.status == 409 && essence == SIZE_TYPE;
        answers.then(|| self.body.strip_suffix('\n').and_then(parse_size)).flatten()
    }
}
