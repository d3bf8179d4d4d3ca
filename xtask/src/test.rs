//! `cargo xtask test`: everything that can fail, from a clean clone.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use testbed::Package;
use tokio::process::Command;

use crate::demo::Servers;
use crate::shell::{cargo, npm, say};

/// Installs what the tests need, builds the page, and runs the Rust tests, the web unit tests and the
/// end-to-end tests, in this order.
///
/// # Errors
/// At the first step that fails, or with what to install by hand.
pub async fn run() -> anyhow::Result<()> {
    say("安装测试所需程序 / what the tests need: PostgreSQL, MariaDB, nginx, Chromium, a Chinese font");
    tokio::task::spawn_blocking(|| {
        testbed::ensure_installed(&[
            Package::Postgresql,
            Package::MariadbServer,
            Package::Nginx,
            Package::Chromium,
            Package::ChineseFont,
        ])
    })
    .await??;
    // The page is built first: the binary carries it.
    crate::web::ensure_built()?;
    cargo(&["test", "--workspace"]).run()?;
    npm(&["run", "i18n:check"]).run()?;
    npm(&["run", "test:unit"]).run()?;
    end_to_end().await
}

/// How long the demo may take to be set up on a slow machine.
const DEMO_WITHIN: Duration = Duration::from_secs(300);

/// Raises the demo county on real database servers and walks every journey through it in a real browser.
async fn end_to_end() -> anyhow::Result<()> {
    // What the tests were built with: another selection of packages would have other features, and build everything again.
    cargo(&["build", "--workspace", "--all-targets"]).run()?;
    let servers = Servers::start().await;
    let (postgres, mariadb) = servers.databases().await?;
    let dir = tempfile::tempdir()?;
    let data = dir.path().join("demo");
    let mut demo = Command::new(crate::repo::target().join("debug").join("guantong"));
    demo.arg("demo").arg("--data-dir").arg(&data).args([
        "--port",
        "0",
        "--residents",
        "3000",
        "--enterprises",
        "300",
    ]);
    if let Some(url) = postgres {
        demo.arg("--postgres-url").arg(url);
    }
    if let Some(url) = mariadb {
        demo.arg("--mariadb-url").arg(url);
    }
    let mut demo =
        demo.stdin(Stdio::null()).kill_on_drop(true).spawn().context("cannot start guantong demo")?;
    // Written last, when the sample calls have been answered.
    let accounts = data.join("accounts.json");
    let ready = async {
        while !accounts.is_file() {
            if let Some(status) = demo.try_wait()? {
                bail!("guantong demo ended before it was ready: {status}");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(DEMO_WITHIN, ready).await.context("guantong demo is not ready in time")??;
    let walk = npm(&["run", "e2e"]).env("GUANTONG_ACCOUNTS", &accounts);
    let walked = tokio::task::spawn_blocking(move || walk.run()).await?;
    if let Some(pid) = demo.id() {
        Command::new("kill").arg("-TERM").arg(pid.to_string()).status().await?;
        demo.wait().await?;
    }
    walked
}
