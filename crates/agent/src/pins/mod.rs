//! The grants this department agreed to 授权固定: what was accepted, what waits for a person, what was taken back.
//!
//! Calls read an immutable snapshot; changes go through one door ([`Book`]) that writes the record first, the file second, and
//! the snapshot last. A revocation is the other way round: it acts before anything else.

pub mod decide;
mod stored;

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use plan::{Pin, Pinned};
use tokio::sync::{Mutex, broadcast};
use wire::proto::{PinOffer, PinRevoke, PinState};

use crate::clock::SharedClock;
use crate::config::Accept;
use crate::deny::DenyList;
use crate::fault::Fault;
use crate::quota::Quota;
use crate::record::{Recorder, leaf};
use crate::state::StateDir;
use decide::{Decision, Policy, decide};
use stored::Stored;
pub use stored::{Kept, Pending, Revoked, StoredGrant};

const FILE: &str = "pins.json";
/// A pin is a few kilobytes; a megabyte is no pin.
const MAX_PIN_BYTES: usize = 1 << 20;
/// Grants remembered at most.
const MAX_GRANTS: usize = 10_000;

/// An accepted pin, ready for calls.
pub struct Active {
    /// The pin.
    pub pinned: Pinned,
    /// Counts its calls.
    pub quota: Quota,
    /// The deny list forbids the whole table.
    pub denied_table: bool,
    /// Mounted columns that the deny list forbids.
    pub denied_columns: Vec<String>,
}

/// What a person decided about a waiting pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// Accept it.
    Accept,
    /// Refuse it; the pin before it, if any, stays.
    Refuse,
}

/// The pins of this agent.
pub struct Book {
    active: ArcSwap<HashMap<String, Arc<Active>>>,
    stored: Mutex<Stored>,
    state: StateDir,
    accept: Accept,
    deny: DenyList,
    sources: Vec<String>,
    recorder: Arc<Recorder>,
    clock: SharedClock,
    changes: broadcast::Sender<PinState>,
}

impl Book {
    /// Reads the pins of the state folder.
    ///
    /// # Errors
    /// `agent.file`, `agent.state` or `ledger.*` when state or record cannot be read.
    pub fn open(
        state: StateDir,
        accept: Accept,
        deny: DenyList,
        sources: Vec<String>,
        recorder: Arc<Recorder>,
        clock: SharedClock,
    ) -> Result<Self, Fault> {
        let stored: Stored = state.read_json(FILE)?.unwrap_or_default();
        let now = clock.now_ms();
        let counts = recorder.answered_today(now)?;
        let mut active = HashMap::new();
        for (grant, kept) in stored.grants.iter().filter_map(|(grant, g)| Some((grant, g.accepted.as_ref()?)))
        {
            let quota = Quota::resumed(now, counts.get(grant).copied().unwrap_or(0));
            match make_active(&deny, kept.pin.clone(), quota) {
                Ok(entry) => drop(active.insert(grant.clone(), Arc::new(entry))),
                Err(fault) => {
                    tracing::error!(grant, code = %fault.code, "a stored pin is not valid any more: {}", fault.en)
                }
            }
        }
        Ok(Self {
            active: ArcSwap::from_pointee(active),
            stored: Mutex::new(stored),
            state,
            accept,
            deny,
            sources,
            recorder,
            clock,
            changes: broadcast::channel(256).0,
        })
    }

    /// The accepted pin of a grant.
    pub fn get(&self, grant: &str) -> Option<Arc<Active>> {
        self.active.load().get(grant).cloned()
    }

    /// Changes of pins that were not asked for through the link, for example approvals.
    pub fn changes(&self) -> broadcast::Receiver<PinState> {
        self.changes.subscribe()
    }

    /// How every pin stands, as the hub is told when the link opens.
    pub async fn states(&self) -> Vec<PinState> {
        let stored = self.stored.lock().await;
        stored.grants.iter().flat_map(|(grant, entry)| entry.states(grant)).collect()
    }

    /// Everything that is stored, for people.
    pub async fn list(&self) -> Vec<(String, StoredGrant)> {
        self.stored.lock().await.grants.iter().map(|(grant, entry)| (grant.clone(), entry.clone())).collect()
    }

