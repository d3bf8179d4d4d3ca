//! `cargo xtask demo`: from a clean clone to a county in the browser.

use std::process::ExitStatus;

use anyhow::{Context, bail};
use testbed::{Mariadb, MariadbOptions, Postgres, PostgresOptions};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::shell::{cargo, say};

/// What `demo` may be told. All but `--no-servers` goes on to `guantong demo`, in any order.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// --no-servers: take SQLite and files only, even where PostgreSQL and MariaDB are at hand / 不启动数据库服务.
    /// --once: end after the sample calls succeeded / 示例调用成功后退出.
    /// --data-dir DIR: where hub and agents keep their data, `demo-data` when not given / 数据目录.
    /// And whatever else `guantong demo` understands, for example --residents 120000 --port 8080 --lang en.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    options: Vec<String>,
}

impl Args {
    fn wants_servers(&self) -> bool {
        !self.options.iter().any(|option| option == "--no-servers")
    }

    /// What `guantong demo` is told.
    fn passed_on(&self) -> Vec<String> {
        let given =
            |name: &str| self.options.iter().any(|one| one == name || one.starts_with(&format!("{name}=")));
        let mut passed: Vec<String> = Vec::new();
        if !given("--data-dir") {
            passed.extend(["--data-dir".to_owned(), "demo-data".to_owned()]);
        }
        passed.extend(self.options.iter().filter(|option| *option != "--no-servers").cloned());
        passed
    }
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
        // The log in the form from which changes can be captured, as one department grants it.
        let settings = [("wal_level", "logical"), ("max_wal_senders", "4"), ("max_replication_slots", "4")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let (postgres, mariadb) = tokio::join!(
            testbed::postgres(PostgresOptions { settings, ..PostgresOptions::default() }),
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
    let servers = if args.wants_servers() { Servers::start().await } else { Servers::default() };
    crate::web::ensure_built()?;
    cargo(&["build", "-p", "guantong"]).run()?;
    let (postgres, mariadb) = servers.databases().await?;

    let mut command = Command::new(crate::repo::target().join("debug").join("guantong"));
    command.arg("demo").args(args.passed_on()).current_dir(crate::repo::root()).kill_on_drop(true);
    if let Some(url) = postgres {
        command.arg("--postgres-url").arg(url);
    }
    if let Some(url) = mariadb {
        command.arg("--mariadb-url").arg(url);
    }
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

#[cfg(test)]
mod tests {
    use super::Args;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn args(line: &[&str]) -> Args {
        <Line as clap::Parser>::parse_from([&["demo"], line].concat()).args
    }

    /// Options go on to the demo in any order, ours is kept back, and a data directory is always named.
    #[test]
    fn options_are_passed_on() {
        let plain = args(&[]);
        assert!(plain.wants_servers());
        assert_eq!(plain.passed_on(), ["--data-dir", "demo-data"]);
        let told = args(&["--residents", "500", "--no-servers", "--once", "--data-dir=elsewhere"]);
        assert!(!told.wants_servers());
        assert_eq!(told.passed_on(), ["--residents", "500", "--once", "--data-dir=elsewhere"]);
    }
}
