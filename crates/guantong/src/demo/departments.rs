//! The departments' agents, each a program of its own, as it would be at a department.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use tokio::process::{Child, Command};

use super::seed::Seeded;
use super::stores::Stores;

/// Running agents; they end with this value.
pub struct Agents(Vec<(String, Child)>);

impl Agents {
    /// Writes each department's configuration, joins with its code and runs its agent.
    pub async fn start(dir: &Path, url: &str, seeded: &Seeded, stores: &Stores) -> anyhow::Result<Self> {
        let program = std::env::current_exe()?;
        let mut running = Vec::new();
        for department in &seeded.departments {
            let own = dir.join("agents").join(department.key);
            std::fs::create_dir_all(&own)?;
            let config = write_config(&own, url, &department.sources, stores)?;
            let joined = command(&program, &config, &own)?
                .args(["join", "--code", &department.join_code])
                .output()
                .await?;
            if !joined.status.success() {
                bail!("{}: {}", department.name, String::from_utf8_lossy(&joined.stderr));
            }
            let child = command(&program, &config, &own)?.arg("run").kill_on_drop(true).spawn()?;
            running.push((department.name.clone(), child));
        }
        Ok(Self(running))
    }

    /// The first agent that has ended although it should run.
    pub fn ended(&mut self) -> Option<&str> {
        self.0
            .iter_mut()
            .find_map(|(name, child)| matches!(child.try_wait(), Ok(Some(_))).then_some(name.as_str()))
    }

    /// Ends the agents in order.
    pub async fn stop(mut self) {
        for (_, child) in &mut self.0 {
            if let Some(pid) = child.id() {
                // The agent ends open calls when asked to; `kill_on_drop` is for when it does not.
                let _asked = Command::new("kill").arg("-TERM").arg(pid.to_string()).status().await;
            }
        }
        for (_, child) in &mut self.0 {
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

fn write_config(own: &Path, url: &str, sources: &[String], stores: &Stores) -> anyhow::Result<PathBuf> {
    let mut root = toml::Table::new();
    root.insert("hub".into(), toml::Value::String(url.to_owned()));
    root.insert("state_dir".into(), toml::Value::String("state".into()));
    root.insert("accept".into(), toml::Value::String("auto".into()));
    let each = sources.iter().map(|name| Ok((name.clone(), stores.source(name, own)?)));
    let each = each.collect::<anyhow::Result<_>>()?;
    root.insert("sources".into(), toml::Value::Table(each));
    let path = own.join("agent.toml");
    let head = "# 示范县前置机 / agent of the demo county\n";
    std::fs::write(&path, format!("{head}{}", toml::to_string_pretty(&root)?))
        .with_context(|| path.display().to_string())?;
    Ok(path)
}
