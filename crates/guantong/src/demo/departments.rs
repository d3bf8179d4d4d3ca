//! The departments' agents, each a program of its own, as it would be at a department.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

/// Running agents; they end with this value.
#[derive(Default)]
pub struct Agents {
    running: Vec<(String, Child)>,
    joining: JoinSet<anyhow::Result<(String, Child)>>,
}

/// What an agent needs to join.
pub struct Joining {
    /// Name of the department.
    pub name: String,
    /// Folder of its own.
    pub own: PathBuf,
    /// Address of the hub.
    pub url: String,
    /// Join code.
    pub code: String,
    /// Sources, by name.
    pub sources: toml::Table,
    /// Places of delivery, by name.
    pub targets: toml::Table,
}

impl Agents {
    /// Writes a department's configuration, joins with its code and runs its agent, while this process goes on.
    pub fn join(&mut self, joining: Joining) {
        self.joining.spawn(async move {
            let program = std::env::current_exe()?;
            let Joining { name, own, url, code, sources, targets } = joining;
            std::fs::create_dir_all(&own)?;
            let config = write_config(&own, &url, sources, targets)?;
            let joined = command(&program, &config, &own)?.args(["join", "--code", &code]).output().await?;
            if !joined.status.success() {
                bail!("{name}: {}", String::from_utf8_lossy(&joined.stderr));
            }
            let child = command(&program, &config, &own)?.arg("run").kill_on_drop(true).spawn()?;
            Ok((name, child))
        });
    }

    /// Waits until all that are joining run.
    ///
    /// # Errors
    /// When one could not join, or has ended although it should run.
    pub async fn joined(&mut self) -> anyhow::Result<()> {
        while let Some(done) = self.joining.join_next().await {
            self.running.push(done??);
        }
        match self.ended() {
            Some(name) => bail!("{name}: the agent has ended; see agents/*/agent.log"),
            None => Ok(()),
        }
    }

    /// The first agent that has ended although it should run.
    fn ended(&mut self) -> Option<&str> {
        self.running
            .iter_mut()
            .find_map(|(name, child)| matches!(child.try_wait(), Ok(Some(_))).then_some(name.as_str()))
    }

    /// Ends the agents in order.
    pub async fn stop(mut self) {
        for (_, child) in &mut self.running {
            if let Some(pid) = child.id() {
                // The agent ends open calls when asked to; `kill_on_drop` is for when it does not.
                let _asked = Command::new("kill").arg("-TERM").arg(pid.to_string()).status().await;
            }
        }
        for (_, child) in &mut self.running {
            let _ended = tokio::time::timeout(std::time::Duration::from_secs(5), child.wait()).await;
        }
    }
}

fn command(program: &Path, config: &Path, own: &Path) -> anyhow::Result<Command> {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(own.join("agent.log"))?;
    let mut command = Command::new(program);
    command
        .arg("agent")
        .arg("--config")
        .arg(config)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    Ok(command)
}

fn write_config(
    own: &Path,
    url: &str,
    sources: toml::Table,
    targets: toml::Table,
) -> anyhow::Result<PathBuf> {
    let mut root = toml::Table::new();
    root.insert("hub".into(), toml::Value::String(url.to_owned()));
    root.insert("state_dir".into(), toml::Value::String("state".into()));
    root.insert("accept".into(), toml::Value::String("auto".into()));
    root.insert("sources".into(), toml::Value::Table(sources));
    root.insert("targets".into(), toml::Value::Table(targets));
    let path = own.join("agent.toml");
    let head = "# 示范县前置机 / agent of the demo county\n";
    std::fs::write(&path, format!("{head}{}", toml::to_string_pretty(&root)?))
        .with_context(|| path.display().to_string())?;
    Ok(path)
}
