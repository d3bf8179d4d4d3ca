//! Proofs as files (C2SP tlog-proof): an entry's index, its inclusion proof and the cosigned checkpoint in one text,
//! which a stranger verifies offline with the entry and a policy.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::parse_size;
use crate::error::{Error, Result};
use crate::hash::{Hash, leaf_hash};
use crate::policy::{Policy, Verdict};
use crate::proof::verify_inclusion;

/// First line of such a file.
pub const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// The usual ending of such a file's name.
pub const EXTENSION: &str = "tlog-proof";
/// Files longer than this are refused before they are looked at.
const MAX_LEN: usize = 2 << 20;
/// A tree of 2^64 entries has no longer path.
const MAX_HASHES: usize = 64;

/// A proof that an entry stands in a log. The entry itself is not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Opaque further data. Nobody vouches for it: anybody may change it without harm to the proof.
    pub extra: Option<Vec<u8>>,
    /// The entry's index, from 0.
    pub index: u64,
    /// The inclusion proof, from the leaf's sibling up.
    pub hashes: Vec<Hash>,
    /// The checkpoint's note with its cosignatures, byte for byte.
    pub checkpoint: String,
}

impl TlogProof {
    /// Reads the file. Says nothing about its truth: see [`TlogProof::verify`].
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_LEN {
            return Err(Error::ProofFile("longer than two mebibytes"));
        }
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n'));
        let rest = rest.ok_or(Error::ProofFile("the first line is not c2sp.org/tlog-proof@v1"))?;
        let end = rest.find("\n\n").ok_or(Error::ProofFile("no empty line before the checkpoint"))?;
        let (head, checkpoint) = (&rest[..end], &rest[end + 2..]);
        let mut lines = head.split('\n').peekable();
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Some(data) => {
                lines.next();
                Some(STANDARD.decode(data).map_err(|_| Error::ProofFile("the extra data is not base64"))?)
            }
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(parse_size);
        let index = index.ok_or(Error::ProofFile("no line with the index"))?;
        let hashes: Option<Vec<Hash>> = lines.map(Hash::from_base64).collect();
        let hashes = hashes.ok_or(Error::ProofFile("a line of the proof is no hash"))?;
        if hashes.len() > MAX_HASHES {
            return Err(Error::ProofFile("more than 64 hashes"));
        }
        Ok(Self { extra, index, hashes, checkpoint: checkpoint.to_owned() })
    }

    /// Checks that `leaf` stands at the index in a log that the policy accepts, under a checkpoint with the policy's
    /// quorum. Nothing is asked of anybody: all evidence is in the file.
    pub fn verify(&self, policy: &Policy, leaf: &[u8]) -> Result<Verdict> {
        let verdict = policy.check(&self.checkpoint)?;
        self.holds(&verdict, leaf)?;
        verdict.require()
    }

    /// Checks the inclusion alone, under a checkpoint that was judged already; the quorum is for the caller to demand.
    pub fn holds(&self, verdict: &Verdict, leaf: &[u8]) -> Result<()> {
        let body = &verdict.body;
        verify_inclusion(self.index, body.size, &leaf_hash(leaf), &self.hashes, &body.root)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl std::str::FromStr for TlogProof {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}
