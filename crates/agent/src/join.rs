//! Joining 接入: trades a one-time code of the hub for an identity.

use std::sync::Arc;
use std::time::Duration;

use ledger::Signer;
use serde::Deserialize;
use wire::agent::{EnrolOptions, enrol, make_csr};
use wire::join::JoinCode;

use crate::agent::VERSION;
use crate::clock::{Entropy, SharedClock};
use crate::credentials::Credentials;
use crate::fault::Fault;
use crate::state::{Identity, StateDir};

const WITHIN: Duration = Duration::from_secs(15);

/// What the hub tells anybody about its link. Nothing of it is trusted but through the fingerprint in the code.
#[derive(Debug, Deserialize)]
struct Trust {
    link_address: String,
    #[serde(default)]
    link_server_name: String,
}

/// Joins the hub at a web address and writes the identity into the state folder.
///
/// # Errors
/// The code is mistyped, used or expired; the hub cannot be reached or is not the one the code is for; or the agent has joined
/// already.
pub async fn join(
    hub: &str,
    code: &str,
    state: &StateDir,
    clock: &SharedClock,
    entropy: &Entropy,
) -> Result<Identity, Fault> {
    if let Some(identity) = state.read_json::<Identity>("identity.json")? {
        let (name, path) = (identity.agent_name, state.path().display());
        return Err(Fault::new(
            "join.already",
            format!("该前置机已接入（{name}）；如需重新接入，请先备份并移走 {path}"),
            format!(
                "This agent has already joined ({name}); to join again, back up and move away {path} first"
            ),
        ));
    }
    let code: JoinCode = code
        .parse()
        .map_err(|error: wire::join::JoinCodeError| Fault::new(error.code(), error.zh(), error.en()))?;
    let trust = trust(hub).await?;
    let signer = evidence_signer(state, entropy)?;
    let request = make_csr()?;
    let server_name =
        if trust.link_server_name.is_empty() { wire::HUB_NAME.to_owned() } else { trust.link_server_name };
    let told = Arc::clone(clock);
    let reply = enrol(EnrolOptions {
        link_address: trust.link_address.clone(),
        server_name: server_name.clone(),
        join_code: code,
        csr_der: request.csr_der,
        evidence_key: signer.verifier().to_string(),
        agent_version: VERSION.to_owned(),
        clock: Arc::new(move || told.now_ms()),
        timeout: WITHIN,
    })
    .await?;
    let credentials = Credentials {
        certificate_pem: reply.certificate,
        key_pem: request.key_pem,
        hub_root_pem: reply.hub_root,
    };
    credentials.write(state)?;
    let identity = Identity {
        agent_id: reply.agent_id,
        agent_name: reply.agent_name,
        organisation: reply.organisation,
        organisation_name: reply.organisation_name,
        link_address: trust.link_address,
        link_server_name: server_name,
        certificate_since_ms: clock.now_ms(),
    };
    // Last, because its presence means that joining is complete.
    state.write_json("identity.json", &identity)?;
    Ok(identity)
}

async fn trust(hub: &str) -> Result<Trust, Fault> {
    let hub = hub.trim_end_matches('/');
    let url = format!("{hub}/api/v1/trust");
    let unreachable = |why: String| {
        Fault::new(
            "join.hub_unreachable",
            format!("无法从 {url} 取得枢纽信息（{why}）；请检查 --hub 地址、网络以及枢纽是否运行"),
            format!(
                "Cannot learn about the hub from {url} ({why}); check the --hub address, the network and whether the hub runs"
            ),
        )
    };
    // The TLS library wants one provider for the process; whoever was first decides, and all are alike.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .timeout(WITHIN)
        .no_proxy()
        .build()
        .map_err(|e| unreachable(e.to_string()))?;
    let response =
        client.get(&url).send().await.map_err(|error| unreachable(error.without_url().to_string()))?;
    let status = response.status();
    if !status.is_success() {
        return Err(unreachable(format!("HTTP {}", status.as_u16())));
    }
    let trust: Trust = response.json().await.map_err(|error| unreachable(error.without_url().to_string()))?;
    if trust.link_address.is_empty() {
        return Err(unreachable("link_address".to_owned()));
    }
    Ok(trust)
}

/// The key of the agent's own log. One that is there from an attempt to join that failed is used again.
fn evidence_signer(state: &StateDir, entropy: &Entropy) -> Result<Signer, Fault> {
    let path = state.evidence_key();
    if path.exists() {
        return Ok(Signer::from_file(&path)?);
    }
    let name = format!("guantong-agent/{}", hex::encode(entropy.bytes::<8>()));
    let signer = Signer::generate(&name, entropy.bytes())?;
    signer.to_file(&path)?;
    Ok(signer)
}
