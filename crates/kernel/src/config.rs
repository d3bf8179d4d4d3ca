//! Configuration: built-in defaults, then a TOML file, then environment variables `GUANTONG_SECTION__KEY`.

use std::collections::BTreeMap;
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
    /// Log-in services of others (OpenID Connect) 统一身份认证, by a short name of our own.
    pub oidc: BTreeMap<String, OidcProvider>,
}

/// Console and public interface.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address to listen on. TLS is the work of the reverse proxy in front.
    pub listen: SocketAddr,
    /// Address at which people and systems reach this node, for example `https://share.example.gov.cn`; empty means
    /// the listening address.
    pub public_url: String,
    /// True when a TLS proxy stands in front: cookies are then marked `Secure`.
    pub secure_cookies: bool,
    /// Hours until a console session ends.
    pub session_hours: u32,
    /// Token that `/metrics` asks of callers that do not come from this machine; empty refuses them.
    pub metrics_token: String,
}

/// A log-in service of somebody else, for example the province's unified identity.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OidcProvider {
    /// Its issuer address, as its discovery document names it.
    pub issuer: String,
    /// Client id that it gave us.
    pub client_id: String,
    /// Client secret that it gave us; empty for a public client.
    pub client_secret: String,
    /// Its name on the log-in page, Chinese.
    pub name_zh: String,
    /// Its name on the log-in page, English.
    pub name_en: String,
    /// Scopes asked for besides `openid`.
    pub scopes: Vec<String>,
    /// Claim of the identity token that holds a staff number; a first log-in is then bound to the department account with
    /// that staff number. Empty: accounts are bound by the platform operator only.
    pub match_claim: String,
    /// True when it asks for a second factor itself, so that ours is not asked again.
    pub second_factor: bool,
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
            oidc: BTreeMap::new(),
        }
    }
}
impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: String::new(),
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

fn check_public_url(url: &str, fields: &mut crate::error::Fields) {
    let fits =
        ["http://", "https://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    fields.check(
        url.is_empty() || (fits && !url.contains(['?', '#']) && !url.contains(char::is_whitespace)),
        "server.public_url",
        "config.url",
        "对外地址须以 http:// 或 https:// 开头，例如 https://share.example.gov.cn。",
        "The public address begins with http:// or https://, for example https://share.example.gov.cn.",
    );
}

fn check_oidc(name: &str, provider: &OidcProvider, fields: &mut crate::error::Fields) {
    let place = format!("oidc.{name}");
    fields.check(
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
        &place,
        "config.oidc_name",
        "登录服务的简称只能用小写字母、数字和连字符。",
        "The short name of a log-in service has small letters, digits and hyphens only.",
    );
    let filled = [&provider.issuer, &provider.client_id, &provider.name_zh, &provider.name_en];
    fields.check(
        filled.iter().all(|value| !value.trim().is_empty()),
        &place,
        "config.oidc_incomplete",
        "登录服务须写明 issuer、client_id、name_zh、name_en。",
        "A log-in service needs issuer, client_id, name_zh and name_en.",
    );
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
        check_public_url(&self.server.public_url, &mut fields);
        for (name, provider) in &self.oidc {
            check_oidc(name, provider, &mut fields);
        }
        fields.finish()
    }

    /// Address at which people and systems reach this node, without a slash at its end.
    pub fn public_url(&self) -> String {
        if self.server.public_url.is_empty() {
            format!("http://{}", self.server.listen)
        } else {
            self.server.public_url.trim_end_matches('/').to_owned()
        }
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
        for provider in shown.oidc.values_mut().filter(|provider| !provider.client_secret.is_empty()) {
            provider.client_secret = "***".into();
        }
        toml::to_string_pretty(&shown).map_err(|error| Error::internal("config.encode", error))
    }
}
