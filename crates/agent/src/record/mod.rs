//! The agent's own record 本地存证: what left this department, what was refused, what was agreed to. Append-only, verifiable, and
//! the department's own.
//!
//! The public part of an entry (the leaf) holds no personal data: the subject stands there as a commitment, the time is cut to
//! the minute. What is needed to open the commitment, the case number and the exact time are in the private part (the sidecar),
//! which can be erased without breaking the log.

mod flood;
pub mod leaf;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use ledger::{Appended, Entry, Log, Options, Report, Signer, VerifyOptions};
use plan::batch::BatchCall;
use plan::{Call, GrantSpec, Shape, Task};
use sha2::{Digest as _, Sha256};

use crate::clock::{Entropy, SharedClock, shanghai_day, shanghai_minute};
use crate::fault::Fault;
use crate::state::StateDir;
use flood::{Flood, Verdict};
use leaf::{Leaf, PinLeaf, Private, RefusedLeaf, RepeatedLeaf, UsedLeaf};

/// Leaves are at most this long in the log; names are cut before they come near it.
const SHOWN: usize = 64;
/// Named items in one leaf at most.
const SHOWN_ITEMS: usize = 64;

/// The agent's own log.
pub struct Recorder {
    log: Log,
    dir: PathBuf,
    verifier: ledger::VerifierKey,
    clock: SharedClock,
    entropy: Arc<Entropy>,
    flood: Flood,
}

/// A durable entry with its evidence.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The leaf as it stands in the log.
    pub leaf: Bytes,
    /// Index, proof and checkpoint.
    pub appended: Appended,
}

/// An answer that is about to leave.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// The call as the hub sent it.
    pub call: &'a Call,
    /// The grant it used.
    pub grant: &'a GrantSpec,
    /// The call as it was admitted.
    pub task: &'a Task<'a>,
    /// SHA-256 of the answer's bytes, hex.
    pub answer: &'a str,
    /// Rows that matched.
    pub rows: usize,
}

/// A chunk that was taken in, or the end of a delivery (`seq` 0).
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Run.
    pub run: &'a str,
    /// Subscription.
    pub subscription: &'a str,
    /// Number of the chunk.
    pub seq: u64,
    /// SHA-256 of the chunk as it was received, hex; empty at the end.
    pub digest: &'a str,
    /// Index of the hub's entry for it.
    pub hub_index: u64,
    /// Rows in it.
    pub rows: u64,
}

/// A list of documents that is about to leave.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// What was asked.
    pub asked: &'a plan::document::DocumentList,
    /// The grant it used.
    pub grant: &'a GrantSpec,
    /// SHA-256 of the list, hex.
    pub digest: &'a str,
    /// Documents in it.
    pub rows: u64,
}

/// An attempt that got nothing.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The call, if it could be read.
    pub call: Option<&'a Call>,
    /// Why it was refused.
    pub fault: &'a Fault,
}

impl Recorder {
    /// Opens the log of a joined agent.
    ///
    /// # Errors
    /// `ledger.*`; among them that another process has the log open.
    pub fn open(state: &StateDir, clock: SharedClock, entropy: Arc<Entropy>) -> Result<Self, Fault> {
        let signer = Signer::from_file(state.evidence_key())?;
        let verifier = signer.verifier().clone();
        let name = signer.name().to_owned();
        let dir = state.record_dir();
        let log = Log::open(&dir, &name, signer, Options::default())?;
        Ok(Self { log, dir, verifier, clock, entropy, flood: Flood::default() })
    }

    /// Records an answer; returns when the entry is durable.
    ///
    /// # Errors
    /// `ledger.*` when it could not be recorded; then the answer must not leave.
    pub async fn used(&self, used: Use<'_>) -> Result<Evidence, Fault> {
        let now = self.clock.now_ms();
        let salt: [u8; 32] = self.entropy.bytes();
        let kind = match used.call.shape {
            Shape::Query => leaf::QUERY,
            Shape::Verify => leaf::VERIFY,
            Shape::Batch | Shape::Hold => leaf::BATCH,
            Shape::File => leaf::FILE,
        };
        let leaf = UsedLeaf {
            v: 1,
            kind,
            call: cut(&used.call.call),
            grant: &used.grant.grant,
            pin: &used.call.pin_digest,
            consumer: &used.grant.consumer,
            resource: &used.grant.resource,
            items: used.task.items().take(SHOWN_ITEMS).map(cut).collect(),
            purpose: &used.call.purpose,
            subject: commitment(&salt, used.task.subject()),
            answer: used.answer,
            rows: used.rows,
            at: shanghai_minute(now),
        };
        let private = Private {
            salt: hex::encode(salt),
            key: Some(&used.call.subject.item),
            case: Some(cut(&used.call.case)),
            caller: Some(cut(&used.call.caller)),
            at_ms: now,
            ..Private::default()
        };
        self.append(&leaf, &private).await
    }