    /// Takes or refuses an offer, or keeps it for a person.
    pub async fn offer(&self, offer: &PinOffer) -> PinState {
        let state = match self.offered(offer).await {
            Ok(state) => state,
            Err(fault) => {
                let why = [fault.code.clone().into_owned()];
                let noted = self.recorder.refused_pin(&offer.grant, &offer.digest, &why, &fault).await;
                if let Err(error) = noted {
                    tracing::error!(code = %error.code, "a refused pin could not be recorded: {}", error.en);
                }
                state(&offer.grant, &offer.digest, "refused", format!("{} / {}", fault.zh, fault.en))
            }
        };
        // `?` keeps line breaks of a hostile hub out of the log.
        tracing::info!(grant = ?state.grant, state = %state.state, "pin offer");
        state
    }

    async fn offered(&self, offer: &PinOffer) -> Result<PinState, Fault> {
        let pin = parse(offer)?;
        let mut stored = self.stored.lock().await;
        if stored.grants.len() >= MAX_GRANTS && !stored.grants.contains_key(&offer.grant) {
            return Err(Fault::new(
                "pin.too_many",
                format!("前置机最多保存 {MAX_GRANTS} 项授权；请先撤销不用的授权"),
                format!("The agent keeps {MAX_GRANTS} grants at most; revoke unused ones first"),
            ));
        }
        let others = stored.grants.iter().filter(|(grant, _)| **grant != offer.grant);
        let mounts = others.filter_map(|(_, entry)| Some(&entry.accepted.as_ref()?.pin.mount));
        let peers: Vec<_> = mounts.filter(|mount| mount.resource == pin.mount.resource).cloned().collect();
        let policy = Policy { accept: self.accept, deny: &self.deny, sources: &self.sources, peers: &peers };
        let known = stored.grants.get(&offer.grant);
        match decide(&policy, known, &pin, &offer.digest)? {
            Decision::Known(what) => Ok(state(&offer.grant, &offer.digest, what, String::new())),
            Decision::Accept { kind, why } => {
                self.accept(&mut stored, &offer.grant, pin, &offer.digest, "auto", kind, &why).await?;
                Ok(state(&offer.grant, &offer.digest, "accepted", String::new()))
            }
            Decision::Pending { reasons } => {
                let codes: Vec<String> = reasons.iter().map(|reason| reason.code.to_owned()).collect();
                self.recorder.pin(leaf::PIN_PENDING, &offer.grant, &offer.digest, "hub", &codes).await?;
                let pending = Pending::new(pin, &offer.digest, self.clock.now_ms(), &reasons);
                let reason = pending.sentence();
                stored.grants.entry(offer.grant.clone()).or_default().pending = Some(pending);
                self.state.write_json(FILE, &*stored)?;
                Ok(state(&offer.grant, &offer.digest, "pending", reason))
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one private step of two callers; a struct would only repeat the names"
    )]
    async fn accept(
        &self,
        stored: &mut Stored,
        grant: &str,
        pin: Pin,
        digest: &str,
        by: &str,
        kind: &'static str,
        why: &[String],
    ) -> Result<(), Fault> {
        let now = self.clock.now_ms();
        // A new version of a grant does not give its quota back.
        let taken = self.get(grant).map_or(0, |active| active.quota.taken(now));
        let entry = Arc::new(make_active(&self.deny, pin.clone(), Quota::resumed(now, taken))?);
        self.recorder.pin(kind, grant, digest, by, why).await?;
        let kept = Kept { pin, digest: digest.to_owned(), at_ms: now, by: by.to_owned() };
        let line = stored.grants.entry(grant.to_owned()).or_default();
        *line = StoredGrant { accepted: Some(kept), ..StoredGrant::default() };
        self.state.write_json(FILE, stored)?;
        self.change_active(|active| drop(active.insert(grant.to_owned(), Arc::clone(&entry))));
        Ok(())
    }

    /// Stops calls under a grant at once, before anything is written.
    pub fn silence(&self, grant: &str) {
        self.change_active(|active| drop(active.remove(grant)));
    }

    /// Takes a pin back. From here on no call gets anything, whether or not the record and the file can be written.
    pub async fn revoke(&self, revoke: &PinRevoke) -> PinState {
        self.silence(&revoke.grant);
        let mut stored = self.stored.lock().await;
        // An offer that was being accepted just now may have come in between.
        self.silence(&revoke.grant);
        let now = self.clock.now_ms();
        let digest = match stored.grants.get_mut(&revoke.grant) {
            Some(entry) => entry.revoke(now, &revoke.reason),
            None => return state(&revoke.grant, "", "revoked", String::new()),
        };
        if let Some(digest) = &digest {
            let saved = self.state.write_json(FILE, &*stored);
            let why = [revoke.reason.chars().take(200).collect()];
            let noted = self.recorder.pin(leaf::PIN_REVOKED, &revoke.grant, digest, "hub", &why).await;
            for fault in [saved, noted].into_iter().filter_map(Result::err) {
                tracing::error!(grant = ?revoke.grant, code = %fault.code, "a revocation acts but was not saved: {}", fault.en);
            }
        }
        tracing::info!(grant = ?revoke.grant, "pin revoked");
        state(&revoke.grant, digest.as_deref().unwrap_or_default(), "revoked", revoke.reason.clone())
    }

    /// Carries out what a person decided about a waiting pin. The digest is the one the person saw, so that nobody approves a pin
    /// that was changed under their eyes.
    ///
    /// # Errors
    /// `pin.not_pending` when no such pin waits; otherwise why it cannot be accepted or saved.
    pub async fn approve(
        &self,
        grant: &str,
        digest: &str,
        what: Approval,
        by: &str,
    ) -> Result<PinState, Fault> {
        let mut stored = self.stored.lock().await;
        let waiting = stored.grants.get(grant).and_then(|entry| entry.pending.clone());
        let Some(pending) = waiting.filter(|pending| pending.digest == digest) else {
            return Err(Fault::new(
                "pin.not_pending",
                format!("授权 {grant} 没有等待确认的该版本；请用 guantong agent pins 查看现状"),
                format!("No such version of grant {grant} waits for approval; see `guantong agent pins`"),
            ));
        };
        let told = match what {
            Approval::Accept => {
                let codes: Vec<String> = pending.reasons.iter().map(|reason| reason.code.clone()).collect();
                self.accept(&mut stored, grant, pending.pin, digest, by, leaf::PIN_ACCEPTED, &codes).await?;
                state(grant, digest, "accepted", String::new())
            }
            Approval::Refuse => {
                self.recorder.pin(leaf::PIN_REFUSED, grant, digest, by, &[]).await?;
                if let Some(entry) = stored.grants.get_mut(grant) {
                    entry.pending = None;
                    entry.refused = Some(digest.to_owned());
                }
                self.state.write_json(FILE, &*stored)?;
                let reason = "提供方未同意 / the provider did not agree";
                state(grant, digest, "refused", reason.to_owned())
            }
        };
        // Nobody listens while the link is down; the next hello tells everything.
        let _ = self.changes.send(told.clone());
        Ok(told)
    }

    /// Only called under the lock of `stored`, or by a revocation, which removes only.
    fn change_active(&self, change: impl Fn(&mut HashMap<String, Arc<Active>>)) {
        self.active.rcu(|active| {
            let mut next = HashMap::clone(active);
            change(&mut next);
            next
        });
    }
}

fn parse(offer: &PinOffer) -> Result<Pin, Fault> {
    if offer.pin_json.len() > MAX_PIN_BYTES {
        return Err(Fault::new(
            "pin.too_large",
            "授权内容超过 1 MiB，已拒绝",
            "The pin is larger than 1 MiB and was refused",
        ));
    }
    let pin: Pin = serde_json::from_slice(&offer.pin_json).map_err(|error| {
        Fault::new(
            "pin.malformed",
            format!("授权内容无法解析：{error}"),
            format!("The pin cannot be read: {error}"),
        )
    })?;
    // The digest that is accepted must be the digest of what is kept, not of bytes that only parse to it.
    if pin.grant.grant != offer.grant || plan::digest(&pin) != offer.digest {
        return Err(Fault::new(
            "pin.digest",
            "授权内容与其编号或摘要不符，已拒绝",
            "The pin does not fit its grant id or digest and was refused",
        ));
    }
    Ok(pin)
}

fn make_active(deny: &DenyList, pin: Pin, quota: Quota) -> Result<Active, Fault> {
    let pinned = Pinned::new(pin)?;
    let mount = &pinned.pin().mount;
    let columns = mount.items.iter().map(|item| &item.column).chain(mount.as_of_column.as_ref());
    let denied =
        columns.filter(|column| deny.denies_column(&mount.source, &mount.table, column)).cloned().collect();
    let denied_table = deny.denies_table(&mount.source, &mount.table);
    Ok(Active { quota, denied_table, denied_columns: denied, pinned })
}

fn state(grant: &str, digest: &str, state: &str, reason: String) -> PinState {
    PinState { grant: grant.to_owned(), digest: digest.to_owned(), state: state.to_owned(), reason }
}
