//! Configuration: built-in defaults, then a TOML file, then environment variables `GUANTONG_SECTION__KEY`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Everything a hub is told at the start.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folder for evidence, keys and the SQLite file.
    pub data_dir: PathBuf,
    /// Name of this node in its evidence log (C2SP origin), without spaces.
    pub origin: String,
    /// Console and public interface.
    pub server: Server,
    /// Link to the agents.
    pub link: Link,
    /// The hub's own database.
    pub database: Database,
    /// Logging.
    pub log: Log,
    /// Limits of the path.
    pub limits: Limits,
}

/// Console and public interface.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address to listen on. TLS is the work of the reverse proxy in front.
    pub listen: SocketAddr,
    /// True when a TLS proxy stands in front: cookies are then marked `Secure`.
    pub secure_cookies: bool,
    /// Hours until a console session ends.
    pub session_hours: u32,
    /// Token that `/metrics` asks of callers that do not come from this machine; empty refuses them.
    pub metrics_token: String,
}

/// Link to the agents.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    /// Address to listen on for agents (mutual TLS).
    pub listen: SocketAddr,
    /// `host:port` that agents are told to dial; empty means the listening address.
    pub advertise: String,
    /// Days an agent's certificate is valid.
    pub certificate_days: u32,
    /// Hours until a join code expires.
    pub join_code_hours: u32,
}

/// The hub's own database.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite://…` or `postgres://…`; empty means a SQLite file in `data_dir`.
    pub url: String,
}

/// Logging.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Filter, for example `info,exchange=debug`.
    pub filter: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

/// Limits of the path.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest request body, bytes.
    pub body_bytes: usize,
    /// Longest wait for a department's system, milliseconds.
    pub call_timeout_ms: u64,
    /// Failures in a row after which a source is left alone for a while.
    pub breaker_failures: u32,
    /// How long it is left alone, milliseconds.
    pub breaker_pause_ms: u64,
    /// Calls in flight at once; more are refused with 503 rather than queued without end.
    pub concurrent_calls: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: "guantong-data".into(),
            origin: "guantong.local".into(),
            server: Server::default(),
            link: Link::default(),
            database: Database::default(),
            log: Log::default(),
            limits: Limits::default(),
        }
    }
}
impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            secure_cookies: false,
            session_hours: 8,
            metrics_token: String::new(),
        }
    }
}
impl Default for Link {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            advertise: String::new(),
            certificate_days: 365,
            join_code_hours: 24,
        }
    }
}
impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Text }
    }
}
impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            call_timeout_ms: 5_000,
            breaker_failures: 5,
            breaker_pause_ms: 2_000,
            concurrent_calls: 1_024,
        }
    }
}

/// The commands have variables of their own (`GUANTONG_PASSWORD`, `GUANTONG_CONFIG`), which are no keys of the configuration.
fn is_configuration(name: &figment::value::UncasedStr) -> bool {
    name == "data_dir" || name == "origin" || name.as_str().contains("__")
}

impl Config {
    /// Reads defaults, file and environment, and checks the whole.
    ///
    /// # Errors
    /// `config.*`, naming file, key and remedy.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.exists() {
                return Err(Error::bad_input(
                    "config.file",
                    format!("找不到配置文件 {}，请检查路径。", file.display()),
                    format!("Configuration file {} is not there; check the path.", file.display()),
                ));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let config: Self = figment
            .merge(Env::prefixed("GUANTONG_").filter(is_configuration).split("__"))
            .extract()
            .map_err(|error| {
                Error::bad_input(
                    "config.value",
                    format!("配置有误：{error}。请修改所指的配置项后重新启动。"),
                    format!("Wrong configuration: {error}. Correct the key named and start again."),
                )
            })?;
        config.check()?;
        Ok(config)
    }

    /// Rules that types do not express.
    ///
    /// # Errors
    /// `input.invalid` with every key that is wrong.
    pub fn check(&self) -> Result<()> {
        let mut fields = crate::error::Fields::default();
        let origin_ok = !self.origin.is_empty()
            && !self.origin.contains(|c: char| c.is_whitespace() || c == '+' || c.is_control());
        fields.check(
            origin_ok,
            "origin",
            "config.origin",
            "origin 不能为空，也不能含空格或加号。",
            "origin must not be empty nor hold spaces or plus signs.",
        );
        fields.check(
            (1..=720).contains(&self.server.session_hours),
            "server.session_hours",
            "config.range",
            "会话时长须为 1 至 720 小时。",
            "Session hours must be 1 to 720.",
        );
        fields.check(
            (100..=600_000).contains(&self.limits.call_timeout_ms),
            "limits.call_timeout_ms",
            "config.range",
            "调用时限须为 100 至 600000 毫秒。",
            "The call timeout must be 100 to 600000 ms.",
        );
        fields.check(
            self.limits.concurrent_calls > 0 && self.limits.body_bytes >= 1024,
            "limits",
            "config.range",
            "并发上限须大于 0，请求大小上限不少于 1024 字节。",
            "concurrent_calls must be above 0 and body_bytes at least 1024.",
        );
        fields.finish()
    }

    /// URL of the hub's own database.
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            format!("sqlite://{}", self.data_dir.join("guantong.db").display())
        } else {
            self.database.url.clone()
        }
    }

    /// `host:port` that agents dial.
    pub fn link_address(&self) -> String {
        if self.link.advertise.is_empty() {
            self.link.listen.to_string()
        } else {
            self.link.advertise.clone()
        }
    }

    /// The configuration as TOML, secrets blotted out.
    ///
    /// # Errors
    /// Never in practice; encoding errors are passed on.
    pub fn shown(&self) -> Result<String> {
        let mut shown = self.clone();
        if let Some((head, tail)) = shown.database.url.split_once('@') {
            let scheme = head.split("//").next().unwrap_or_default();
            shown.database.url = format!("{scheme}//***@{tail}");
        }
        if !shown.server.metrics_token.is_empty() {
            shown.server.metrics_token = "***".into();
        }
        toml::to_string_pretty(&shown).map_err(|error| Error::internal("config.encode", error))
    }
}
