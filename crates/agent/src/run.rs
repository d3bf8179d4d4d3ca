//! Keeps the link open: dials out, serves, and dials again by itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wire::agent::{LinkFault, connect};

use crate::agent::Agent;
use crate::credentials::{Credentials, renew_when_due};
use crate::fault::Fault;
use crate::session::serve;

const FIRST_DELAY: Duration = Duration::from_millis(100);
const MOST_TRANSIENT: Duration = Duration::from_secs(10);
/// When a person has to do something first, knocking often helps nobody.
const MOST_REFUSED: Duration = Duration::from_secs(60);
/// A link that lasted this long was a good one; the next attempt comes soon.
const GOOD_LINK: Duration = Duration::from_secs(1);
const RENEW_EVERY: Duration = Duration::from_secs(3_600);
const FLUSH_EVERY: Duration = Duration::from_secs(60);

/// Runs the agent until `stop`.
///
/// # Errors
/// Only what no waiting can heal: the identity or the credentials cannot be read.
pub async fn run(agent: Arc<Agent>, stop: CancellationToken) -> Result<(), Fault> {
    let identity = agent.state.identity()?;
    Credentials::read(&agent.state)?;
    tracing::info!(agent = %identity.agent_name, hub = %identity.link_address, "agent runs");
    let background = async {
        tokio::join!(agent.sources.watch(), renew_now_and_then(&agent), flush_now_and_then(&agent));
    };
    tokio::select! {
        result = keep_link(&agent, &stop) => result?,
        () = background => {}
    }
    if let Err(fault) = agent.recorder.flush_refused().await {
        tracing::error!(code = %fault.code, "counted refusals could not be recorded: {}", fault.en);
    }
    tracing::info!("agent stopped");
    Ok(())
}

async fn keep_link(agent: &Arc<Agent>, stop: &CancellationToken) -> Result<(), Fault> {
    let mut delay = FIRST_DELAY;
    let mut last_code = String::new();
    while !stop.is_cancelled() {
        let identity = agent.state.identity()?;
        let credentials = Credentials::read(&agent.state)?;
        let options = credentials.options(&identity, &agent.limits, &agent.clock);
        let began = Instant::now();
        let hello = agent.hello().await;
        let opened = tokio::select! {
            opened = connect(&options, hello) => opened,
            () = stop.cancelled() => return Ok(()),
        };
        let ended = match opened {
            Ok(link) => {
                tracing::info!(hub = %identity.link_address, hub_version = %link.welcome.hub_version, "link open");
                last_code.clear();
                let ended = serve(Arc::clone(agent), link, stop).await;
                if began.elapsed() >= GOOD_LINK {
                    delay = FIRST_DELAY;
                }
                ended
            }
            Err(fault) => Err(fault),
        };
        let Err(fault) = ended else { return Ok(()) };
        // The same trouble again and again is told once; a new one is news.
        if last_code != fault.code() {
            fault.code().clone_into(&mut last_code);
            tracing::warn!(code = fault.code(), "{} / {}", fault.zh(), fault.en());
        }
        delay = pause(agent, &fault, delay, stop).await;
    }
    Ok(())
}

/// Waits with jitter, so that many agents do not come back at once; answers the next delay.
async fn pause(agent: &Agent, fault: &LinkFault, delay: Duration, stop: &CancellationToken) -> Duration {
    let most = if fault.is_transient() { MOST_TRANSIENT } else { MOST_REFUSED };
    let delay = delay.min(most);
    let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    let jittered = Duration::from_millis(millis / 2 + agent.entropy.below(millis / 2 + 1));
    tokio::select! {
        () = tokio::time::sleep(jittered) => {}
        () = stop.cancelled() => {}
    }
    (delay * 2).min(most)
}

async fn renew_now_and_then(agent: &Agent) {
    loop {
        match renew_when_due(&agent.state, &agent.limits, &agent.clock).await {
            Ok(true) => tracing::info!("certificate renewed; the next link uses it"),
            Ok(false) => {}
            Err(fault) => {
                tracing::warn!(code = %fault.code, "the certificate could not be renewed: {}", fault.en)
            }
        }
        tokio::time::sleep(RENEW_EVERY).await;
    }
}

async fn flush_now_and_then(agent: &Agent) {
    loop {
        tokio::time::sleep(FLUSH_EVERY).await;
        if let Err(fault) = agent.recorder.flush_refused().await {
            tracing::error!(code = %fault.code, "counted refusals could not be recorded: {}", fault.en);
        }
    }
}
