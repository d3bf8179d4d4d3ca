//! Who is at the other end, by its certificate.

use tonic::{Code, Request, Status};

use crate::Refusal;
use crate::tls::Facts;

/// An agent as its certificate says. The certificate was checked in the handshake: our root, in time, for clients.
pub(super) struct Identity {
    pub(super) agent_id: String,
    /// Serial number, lower-case hex.
    pub(super) serial: String,
}

/// Reads the identity of the connection a request came through.
pub(super) fn of<T>(request: &Request<T>) -> Result<Identity, Status> {
    let certificates = request.peer_certs();
    let certificate = certificates.as_deref().and_then(|chain| chain.first()).ok_or_else(|| {
        refused(
            "link.certificate_required",
            "连接平台需要前置机证书，请先用接入码完成接入。",
            "The link needs an agent certificate; join with a join code first.",
        )
    })?;
    let unreadable = || {
        refused(
            "link.certificate_unreadable",
            "前置机证书中没有前置机编号，请重新接入。",
            "The agent certificate names no agent; join again.",
        )
    };
    let facts = Facts::read(certificate).map_err(|why| {
        tracing::warn!(why, "link.certificate_unreadable");
        unreadable()
    })?;
    let agent_id = facts.common_name.filter(|name| !name.is_empty()).ok_or_else(unreadable)?;
    Ok(Identity { agent_id, serial: facts.serial })
}

fn refused(code: &'static str, zh: &'static str, en: &'static str) -> Status {
    Refusal::new(code, zh, en).into_status(Code::Unauthenticated)
}
