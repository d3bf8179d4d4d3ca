//! `guantong serve`, `migrate` and `openapi`.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{ConfigArgs, node, out};

/// Runs a hub until it is told to stop, then ends open calls in order.
pub async fn run(args: &ConfigArgs, stop: CancellationToken) -> anyhow::Result<()> {
    let config = node::config(args)?;
    kernel::telemetry::start_logs(&config.log)?;
    let kernel = node::open(config).await?;
    let running = server::start(kernel).await?;
    out::line(&format!("贯通已启动 / Guantong is running: http://{}  link {}", running.http, running.link));
    stop.cancelled().await;
    running.stop().await;
    Ok(())
}

/// Brings the database up to date.
pub async fn migrate(args: &ConfigArgs) -> anyhow::Result<()> {
    let kernel = node::open(node::config(args)?).await?;
    server::migrate(&kernel).await?;
    out::line("数据库已是最新 / The database is up to date.");
    Ok(())
}

/// Prints the interface description. Works in a folder of its own that is removed afterwards.
pub async fn openapi() -> anyhow::Result<()> {
    let dir = std::env::temp_dir().join(format!("guantong-openapi-{}", std::process::id()));
    let config = kernel::config::Config { data_dir: dir.clone(), ..kernel::config::Config::default() };
    let text = async { server::openapi(node::open(config).await?).await }.await;
    // What cannot be removed lies in the system's folder for temporary files.
    let _removed = std::fs::remove_dir_all(&dir);
    out::line(&text?);
    Ok(())
}

/// Cancels on an interrupt or a request to end.
pub async fn cancel_on_signal(stop: CancellationToken) {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    stop.cancel();
}
