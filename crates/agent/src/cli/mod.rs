//! `guantong agent ...`: the commands of a department 前置机命令.

mod check;
mod compare;
mod out;
mod pins;
mod record;
mod start;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::agent::Agent;
use crate::ask::{Ask, Told, answer};
use crate::clock::{Entropy, SharedClock, SystemClock};
use crate::config::{Config, EXAMPLE};
use crate::control;
use crate::fault::Fault;
use crate::state::StateDir;
use out::Out;

/// The agent at a department 前置机.
#[derive(Debug, Args)]
pub struct AgentArgs {
    /// Configuration file 配置文件.
    #[arg(long, short, default_value = "agent.toml", env = "GUANTONG_AGENT_CONFIG", global = true)]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Join a hub with a one-time code 接入枢纽.
    Join {
        /// The hub's web address; otherwise that of the configuration 枢纽网址.
        #[arg(long)]
        hub: Option<String>,
        /// The join code, as the hub shows it 接入码.
        #[arg(long)]
        code: String,
    },
    /// Run: keep the link open and answer calls 运行.
    Run,
    /// Show the grants and how they stand 查看授权.
    Pins {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Accept (or refuse) a grant that waits 确认授权.
    Approve {
        /// Id of the grant 授权编号.
        grant: String,
        /// The beginning of the digest that was shown, to be sure nothing changed since 摘要开头.
        #[arg(long)]
        digest: Option<String>,
        /// Refuse it instead 拒绝.
        #[arg(long)]
        refuse: bool,
    },
    /// Compare the record with the hub's evidence; exit code 1 when they differ 存证比对.
    Compare {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the agent's own record 查看本地存证.
    #[command(alias = "log")]
    Record {
        /// First index; without it the last entries are shown.
        #[arg(long)]
        from: Option<u64>,
        /// Number of entries.
        #[arg(long, default_value_t = 50)]
        limit: u64,
        /// As JSON, one entry a line.
        #[arg(long)]
        json: bool,
        /// Verify the whole record on disk; exit code 1 when something is wrong 核验.
        #[arg(long)]
        verify: bool,
    },
    /// Test every source of the configuration 测试数据源.
    Check,
    /// About the configuration file 配置.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print an annotated example 打印示例.
    Example,
    /// Check the configuration file 检查配置.
    Check,
}

/// Carries out a command until it is done, or until `stop`. Messages for people go to standard output and error.
pub async fn run(args: AgentArgs, stop: CancellationToken) -> ExitCode {
    let out = Out;
    match carry_out(args, stop, &out).await {
        Ok(code) => code,
        Err(fault) => {
            out.fault(&fault);
            ExitCode::from(2)
        }
    }
}

async fn carry_out(args: AgentArgs, stop: CancellationToken, out: &Out) -> Result<ExitCode, Fault> {
    if let Command::Config { command: ConfigCommand::Example } = &args.command {
        out.line(EXAMPLE);
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(&args.config)?;
    match args.command {
        Command::Config { .. } => {
            config_is_fine(&config, &args.config, out);
            Ok(ExitCode::SUCCESS)
        }
        Command::Join { hub, code } => start::join(&config, hub.as_deref(), &code, out).await,
        Command::Run => start::run(&config, stop).await,
        Command::Pins { json } => pins::list(&config, json, out).await,
        Command::Approve { grant, digest, refuse } => {
            pins::approve(&config, &grant, digest.as_deref(), !refuse, out).await
        }
        Command::Compare { json } => compare::compare(&config, json, out).await,
        Command::Record { verify: true, .. } => record::verify(&config, out),
        Command::Record { from, limit, json, verify: false } => {
            record::list(&config, from, limit, json, out).await
        }
        Command::Check => check::check(&config, out).await,
    }
}

fn config_is_fine(config: &Config, path: &Path, out: &Out) {
    let (path, sources) = (path.display(), config.sources.len());
    out.line(&format!(
        "{path}：配置有效，{sources} 个数据源 / the configuration is valid, {sources} sources"
    ));
}

fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

fn entropy() -> Result<Entropy, Fault> {
    Entropy::from_system().map_err(|error| {
        Fault::new(
            "agent.entropy",
            format!("系统无法提供随机数（{error}）"),
            format!("The system gives no randomness ({error})"),
        )
    })
}

/// Asks the running agent, or, when none runs, opens its state for a moment.
async fn asked(config: &Config, ask: Ask) -> Result<Told, Fault> {
    let state = StateDir::open(&config.state_dir)?;
    state.identity()?;
    if let Some(told) = control::ask(&state, ask.clone()).await? {
        return Ok(told);
    }
    let agent = Agent::open(config, clock(), entropy()?)?;
    answer(&agent, ask).await
}
