//! Joining: trades a join code for a certificate.

use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::dial::{Dial, dial};
use super::{LinkFault, trust};
use crate::join::{JoinCode, fingerprint};
use crate::proto::enrolment_client::EnrolmentClient;
use crate::proto::{EnrolReply, EnrolRequest};
use crate::{Clock, DEFAULT_KEEPALIVE};

/// What joining needs.
pub struct EnrolOptions {
    /// Host and port of the hub's link.
    pub link_address: String,
    /// Name in the hub's certificate; [`crate::HUB_NAME`] always works.
    pub server_name: String,
    /// The join code; its fingerprint is how the hub is recognised.
    pub join_code: JoinCode,
    /// Certificate request from [`super::make_csr`].
    pub csr_der: Vec<u8>,
    /// Verifier key of the agent's own evidence log (C2SP signed-note form).
    pub evidence_key: String,
    /// Version of the agent's program.
    pub agent_version: String,
    /// The time, for the check of the hub's certificate.
    pub clock: Clock,
    /// How long connecting and joining may take, each.
    pub timeout: Duration,
}

/// Joins. The hub is trusted only if it shows the root whose fingerprint is in the join code, and the
/// secret is sent only then.
///
/// # Errors
/// The hub cannot be reached, is not the right one, or refuses the code.
pub async fn enrol(options: EnrolOptions) -> Result<EnrolReply, LinkFault> {
    let dialled = dial(Dial {
        address: &options.link_address,
        server_name: &options.server_name,
        verifier: trust::pinned(options.join_code.fingerprint()),
        identity: None,
        clock: options.clock.clone(),
        within: options.timeout,
        keepalive: DEFAULT_KEEPALIVE,
    })
    .await?;
    let mut client = EnrolmentClient::new(dialled.channel.clone());
    let request = EnrolRequest {
        join_secret: options.join_code.secret().to_owned(),
        csr: options.csr_der.into(),
        evidence_key: options.evidence_key,
        agent_version: options.agent_version,
    };
    let reply = tokio::time::timeout(options.timeout, client.enrol(request))
        .await
        .map_err(|_| LinkFault::Lost { cause: "the hub did not answer the join request".to_owned() })?
        .map_err(|status| dialled.fault(&status))?
        .into_inner();
    // What the agent will trust from now on must be what the code promised.
    let root = CertificateDer::from_pem_slice(reply.hub_root.as_bytes());
    if !root.is_ok_and(|root| fingerprint(&root) == options.join_code.fingerprint()) {
        return Err(LinkFault::RootMismatch { address: options.link_address });
    }
    Ok(reply)
}
