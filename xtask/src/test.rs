//! `cargo xtask test`: everything that can fail, from a clean clone.

use testbed::Package;

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

/// Runs the browser tests against a `guantong demo` that they start themselves, on real database servers.
async fn end_to_end() -> anyhow::Result<()> {
    cargo(&["build", "-p", "guantong"]).run()?;
    let servers = Servers::start().await;
    let (postgres, mariadb) = servers.databases().await?;
    let mut step =
        npm(&["run", "e2e"]).env("GUANTONG_BIN", crate::repo::target().join("debug").join("guantong"));
    if let Some(url) = postgres {
        step = step.env("GUANTONG_DEMO_POSTGRES_URL", url);
    }
    if let Some(url) = mariadb {
        step = step.env("GUANTONG_DEMO_MARIADB_URL", url);
    }
    tokio::task::spawn_blocking(move || step.run()).await?
}