    /// Records a chunk of a table; returns when the entry is durable.
    ///
    /// # Errors
    /// `ledger.*` when it could not be recorded; then the chunk must not leave.
    pub async fn chunk(
        &self,
        call: &BatchCall,
        grant: &GrantSpec,
        seq: u64,
        digest: &str,
        rows: u64,
    ) -> Result<Evidence, Fault> {
        let now = self.clock.now_ms();
        let leaf = leaf::ChunkLeaf {
            v: 1,
            kind: leaf::BATCH,
            call: &format!("{}:{seq}", cut(&call.run)),
            subscription: cut(&call.subscription),
            grant: &grant.grant,
            pin: &call.pin_digest,
            consumer: &grant.consumer,
            resource: &grant.resource,
            items: call.items.iter().map(String::as_str).take(SHOWN_ITEMS).map(cut).collect(),
            held: call.hold,
            purpose: &call.purpose,
            answer: digest,
            rows,
            at: shanghai_minute(now),
        };
        let private = Private { caller: Some(cut(&call.caller)), at_ms: now, ..Private::default() };
        self.append(&leaf, &private).await
    }

    /// Records a list of documents; returns when the entry is durable.
    ///
    /// # Errors
    /// `ledger.*` when it could not be recorded; then the list must not leave.
    pub async fn listed(&self, listed: Listed<'_>) -> Result<Evidence, Fault> {
        let now = self.clock.now_ms();
        let Listed { asked, grant, digest, rows } = listed;
        let leaf = leaf::ChunkLeaf {
            v: 1,
            kind: leaf::LISTED,
            call: cut(&asked.call),
            subscription: "",
            grant: &grant.grant,
            pin: &asked.pin_digest,
            consumer: &grant.consumer,
            resource: &grant.resource,
            items: grant.items.iter().map(|item| item.item.as_str()).take(SHOWN_ITEMS).map(cut).collect(),
            held: false,
            purpose: &asked.purpose,
            answer: digest,
            rows,
            at: shanghai_minute(now),
        };
        let private = Private { caller: Some(cut(&asked.caller)), at_ms: now, ..Private::default() };
        self.append(&leaf, &private).await
    }

    /// Records what was taken in; returns when the entry is durable.
    ///
    /// # Errors
    /// `ledger.*` when it could not be recorded.
    pub async fn received(&self, received: Received<'_>) -> Result<Evidence, Fault> {
        let now = self.clock.now_ms();
        let leaf = leaf::ReceivedLeaf {
            v: 1,
            kind: leaf::RECEIVED,
            call: &format!("{}:{}", cut(received.run), received.seq),
            subscription: cut(received.subscription),
            chunk: received.digest,
            hub_index: received.hub_index,
            rows: received.rows,
            at: shanghai_minute(now),
        };
        self.append(&leaf, &Private { at_ms: now, ..Private::default() }).await
    }

    /// Records an attempt that got nothing. When the same refusal comes often, only the first ones of a minute get an entry of
    /// their own and the others are counted, so that a flood of attempts cannot fill the disk.
    ///
    /// # Errors
    /// `ledger.*` when it could not be recorded.
    pub async fn refused(&self, attempt: Attempt<'_>) -> Result<(), Fault> {
        let now = self.clock.now_ms();
        let verdict = self.flood.note(&attempt.fault.code, now);
        if let Some((code, count, at_ms)) = verdict.earlier() {
            self.repeated(code, count, at_ms).await?;
        }
        if verdict.is_counted_only() {
            return Ok(());
        }
        let leaf = RefusedLeaf {
            v: 1,
            kind: leaf::REFUSED,
            code: &attempt.fault.code,
            call: attempt.call.map(|call| cut(&call.call)),
            grant: attempt.call.map(|call| cut(&call.grant)),
            shape: attempt.call.map(|call| call.shape),
            at: shanghai_minute(now),
        };
        let items = attempt.call.map(|call| {
            let claims = call.claims.iter().map(|claim| claim.item.as_str());
            call.items.iter().map(String::as_str).chain(claims).take(SHOWN_ITEMS).map(cut).collect()
        });
        let private = Private {
            salt: String::new(),
            key: attempt.call.map(|call| cut(&call.subject.item)),
            case: attempt.call.map(|call| cut(&call.case)),
            caller: attempt.call.map(|call| cut(&call.caller)),
            at_ms: now,
            items: items.unwrap_or_default(),
            zh: Some(&attempt.fault.zh),
            en: Some(&attempt.fault.en),
        };
        self.append(&leaf, &private).await.map(|_| ())
    }

    /// Writes down the refusals that were only counted so far; called now and then, and at the end.
    ///
    /// # Errors
    /// `ledger.*` when they could not be recorded.
    pub async fn flush_refused(&self) -> Result<(), Fault> {
        for (code, count, at_ms) in self.flood.drain() {
            self.repeated(&code, count, at_ms).await?;
        }
        Ok(())
    }

