//! `compare`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::out::Out;
use super::{clock, entropy};
use crate::agent::Agent;
use crate::ask::{Ask, Told};
use crate::compare::{Comparison, What, compare as compare_records};
use crate::config::Config;
use crate::fault::Fault;
use crate::state::StateDir;
use crate::{control, run};

/// How long a command that finds no running agent waits for a link of its own.
const LINK_WITHIN: Duration = Duration::from_secs(15);

pub(super) async fn compare(config: &Config, json: bool, out: &Out) -> Result<ExitCode, Fault> {
    let state = StateDir::open(&config.state_dir)?;
    state.identity()?;
    let comparison = match control::ask(&state, Ask::Compare).await? {
        Some(Told::Compared(comparison)) => comparison,
        _ => alone(config).await?,
    };
    if json {
        out.json(&comparison);
    } else {
        show(&comparison, out);
    }
    Ok(if comparison.differences == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// No agent runs: this command is one for a moment.
async fn alone(config: &Config) -> Result<Comparison, Fault> {
    let agent = Arc::new(Agent::open(config, clock(), entropy()?)?);
    let stop = CancellationToken::new();
    let running = tokio::spawn(run::run(Arc::clone(&agent), stop.clone()));
    let linked = tokio::time::timeout(LINK_WITHIN, async {
        while !agent.hub_evidence.is_attached() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    // Without a link the comparison itself says so.
    let _ = linked.await;
    let comparison = compare_records(&agent).await;
    stop.cancel();
    let _ = running.await;
    comparison
}

fn show(comparison: &Comparison, out: &Out) {
    for line in &comparison.lines {
        let what = match line.what {
            What::OnlyHub => "仅枢纽有 only at the hub",
            What::OnlyHere => "仅本机有 only here",
            What::Digest => "摘要不同 digest differs",
            What::Index => "序号不同 index differs",
        };
        let number = |index: Option<u64>| index.map_or_else(|| "-".to_owned(), |index| index.to_string());
        let (hub, own) = (number(line.hub_index), number(line.own_index));
        out.line(&format!("{what}  call {}  hub #{hub}  own #{own}", line.call));
    }
    let (same, differences) = (comparison.same, comparison.differences);
    out.line(&format!("一致 {same} 条，不一致 {differences} 条 / {same} agree, {differences} differ"));
}
