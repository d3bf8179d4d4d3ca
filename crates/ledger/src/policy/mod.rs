//! Policies (C2SP tlog-policy): whose signatures make a checkpoint acceptable to a verifier.
//!
//! A policy names logs and witnesses, joins witnesses into groups and groups into larger ones, and demands a quorum. A
//! checkpoint is acceptable when a listed log signed it and the quorum cosigned it. With a quorum of k of n, two views
//! that differ need 2k - n witnesses who lie.

use std::collections::HashSet;

use crate::checkpoint::{CheckpointBody, signer_of};
use crate::cosign::CosignerKey;
use crate::error::{Error, Result};
use crate::key::VerifierKey;
use crate::note::Note;

mod fault;
mod parse;

pub use fault::PolicyFault;

/// A log that a policy accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the key's name is the origin.
    pub key: VerifierKey,
    /// Where it is reached, when the policy says so.
    pub url: Option<String>,
}

/// A witness that a policy knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name in the policy, which need not be that of its key. Bytes that are no UTF-8 are replaced for display.
    pub name: String,
    /// Its key; `None` when it is of a kind that this version cannot verify (ML-DSA-44), so that it never counts.
    pub key: Option<CosignerKey>,
    /// The key as the policy writes it.
    pub key_text: String,
    /// Its submission prefix, when the policy says so.
    pub url: Option<String>,
}

/// A witness or a group; groups point to members that stand before them, so there are no circles.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Witness(Box<PolicyWitness>),
    Group { need: usize, of: Vec<usize> },
}

/// A policy that was read without fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    rules: Vec<Rule>,
    /// The rule that must hold; `None` for `quorum none`.
    quorum: Option<usize>,
}

/// What one witness of the policy has to do with a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The witness's name in the policy.
    pub name: String,
    /// Its key as the policy writes it.
    pub key_text: String,
    /// When it cosigned, in seconds since 1970; `None` when it did not.
    pub time: Option<u64>,
    /// Whether the quorum asks for it, alone or in a group.
    pub in_quorum: bool,
}

/// What a policy says of a checkpoint that a listed log signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The checkpoint.
    pub body: CheckpointBody,
    /// The log whose signature was accepted.
    pub log: VerifierKey,
    /// Whether the quorum cosigned.
    pub met: bool,
    /// The latest time as of which the whole quorum speaks: enough witnesses cosigned then or later. `None` when the
    /// quorum is not met, or when the policy demands none.
    pub as_of: Option<u64>,
    /// Every witness of the policy, in its order.
    pub witnesses: Vec<Standing>,
}

impl Verdict {
    /// The witnesses who cosigned.
    pub fn cosigners(&self) -> impl Iterator<Item = &Standing> {
        self.witnesses.iter().filter(|witness| witness.time.is_some())
    }

    /// The witnesses whom the quorum asks for and who did not cosign. Some may be missing from a quorum that is met.
    pub fn missing(&self) -> impl Iterator<Item = &Standing> {
        self.witnesses.iter().filter(|witness| witness.in_quorum && witness.time.is_none())
    }

    /// How many seconds before `now` the quorum last spoke for the checkpoint; `None` when there is none.
    pub fn age(&self, now: u64) -> Option<u64> {
        self.as_of.map(|time| now.saturating_sub(time))
    }

    /// The verdict itself when the quorum is met, else an error that names who is missing.
    pub fn require(self) -> Result<Self> {
        if self.met {
            return Ok(self);
        }
        let missing = self.missing().map(|witness| witness.name.clone()).collect();
        Err(Error::Quorum { origin: self.body.origin, size: self.body.size, missing })
    }
}

impl Policy {
    /// Reads a policy file. The first fault is reported with its line.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        parse::parse(bytes).map_err(|(line, fault)| Error::Policy { line, fault })
    }

    /// The accepted logs; empty where the log is known by other means.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> impl Iterator<Item = &PolicyWitness> {
        self.rules.iter().filter_map(|rule| match rule {
            Rule::Witness(witness) => Some(&**witness),
            Rule::Group { .. } => None,
        })
    }

    /// Judges a checkpoint's note by the logs of the policy.
    ///
    /// It is an error when no log of the policy signed the note, or when a line of a known key does not fit: then
    /// somebody tampered, and nothing in the note is worth a verdict. A quorum that is not met is no error here: see
    /// [`Verdict::met`] and [`Verdict::require`].
    pub fn check(&self, note_text: &str) -> Result<Verdict> {
        self.check_from(note_text, &[])
    }

    /// Like [`Policy::check`], for logs that are known by other means besides those of the policy.
    pub fn check_from(&self, note_text: &str, logs: &[&VerifierKey]) -> Result<Verdict> {
        let note = Note::parse(note_text)?;
        let body = CheckpointBody::parse(note.unverified_text())?;
        let logs = self.logs.iter().map(|log| &log.key).chain(logs.iter().copied());
        let log = signer_of(&note, &body, logs)?.clone();
        let times = self.times(&note)?;
        let values = self.values(&times);
        let quorum = self.quorum.map(|quorum| values[quorum]);
        Ok(Verdict {
            body,
            log,
            met: quorum.is_none_or(|value| value.is_some()),
            as_of: quorum.flatten(),
            witnesses: self.standings(&times),
        })
    }

    /// When each rule that is a witness cosigned.
    fn times(&self, note: &Note<'_>) -> Result<Vec<Option<u64>>> {
        let time = |rule: &Rule| match rule {
            Rule::Witness(witness) => witness.key.as_ref().map_or(Ok(None), |key| key.cosigned(note)),
            Rule::Group { .. } => Ok(None),
        };
        self.rules.iter().map(time).collect()
    }

    /// As of when each rule holds. A group of k holds as of the k-th newest time of its members.
    fn values(&self, times: &[Option<u64>]) -> Vec<Option<u64>> {
        let mut values: Vec<Option<u64>> = Vec::with_capacity(times.len());
        for (rule, time) in self.rules.iter().zip(times) {
            let value = match rule {
                Rule::Witness(_) => *time,
                Rule::Group { need, of } => {
                    let mut held: Vec<u64> = of.iter().filter_map(|member| values[*member]).collect();
                    held.sort_unstable_by(|a, b| b.cmp(a));
                    held.get(need - 1).copied()
                }
            };
            values.push(value);
        }
        values
    }

    fn standings(&self, times: &[Option<u64>]) -> Vec<Standing> {
        let mut asked: HashSet<usize> = self.quorum.into_iter().collect();
        // Members stand before their groups, so one pass from the end reaches all.
        for (at, rule) in self.rules.iter().enumerate().rev() {
            if let Rule::Group { of, .. } = rule
                && asked.contains(&at)
            {
                asked.extend(of);
            }
        }
        let standing = |(at, (rule, time)): (usize, (&Rule, &Option<u64>))| match rule {
            Rule::Witness(witness) => Some(Standing {
                name: witness.name.clone(),
                key_text: witness.key_text.clone(),
                time: *time,
                in_quorum: asked.contains(&at),
            }),
            Rule::Group { .. } => None,
        };
        self.rules.iter().zip(times).enumerate().filter_map(standing).collect()
    }
}

impl std::str::FromStr for Policy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text.as_bytes())
    }
}
