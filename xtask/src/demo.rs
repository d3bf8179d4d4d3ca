//! `cargo xtask demo`: from a clean clone to a county in the browser.

use std::path::PathBuf;
use std::process::ExitStatus;

use anyhow::{Context, bail};
use testbed::{Mariadb, MariadbOptions, Postgres, PostgresOptions};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::shell::{cargo, say};

/// What `demo` may be told.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Directory of hub and agents / 数据目录.
    #[arg(long, default_value = "demo-data")]
    data_dir: PathBuf,
    /// End after the sample calls succeeded, instead of serving on / 示例调用成功后退出.
    #[arg(long)]
    once: bool,
    /// Take SQLite and files only, even where PostgreSQL and MariaDB are at hand / 不启动数据库服务.
    #[arg(long)]
    no_servers: bool,
    /// Whatever else `guantong demo` understands, for example --residents 120000 --port 8080 --lang en.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// The database servers of the departments. They end with this value, or with this process.
#[derive(Debug, Default)]
pub struct Servers {
    postgres: Option<Postgres>,
    mariadb: Option<Mariadb>,
}

impl Servers {
    /// Starts what can be started, and says what cannot.
    pub async fn start() -> Self {
        let (postgres, mariadb) = tokio::join!(
            testbed::postgres(PostgresOptions::default()),
            testbed::mariadb(MariadbOptions::default())
        );
        Self { postgres: started("PostgreSQL", postgres), mariadb: started("MariaDB", mariadb) }
    }

    /// Makes a database on each server and gives the addresses: PostgreSQL, MariaDB.
    ///
    /// # Errors
    /// When a server that was started does not answer.
    pub async fn databases(&self) -> anyhow::Result<(Option<String>, Option<String>)> {
        let postgres = match &self.postgres {
            Some(server) => Some(server.create_database().await?.url().to_owned()),
            None => None,
        };
        let mariadb = match &self.mariadb {
            Some(server) => Some(server.create_database().await?.url().to_owned()),
            None => None,
        };
        Ok((postgres, mariadb))
    }
}

fn started<T>(name: &str, server: anyhow::Result<T>) -> Option<T> {
    match server {
        Ok(server) => Some(server),
        Err(error) => {
            say(&format!("{name} 不可用，改用 SQLite / not available, SQLite takes its place: {error:#}"));
            None
        }
    }
}

/// Builds, starts the departments' servers, and runs `guantong demo` until it ends or is interrupted.
///
/// # Errors
/// When a build fails or the demo ends with an error.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    // Both before the long build, so that what must be installed by hand is said early.
    let servers = if args.no_servers { Servers::default() } else { Servers::start().await };
    crate::web::ensure_built()?;
    cargo(&["build", "--profile", "demo", "-p", "guantong"]).run()?;
    let (postgres, mariadb) = servers.databases().await?;

    let mut command = Command::new(crate::repo::target().join("demo").join("guantong"));
    command.arg("demo").arg("--data-dir").arg(&args.data_dir).kill_on_drop(true);
    if let Some(url) = postgres {
        command.arg("--postgres-url").arg(url);
    }
    if let Some(url) = mariadb {
        command.arg("--mariadb-url").arg(url);
    }
    if args.once {
        command.arg("--once");
    }
    command.args(&args.rest);
    let status = until_done(command.spawn().context("cannot start guantong")?).await?;
    drop(servers);
    if !status.success() {
        bail!("guantong demo: {status}");
    }
    Ok(())
}

/// Waits for the demo. An interrupt from the terminal reaches it by itself, as it is in our process group; a
/// request to end that reaches us alone is passed on.
async fn until_done(mut demo: Child) -> anyhow::Result<ExitStatus> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            status = demo.wait() => return Ok(status?),
            _ = interrupt.recv() => {}
            _ = terminate.recv() => pass_on(&demo).await?,
            _ = hangup.recv() => pass_on(&demo).await?,
        }
    }
}

async fn pass_on(demo: &Child) -> anyhow::Result<()> {
    if let Some(pid) = demo.id() {
        Command::new("kill").arg("-TERM").arg(pid.to_string()).status().await?;
    }
    Ok(())
}
