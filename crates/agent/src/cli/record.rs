//! `record`.

use std::process::ExitCode;

use ledger::{Signer, VerifyOptions, verify_dir};

use super::asked;
use super::out::Out;
use crate::ask::{Ask, Entry, Told};
use crate::config::Config;
use crate::fault::Fault;
use crate::state::StateDir;

pub(super) async fn list(
    config: &Config,
    from: Option<u64>,
    limit: u64,
    json: bool,
    out: &Out,
) -> Result<ExitCode, Fault> {
    let from = match from {
        Some(from) => from,
        None => page(config, 0, 0).await?.0.saturating_sub(limit),
    };
    let (size, entries) = page(config, from, limit).await?;
    for entry in &entries {
        if json { out.json(entry) } else { out.line(&line(entry)) }
    }
    if !json {
        out.line(&format!("共 {size} 条 / {size} entries in all"));
    }
    Ok(ExitCode::SUCCESS)
}

async fn page(config: &Config, from: u64, limit: u64) -> Result<(u64, Vec<Entry>), Fault> {
    match asked(config, Ask::Record { from, limit }).await? {
        Told::Record { size, entries } => Ok((size, entries)),
        _ => Ok((0, Vec::new())),
    }
}

fn line(entry: &Entry) -> String {
    let leaf = &entry.leaf;
    let private = |name: &str| {
        entry.private.as_ref().and_then(|private| private.get(name)?.as_str()).map(str::to_owned)
    };
    let mut parts = vec![format!("#{}", entry.index), leaf.at.clone(), leaf.kind.clone()];
    let named = [
        ("code", leaf.code.clone()),
        ("count", leaf.count.map(|count| count.to_string())),
        ("grant", leaf.grant.clone()),
        ("consumer", leaf.consumer.clone()),
        ("call", leaf.call.clone()),
        ("case", private("case")),
        ("caller", private("caller")),
        ("by", leaf.by.clone()),
    ];
    parts.extend(named.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))));
    if !leaf.items.is_empty() {
        parts.push(format!("items={}", leaf.items.join(",")));
    }
    if !leaf.why.is_empty() {
        parts.push(format!("why={}", leaf.why.join(",")));
    }
    parts.extend(private("zh"));
    parts.join("  ")
}

/// Works on the files, so it also works while the agent runs.
pub(super) fn verify(config: &Config, out: &Out) -> Result<ExitCode, Fault> {
    let state = StateDir::open(&config.state_dir)?;
    let key = Signer::from_file(state.evidence_key())?.verifier().clone();
    let report =
        verify_dir(state.record_dir(), &VerifyOptions { key: Some(key), ..VerifyOptions::default() })?;
    for finding in &report.findings {
        let index = finding.index.map_or_else(String::new, |index| format!("#{index} "));
        out.line(&format!("{index}{}  {} / {}", finding.code, finding.zh, finding.en));
    }
    let (checked, wrong) = (report.entries_checked, report.findings.len());
    out.line(&format!("已核验 {checked} 条，问题 {wrong} 处 / {checked} entries verified, {wrong} findings"));
    Ok(if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
