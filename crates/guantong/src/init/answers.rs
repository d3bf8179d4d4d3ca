//! What a new node is to be like, and whether it may be made there.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use kernel::config::{Config, Database, Link, Server};
use kernel::error::Fields;
use kernel::{Error, Result};
use standards::value::{Status, ValueKind, standardise};

/// Everything `init` needs to know.
#[derive(Debug, Clone)]
pub struct Answers {
    /// Configuration file.
    pub config: PathBuf,
    /// Data folder.
    pub data_dir: PathBuf,
    /// Database; empty means SQLite.
    pub database: String,
    /// Name of the authority.
    pub name: String,
    /// Its credit code.
    pub credit_code: String,
    /// Its region.
    pub region: String,
    /// Listening address.
    pub listen: SocketAddr,
    /// Public address; may be empty.
    pub public_url: String,
    /// Listening address of the link.
    pub link: SocketAddr,
    /// What agents dial.
    pub advertise: String,
    /// Staff numbers of the first three.
    pub persons: [Option<String>; 3],
}

/// The credit code is one, check character included.
pub fn is_credit_code(text: &str) -> bool {
    standardise(&ValueKind::CreditCode, text).status == Status::Valid
}

/// Six digits.
pub fn is_region(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Host of an address like `https://host:port/path`.
pub fn host_of(url: &str) -> Option<String> {
    url::Url::parse(url).ok()?.host_str().map(str::to_owned)
}

impl Answers {
    /// Every answer is one.
    ///
    /// # Errors
    /// `input.invalid` with all that is wrong.
    pub fn check(&self) -> Result<()> {
        let mut fields = Fields::default();
        fields.text("--name", &self.name, 100);
        fields.check(
            is_credit_code(&self.credit_code),
            "--credit-code",
            "init.credit_code",
            "统一社会信用代码须为18位且校验位正确，请对照证书填写。",
            "The unified social credit code has 18 characters with a fitting check character.",
        );
        fields.check(
            is_region(&self.region),
            "--region",
            "init.region",
            "行政区划代码须为6位数字（GB/T 2260），例如 513428。",
            "The region has six digits (GB/T 2260), for example 513428.",
        );
        fields.check(
            self.database.is_empty()
                || ["postgres:", "postgresql:"].iter().any(|p| self.database.starts_with(p)),
            "--database",
            "init.database",
            "数据库地址须以 postgres:// 开头；用 SQLite 时不要填写。",
            "The database begins with postgres://; leave it out for SQLite.",
        );
        fields.finish()?;
        self.configuration().check()
    }

    /// Nothing is there yet that would be overwritten.
    ///
    /// # Errors
    /// `init.exists`, naming what is there.
    pub fn check_untouched(&self) -> Result<()> {
        if self.config.exists() {
            return Err(exists(&self.config));
        }
        let in_use = std::fs::read_dir(&self.data_dir).is_ok_and(|mut entries| entries.next().is_some());
        if in_use || self.data_dir.is_file() {
            return Err(exists(&self.data_dir));
        }
        Ok(())
    }

    /// The configuration of the node. The name in the evidence is chosen once and stays.
    pub fn configuration(&self) -> Config {
        let origin = host_of(&self.public_url)
            .filter(|host| host.contains('.') && !host.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
            .unwrap_or_else(|| format!("guantong-{}", self.region));
        Config {
            data_dir: self.data_dir.clone(),
            origin: format!("{origin}/hub"),
            server: Server {
                listen: self.listen,
                public_url: self.public_url.clone(),
                secure_cookies: self.public_url.starts_with("https://"),
                ..Server::default()
            },
            link: Link { listen: self.link, advertise: self.advertise.clone(), ..Link::default() },
            database: Database { url: self.database.clone() },
            ..Config::default()
        }
    }
}

fn exists(path: &Path) -> Error {
    Error::conflict(
        "init.exists",
        format!(
            "{} 已存在且不为空，没有改动任何内容。请换一个位置，或确认不再需要后自行移走。",
            path.display()
        ),
        format!(
            "{} is there and not empty; nothing was changed. Choose another place, or move it away.",
            path.display()
        ),
    )
}
