//! The program. `guantong serve` is a hub, `guantong agent` stands at a department, `guantong demo` raises a
//! fictional county on one machine, `guantong verify` checks an evidence log offline or over HTTP.

mod backup;
mod config;
mod demo;
mod doctor;
mod exchange;
mod init;
mod lang;
mod node;
mod out;
mod serve;
mod user;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio_util::sync::CancellationToken;

/// The system's allocator keeps what password hashing once took and costs a tenth of a call; see `docs/performance.md`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 贯通：一个部门的数据，依授权、留痕迹，直接答复另一个部门。
/// Guantong: one office's own database answers another office's question, with proof.
#[derive(Debug, Parser)]
#[command(name = "guantong", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where a hub's configuration comes from.
#[derive(Debug, Clone, clap::Args)]
struct ConfigArgs {
    /// Configuration file, TOML 配置文件.
    #[arg(long, short, env = "GUANTONG_CONFIG")]
    config: Option<PathBuf>,
    /// Data folder; overrides the configuration 数据目录.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Address of console and interface; overrides the configuration 监听地址.
    #[arg(long)]
    listen: Option<std::net::SocketAddr>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set up an empty node 新建节点.
    Init(Box<init::InitArgs>),
    /// Say what is wrong with a node and how to mend it 体检.
    Doctor(doctor::DoctorArgs),
    /// Copy the whole node into one file, also while it runs 备份.
    Backup(backup::BackupArgs),
    /// Make a node of a backup, in an empty place 恢复.
    Restore(backup::RestoreArgs),
    /// Run a hub 运行平台.
    Serve(ConfigArgs),
    /// Work at a department 前置机.
    Agent(agent::cli::AgentArgs),
    /// Raise a fictional county on this machine 示范县.
    Demo(demo::DemoArgs),
    /// Run, watch and check subscriptions 库表交换.
    Exchange(Box<exchange::ExchangeArgs>),
    /// Verify an evidence log: a folder, a copy of it, or a running node 核验存证.
    Verify(verify::VerifyArgs),
    /// About the hub's configuration 配置.
    Config {
        #[command(subcommand)]
        command: config::ConfigCommand,
    },
    /// Bring the hub's database up to date and end 升级数据库.
    Migrate(ConfigArgs),
    /// Add a console user, for example the first one 新增用户.
    User(user::UserArgs),
    /// Print the interface description (OpenAPI 3.1) 接口描述.
    Openapi,
}

fn main() -> ExitCode {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    // Half the cores run requests; the others are left to the writer of the evidence, to database threads, and on a small
    // machine to the neighbours. A call crosses several tasks, and with fewer workers it changes threads less often:
    // measured on two cores, one worker serves a quarter more calls than two. The variable overrides it.
    if std::env::var_os("TOKIO_WORKER_THREADS").is_none() {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        runtime.worker_threads((cores / 2).max(1));
    }
    match runtime.enable_all().build() {
        Ok(runtime) => runtime.block_on(command()),
        Err(error) => out::exit(Err(error.into())),
    }
}

async fn command() -> ExitCode {
    // Every TLS connection of the program uses the same provider; a second installation changes nothing.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let cli = Cli::parse();
    let stop = CancellationToken::new();
    tokio::spawn(serve::cancel_on_signal(stop.clone()));
    match cli.command {
        Command::Agent(args) => {
            let _logs = kernel::telemetry::start_logs(&config::log_from_environment());
            agent::cli::run(args, stop).await
        }
        Command::Exchange(args) => exchange::run(&args).await,
        Command::Init(args) => out::exit(init::run(&args).await),
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Backup(args) => out::exit(backup::run(&args).await),
        Command::Restore(args) => out::exit(backup::restore(&args).await),
        Command::Serve(args) => out::exit(serve::run(&args, stop).await),
        Command::Demo(args) => out::exit(demo::run(&args, stop).await),
        Command::Verify(args) => verify::run(&args).await,
        Command::Config { command } => out::exit(config::run(&command)),
        Command::Migrate(args) => out::exit(serve::migrate(&args).await),
        Command::User(args) => out::exit(user::run(&args).await),
        Command::Openapi => out::exit(serve::openapi().await),
    }
}
