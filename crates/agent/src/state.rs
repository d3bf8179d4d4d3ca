//! The agent's own folder: keys, identity, pins, record. Every write is whole or not at all.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The state folder.
#[derive(Debug, Clone)]
pub struct StateDir(PathBuf);

/// Who this agent is, written at joining.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Id at the hub.
    pub agent_id: String,
    /// Name at the hub.
    pub agent_name: String,
    /// Unified social credit code of the organisation.
    pub organisation: String,
    /// Name of the organisation.
    pub organisation_name: String,
    /// Host and port of the hub's link.
    pub link_address: String,
    /// Name in the hub's certificate.
    pub link_server_name: String,
    /// When the present certificate was obtained, Unix milliseconds.
    pub certificate_since_ms: i64,
}

impl StateDir {
    /// Uses a folder; it is made, readable by its owner only, when missing.
    ///
    /// # Errors
    /// `agent.file` when it cannot be made.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        fs::create_dir_all(path).map_err(|error| Fault::file(path, &error))?;
        restrict(path, 0o700).map_err(|error| Fault::file(path, &error))?;
        Ok(Self(path.to_owned()))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The folder of the agent's own log.
    pub fn record_dir(&self) -> PathBuf {
        self.0.join("record")
    }

    /// The key file of the agent's own log.
    pub fn evidence_key(&self) -> PathBuf {
        self.0.join("evidence.key")
    }

    /// Writes a file durably and as a whole: a crash leaves the old or the new content. Readable by its owner only.
    ///
    /// # Errors
    /// `agent.file` when the disk refuses.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), Fault> {
        let path = self.file(name);
        let fresh = self.file(&format!("{name}.new"));
        let write = || {
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&fresh)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&fresh, &path)?;
            // The rename itself is durable only when the folder is.
            fs::File::open(&self.0)?.sync_all()
        };
        write().map_err(|error| Fault::file(&path, &error))
    }

    /// Reads a text file; `None` when there is none.
    ///
    /// # Errors
    /// `agent.file` when it is there and cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<String>, Fault> {
        let path = self.file(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fault::file(&path, &error)),
        }
    }

    /// Writes a value as JSON, durably.
    ///
    /// # Errors
    /// As [`StateDir::write`].
    pub fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Fault> {
        let bytes = serde_json::to_vec_pretty(value)
            .map_err(|error| Fault::file(&self.file(name), &std::io::Error::other(error)))?;
        self.write(name, &bytes)
    }

    /// Reads a value from JSON; `None` when there is no file.
    ///
    /// # Errors
    /// `agent.file` when it cannot be read, `agent.state` when its content is not as this version wrote it.
    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Fault> {
        let Some(text) = self.read(name)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            let path = self.file(name);
            let path = path.display();
            Fault::new(
                "agent.state",
                format!("文件 {path} 内容损坏（{error}）；请从备份恢复，或重新接入"),
                format!("The file {path} is damaged ({error}); restore it from a backup, or join again"),
            )
        })
    }

    /// Who this agent is.
    ///
    /// # Errors
    /// `agent.not_joined` when it has not joined yet.
    pub fn identity(&self) -> Result<Identity, Fault> {
        self.read_json("identity.json")?.ok_or_else(|| {
            let path = self.0.display();
            Fault::new(
                "agent.not_joined",
                format!("{path} 中没有接入信息；请先用枢纽给出的接入码执行 guantong agent join"),
                format!("There is no identity in {path}; run `guantong agent join` with a join code of the hub first"),
            )
        })
    }
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn restrict(_path: &Path, _mode: u32) -> std::io::Result<()> {
    Ok(())
}
