//! The agent's certificate and key 证书. Both stand in one file, so that a crash during renewal never leaves one without the other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::agent::{ConnectOptions, certificate_not_after_ms, make_csr, renew};

use crate::clock::SharedClock;
use crate::config::AgentLimits;
use crate::fault::Fault;
use crate::state::{Identity, StateDir};

const FILE: &str = "credentials.json";
/// Entry, proof and checkpoint travel with the answer.
const EVIDENCE_BYTES: usize = 128 * 1024;

/// Certificate, key and the hub's root, PEM.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// The agent's certificate.
    pub certificate_pem: String,
    /// The agent's private key.
    pub key_pem: String,
    /// The only root the agent trusts.
    pub hub_root_pem: String,
}

// The key does not belong into logs.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Credentials {
    /// Reads the credentials.
    ///
    /// # Errors
    /// `agent.not_joined` when there are none.
    pub fn read(state: &StateDir) -> Result<Self, Fault> {
        match state.read_json(FILE)? {
            Some(credentials) => Ok(credentials),
            None => Err(state.identity().err().unwrap_or_else(|| {
                let path = state.file(FILE);
                Fault::file(&path, &std::io::Error::from(std::io::ErrorKind::NotFound))
            })),
        }
    }

    /// Writes the credentials durably, readable by the owner only.
    ///
    /// # Errors
    /// `agent.file`.
    pub fn write(&self, state: &StateDir) -> Result<(), Fault> {
        state.write_json(FILE, self)
    }

    /// What connecting needs.
    pub fn options(&self, identity: &Identity, limits: &AgentLimits, clock: &SharedClock) -> ConnectOptions {
        let clock = Arc::clone(clock);
        let options = ConnectOptions::new(
            identity.link_address.clone(),
            self.hub_root_pem.clone(),
            self.certificate_pem.clone(),
            self.key_pem.clone(),
            Arc::new(move || clock.now_ms()),
        );
        ConnectOptions {
            server_name: identity.link_server_name.clone(),
            max_answer_bytes: limits.answer_bytes.saturating_add(EVIDENCE_BYTES),
            ..options
        }
    }

    /// Whether the certificate is in the last third of its life.
    ///
    /// # Errors
    /// The certificate cannot be read.
    pub fn is_due(&self, identity: &Identity, now_ms: i64) -> Result<bool, Fault> {
        let end = certificate_not_after_ms(&self.certificate_pem)?;
        let life = end.saturating_sub(identity.certificate_since_ms);
        Ok(now_ms >= end.saturating_sub(life / 3))
    }
}

/// Gets a new certificate with a new key when the present one is in the last third of its life. True when it did.
///
/// # Errors
/// The hub cannot be reached or refuses, or the files cannot be written; the present certificate stays.
pub async fn renew_when_due(
    state: &StateDir,
    limits: &AgentLimits,
    clock: &SharedClock,
) -> Result<bool, Fault> {
    let mut identity = state.identity()?;
    let credentials = Credentials::read(state)?;
    if !credentials.is_due(&identity, clock.now_ms())? {
        return Ok(false);
    }
    let request = make_csr()?;
    let reply = renew(&credentials.options(&identity, limits, clock), request.csr_der).await?;
    let renewed = Credentials {
        certificate_pem: reply.certificate,
        key_pem: request.key_pem,
        // The root that was pinned at joining stays: a renewal is no way to slip in another one.
        hub_root_pem: credentials.hub_root_pem,
    };
    renewed.write(state)?;
    identity.certificate_since_ms = clock.now_ms();
    state.write_json("identity.json", &identity)?;
    Ok(true)
}