    async fn repeated(&self, code: &str, count: u64, at_ms: i64) -> Result<(), Fault> {
        let leaf = RepeatedLeaf { v: 1, kind: leaf::REPEATED, code, count, at: shanghai_minute(at_ms) };
        self.append(&leaf, &Private { at_ms, ..Private::default() }).await.map(|_| ())
    }

    /// Records what became of a pin.
    ///
    /// # Errors
    /// `ledger.*` when it could not be recorded.
    pub async fn pin(
        &self,
        kind: &'static str,
        grant: &str,
        digest: &str,
        by: &str,
        why: &[String],
    ) -> Result<(), Fault> {
        let now = self.clock.now_ms();
        let leaf = PinLeaf {
            v: 1,
            kind,
            grant: cut(grant),
            pin: cut(digest),
            by: cut(by),
            why,
            at: shanghai_minute(now),
        };
        self.append(&leaf, &Private { at_ms: now, ..Private::default() }).await.map(|_| ())
    }

    /// Records an offered pin that was refused by rule, with the same care against floods.
    ///
    /// # Errors
    /// `ledger.*` when it could not be recorded.
    pub async fn refused_pin(
        &self,
        grant: &str,
        digest: &str,
        why: &[String],
        fault: &Fault,
    ) -> Result<(), Fault> {
        let verdict = self.flood.note(&fault.code, self.clock.now_ms());
        if let Some((code, count, at_ms)) = verdict.earlier() {
            self.repeated(code, count, at_ms).await?;
        }
        if verdict.is_counted_only() {
            return Ok(());
        }
        self.pin(leaf::PIN_REFUSED, grant, digest, "agent", why).await
    }

    async fn append<T: serde::Serialize>(&self, leaf: &T, private: &Private<'_>) -> Result<Evidence, Fault> {
        let malformed = |error: serde_json::Error| {
            Fault::new(
                "agent.record",
                format!("存证条目无法生成：{error}"),
                format!("The entry could not be written: {error}"),
            )
        };
        let leaf = serde_json::to_vec(leaf).map_err(malformed)?;
        let sidecar = serde_json::to_vec(private).map_err(malformed)?;
        let appended = self.log.append(Entry { leaf: leaf.clone(), sidecar }).await?;
        Ok(Evidence { leaf: Bytes::from(leaf), appended })
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.log.size()
    }

    /// The public key of the log.
    pub fn verifier(&self) -> &ledger::VerifierKey {
        &self.verifier
    }

    /// Entries of a range, as far as they can be read, with their index.
    pub fn entries(&self, range: Range<u64>) -> impl Iterator<Item = Result<(u64, Leaf), Fault>> + '_ {
        let indexes = range.start..;
        self.log.entries(range).zip(indexes).map(|(bytes, index)| Ok((index, Leaf::read(&bytes?))))
    }

    /// The private part of an entry; `None` when it was erased.
    ///
    /// # Errors
    /// `ledger.*` when there is no such entry.
    pub fn private(&self, index: u64) -> Result<Option<serde_json::Value>, Fault> {
        Ok(self.log.sidecar(index)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Calls answered and documents handed over today under each grant, so that a restart does not give the quota back.
    ///
    /// # Errors
    /// `ledger.*` when the log cannot be read.
    pub fn answered_today(&self, now_ms: i64) -> Result<std::collections::HashMap<String, u64>, Fault> {
        let mut counts = std::collections::HashMap::new();
        // A document that came in several attempts has an entry for each.
        let mut handovers = std::collections::HashSet::new();
        for index in (0..self.size()).rev() {
            let leaf = Leaf::read(&self.log.entry(index)?);
            if leaf.at_ms().is_some_and(|at| shanghai_day(at) < shanghai_day(now_ms)) {
                break;
            }
            let counts_once = leaf.is_call() || leaf.is_handover() && handovers.insert(leaf.call.clone());
            if let (true, Some(grant)) = (counts_once, leaf.grant) {
                *counts.entry(grant).or_default() += 1;
            }
        }
        Ok(counts)
    }

    /// Verifies the whole log on disk against its own key.
    ///
    /// # Errors
    /// `ledger.*` when the folder cannot be read at all.
    pub fn verify(&self) -> Result<Report, Fault> {
        let options = VerifyOptions { key: Some(self.verifier.clone()), ..VerifyOptions::default() };
        Ok(ledger::verify_dir(&self.dir, &options)?)
    }
}

/// Hides the subject until somebody who holds the salt opens it.
pub fn commitment(salt: &[u8; 32], subject: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"guantong/commit/v1");
    hash.update(salt);
    hash.update(subject.as_bytes());
    hex::encode(hash.finalize())
}

/// Texts of the hub are cut before they go into the record: they are not ours.
fn cut(text: &str) -> &str {
    text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

impl Verdict {
    fn earlier(&self) -> Option<(&str, u64, i64)> {
        self.earlier.as_ref().map(|(code, count, at_ms)| (code.as_str(), *count, *at_ms))
    }
}
