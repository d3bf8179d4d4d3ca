//! Finding programs, and installing the Debian packages that hold them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::account::is_root;

/// Something that tests, demo or bench need from the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Package {
    /// PostgreSQL server and client.
    Postgresql,
    /// MariaDB server and client.
    MariadbServer,
    /// nginx, for the bench.
    Nginx,
    /// Chromium, for the browser tests.
    Chromium,
    /// A font with Chinese characters, for screenshots that can be read.
    ChineseFont,
}

impl Package {
    /// Name of the Debian package.
    pub fn debian_name(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::MariadbServer => "mariadb-server",
            Self::Nginx => "nginx-light",
            Self::Chromium => "chromium",
            Self::ChineseFont => "fonts-noto-cjk",
        }
    }

    /// True when all that is used of it is there.
    pub fn is_installed(self) -> bool {
        let all = |names: &[&str]| names.iter().all(|name| find_binary(name).is_some());
        match self {
            Self::Postgresql => all(&["initdb", "postgres", "psql"]),
            Self::MariadbServer => all(&["mariadb-install-db", "mariadbd", "mariadb"]),
            Self::Nginx => all(&["nginx"]),
            Self::Chromium => all(&["chromium"]),
            Self::ChineseFont => [
                "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
                "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
            ]
            .iter()
            .any(|font| Path::new(font).exists()),
        }
    }
}

/// Looks a program up in `PATH`, in the folders for administrators, and where Debian keeps the programs of
/// PostgreSQL (the newest version that has it).
pub fn find_binary(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/bin"].map(PathBuf::from));
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    folders.extend(versions.into_iter().map(|(_, folder)| folder));
    folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Installs packages without letting them start a service: a server that a package starts by itself would
/// not be ours to end. A rule file that was there before stays as it is.
const INSTALL: &str = r#"
set -e
export DEBIAN_FRONTEND=noninteractive
rule=/usr/sbin/policy-rc.d
if [ ! -e "$rule" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$rule"
  chmod 755 "$rule"
  trap 'rm -f "$rule"' EXIT
fi
apt-get -q -o DPkg::Lock::Timeout=300 update
apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
"#;

/// Makes sure that the packages are there; installs with `apt-get` those that are not, as root or with a
/// `sudo` that asks no password.
///
/// # Errors
/// With what to install by hand, when it cannot be done here.
pub fn ensure_installed(packages: &[Package]) -> anyhow::Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .filter(|package| !package.is_installed())
        .map(|package| package.debian_name())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let by_hand =
        format!("请先安装 {names}（Debian：apt-get install {names}） / please install {names} first");
    if find_binary("apt-get").is_none() {
        bail!("{by_hand}");
    }
    let mut command = if is_root() {
        Command::new("sh")
    } else if sudo_asks_nothing() {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    } else {
        bail!("{by_hand}");
    };
    let output = command
        .args(["-c", INSTALL, "testbed"])
        .args(&missing)
        .stdin(Stdio::null())
        .output()
        .context("cannot start sh")?;
    if !output.status.success() {
        bail!("{by_hand}\napt-get: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    match packages.iter().find(|package| !package.is_installed()) {
        None => Ok(()),
        Some(package) => bail!("{} is installed but its programs were not found", package.debian_name()),
    }
}

fn sudo_asks_nothing() -> bool {
    Command::new("sudo")
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::find_binary;

    /// A program in `PATH` is found, one that does not exist is not.
    #[test]
    fn finds_only_what_exists() {
        assert!(find_binary("sh").is_some());
        assert!(find_binary("no-such-program-of-ours").is_none());
    }
}
