//! The provider's agent, within this process or as a process of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use agent::Agent;
use agent::clock::{Entropy, SharedClock, SystemClock};
use agent::config::Config;
use agent::state::StateDir;
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

use super::run_program;

/// Writes the configuration of an agent with one source named `register`.
pub fn write_config(dir: &Path, hub: &str, source: &toml::Table) -> PathBuf {
    write_agent(dir, hub, &[("register", source.clone())], &[])
}

/// Writes the configuration of an agent with sources and targets.
pub fn write_agent(
    dir: &Path,
    hub: &str,
    sources: &[(&str, toml::Table)],
    targets: &[(&str, toml::Table)],
) -> PathBuf {
    std::fs::create_dir_all(dir).unwrap();
    let mut root = toml::Table::new();
    root.insert("hub".into(), hub.into());
    root.insert("state_dir".into(), "state".into());
    root.insert("accept".into(), "auto".into());
    for (section, tables) in [("sources", sources), ("targets", targets)] {
        let tables =
            tables.iter().map(|(name, table)| ((*name).to_owned(), toml::Value::Table(table.clone())));
        root.insert(section.into(), toml::Value::Table(tables.collect()));
    }
    let limits = [("health_interval_ms", 300), ("breaker_open_ms", 300), ("call_timeout_ms", 4_000)];
    let limits = limits.map(|(name, value)| (name.to_owned(), toml::Value::Integer(value)));
    root.insert("limits".into(), toml::Value::Table(toml::Table::from_iter(limits)));
    let path = dir.join("agent.toml");
    std::fs::write(&path, toml::to_string(&root).unwrap()).unwrap();
    path
}

/// An agent within this process; it ends with this value or with the process.
pub struct AgentTask {
    /// Its state folder.
    pub state_dir: PathBuf,
    stop: CancellationToken,
}

impl AgentTask {
    /// Joins and runs.
    pub async fn join(config: &Path, code: &str) -> Self {
        let config = Config::load(config).unwrap();
        let clock: SharedClock = Arc::new(SystemClock);
        let entropy = Entropy::from_system().unwrap();
        let state = StateDir::open(&config.state_dir).unwrap();
        agent::join::join(&config.hub, code, &state, &clock, &entropy).await.unwrap();
        let agent = Arc::new(Agent::open(&config, clock, entropy).unwrap());
        let stop = CancellationToken::new();
        tokio::spawn(agent::control::serve(agent.clone(), stop.clone()));
        tokio::spawn(agent::run::run(agent, stop.clone()));
        Self { state_dir: config.state_dir, stop }
    }
}

impl Drop for AgentTask {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// An agent as a process of its own.
pub struct AgentProcess {
    /// What it wrote.
    pub log: PathBuf,
    config: PathBuf,
    /// Folder on a disk of its own, and the size of that in KiB; it goes with the process.
    disk: Option<(PathBuf, u64)>,
    child: Option<Child>,
}

/// Becomes the agent, in a name space of its own, where a small disk is mounted.
const ON_SMALL_DISK: &str =
    r#"mount -t tmpfs -o size="$1"k tmpfs "$2" && shift 2 && exec "$0" agent --config "$1" run"#;

impl AgentProcess {
    /// Joins and runs.
    pub fn join(config: &Path, code: &str) -> Self {
        Self::join_with(config, code, None)
    }

    /// The same with a folder on a disk of its own of that many KiB.
    pub fn join_with(config: &Path, code: &str, disk: Option<(PathBuf, u64)>) -> Self {
        let joined =
            run_program(&["agent", "--config", config.to_str().unwrap(), "join", "--code", code], &[]);
        assert!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
        let log = config.with_file_name("agent.log");
        let mut agent = Self { log, config: config.to_owned(), disk, child: None };
        agent.up();
        agent
    }

    /// Runs.
    pub fn up(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log).unwrap();
        let program = env!("CARGO_BIN_EXE_guantong");
        let mut command = match &self.disk {
            None => {
                let mut command = tokio::process::Command::new(program);
                command.arg("agent").arg("--config").arg(&self.config).arg("run");
                command
            }
            Some((dir, kib)) => {
                let mut command = tokio::process::Command::new("unshare");
                command.args([
                    "--user",
                    "--map-root-user",
                    "--mount",
                    "--",
                    "sh",
                    "-c",
                    ON_SMALL_DISK,
                    program,
                ]);
                command.arg(kib.to_string()).arg(dir).arg(&self.config);
                command
            }
        };
        command.env("GUANTONG_LOG__FILTER", "debug");
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).kill_on_drop(true);
        self.child = Some(command.spawn().unwrap());
    }

    /// The folder on its small disk, as it is seen from outside.
    pub fn seen_disk(&self) -> PathBuf {
        let (dir, _) = self.disk.as_ref().unwrap();
        let pid = self.child.as_ref().and_then(Child::id).unwrap();
        Path::new("/proc").join(pid.to_string()).join("root").join(dir.strip_prefix("/").unwrap())
    }

    /// Ends it as a power cut of the program would.
    pub async fn kill(&mut self) {
        self.child.take().unwrap().kill().await.unwrap();
    }
}
