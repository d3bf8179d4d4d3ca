//! `join` and `run`.

use std::process::ExitCode;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::out::Out;
use super::{clock, entropy};
use crate::agent::Agent;
use crate::config::Config;
use crate::fault::Fault;
use crate::join::join as join_hub;
use crate::state::StateDir;
use crate::{control, run as run_agent};

pub(super) async fn join(
    config: &Config,
    hub: Option<&str>,
    code: &str,
    out: &Out,
) -> Result<ExitCode, Fault> {
    let state = StateDir::open(&config.state_dir)?;
    let identity = join_hub(hub.unwrap_or(&config.hub), code, &state, &clock(), &entropy()?).await?;
    let (name, organisation) = (&identity.agent_name, &identity.organisation_name);
    out.line(&format!("已接入：{name}（{organisation}）。请执行 guantong agent run 启动。"));
    out.line(&format!("Joined as {name} ({organisation}). Start it with `guantong agent run`."));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn run(config: &Config, stop: CancellationToken) -> Result<ExitCode, Fault> {
    let agent = Arc::new(Agent::open(config, clock(), entropy()?)?);
    let door = tokio::spawn(control::serve(Arc::clone(&agent), stop.clone()));
    let result = run_agent::run(agent, stop.clone()).await;
    stop.cancel();
    match door.await {
        Ok(door) => result.and(door)?,
        Err(error) => tracing::error!(%error, "the control door failed"),
    }
    Ok(ExitCode::SUCCESS)
}
