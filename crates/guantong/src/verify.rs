//! `guantong verify`: is the evidence complete and unchanged?

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use ledger::tile::{TileKind, TilePath};
use ledger::{CheckState, Report, VerifierKey};
use tokio::runtime::Handle;

use crate::out;

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Folder of a log (`…/evidence/log`, an agent's `state/record`), a copy of it, or an exported one 存证目录.
    #[arg(required_unless_present = "url", conflicts_with = "url")]
    dir: Option<PathBuf>,
    /// A running node, for example http://127.0.0.1:8080 运行中的平台.
    #[arg(long)]
    url: Option<String>,
    /// The log's public key from another source than the log itself 公钥.
    #[arg(long)]
    key: Option<String>,
    /// A checkpoint saved earlier; may be given several times 以前保存的检查点.
    #[arg(long)]
    saved: Vec<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// Verifies and says what it found. Exit code 0: everything holds; 1: something is wrong; 2: could not verify.
pub async fn run(args: &VerifyArgs) -> ExitCode {
    match verify(args).await {
        Ok(report) => {
            show(&report, args.json);
            if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => out::exit(Err(error)),
    }
}

async fn verify(args: &VerifyArgs) -> anyhow::Result<Report> {
    let mut options = kernel::evidence::verify_options();
    if let Some(key) = &args.key {
        options.key = Some(VerifierKey::parse(key.trim()).context("--key")?);
    }
    for path in &args.saved {
        let note = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        options.saved.push(note);
    }
    if let Some(dir) = &args.dir {
        let dir = dir.clone();
        return Ok(tokio::task::spawn_blocking(move || ledger::verify_dir(dir, &options)).await??);
    }
    let Some(url) = &args.url else { bail!("--url") };
    of_url(url, options).await
}

/// Verifies a running node with the key that it tells itself.
pub async fn of_node(url: &str) -> anyhow::Result<Report> {
    of_url(url, kernel::evidence::verify_options()).await
}

/// The entries of one bundle of a node's log, which had that size.
pub async fn bundle(
    client: &reqwest::Client,
    url: &str,
    index: u64,
    size: u64,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let path = TilePath::at(TileKind::Entries, index, size).context("no such bundle")?;
    let address = format!("{}/api/v1/ledger/{path}", url.trim_end_matches('/'));
    let bytes = get(client, &address).await?.context(address)?;
    Ok(ledger::tile::decode_entries(&bytes)?.into_iter().map(<[u8]>::to_vec).collect())
}

async fn of_url(url: &str, mut options: ledger::VerifyOptions) -> anyhow::Result<Report> {
    let base = format!("{}/api/v1/ledger/", url.trim_end_matches('/'));
    let client = reqwest::Client::builder().build()?;
    if options.key.is_none() {
        let text = client.get(format!("{base}key")).send().await?.error_for_status()?.text().await?;
        options.key = Some(VerifierKey::parse(text.trim()).context("key of the node")?);
        out::complain(
            "公钥取自该平台本身；如有另行保存的公钥，请用 --key 给出。\nThe key was taken from the node itself; give one from another source with --key.",
        );
    }
    let runtime = Handle::current();
    let verified = tokio::task::spawn_blocking(move || {
        let mut fetch = |path: &str| runtime.block_on(get(&client, &format!("{base}{path}")));
        ledger::verify_tiles(&mut fetch, &options)
    });
    Ok(verified.await??)
}

async fn get(client: &reqwest::Client, url: &str) -> io::Result<Option<Vec<u8>>> {
    let answer = client.get(url).send().await.map_err(io::Error::other)?;
    if answer.status() == reqwest::StatusCode::NOT_FOUND {
        return Ok(None);
    }
    let answer = answer.error_for_status().map_err(io::Error::other)?;
    Ok(Some(answer.bytes().await.map_err(io::Error::other)?.to_vec()))
}

fn show(report: &Report, json: bool) {
    if json {
        out::line(&serde_json::to_string_pretty(report).unwrap_or_default());
        return;
    }
    out::line(&format!("存证日志 / log: {}", report.origin));
    out::line(&format!("条目 / entries: {} ({} checked)", report.size, report.entries_checked));
    out::line(&format!("根 / root: {}", report.root));
    for check in &report.checks {
        let mark = match check.state {
            CheckState::Passed => "✓",
            CheckState::Failed => "✗",
            CheckState::NotDone => "–",
        };
        out::line(&format!("{mark} {} / {}", check.zh, check.en));
    }
    for finding in &report.findings {
        out::line(&format!("! [{}] {}\n    {}", finding.code, finding.zh, finding.en));
    }
    if report.is_ok() {
        out::line("存证完整，未被改动。/ The evidence is complete and unchanged.");
    } else {
        out::line(&format!("发现 {} 处问题。/ {} finding(s).", report.findings_total, report.findings_total));
    }
}
