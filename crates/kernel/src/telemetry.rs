//! Logs and metrics.
//!
//! Never logged: item values, subjects, case numbers, secrets, tokens, passwords, connection URLs, request
//! and answer bodies.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};
use crate::error::{Error, Result};

/// Starts logging to standard error. A second call in one process changes nothing.
///
/// # Errors
/// `config.value` when the filter cannot be read.
pub fn start_logs(log: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| {
        Error::bad_input(
            "config.value",
            format!("配置项 log.filter 有误：{error}"),
            format!("Wrong configuration key log.filter: {error}"),
        )
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // An error here means that a subscriber is already there, as in tests.
    let _already_started = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}

/// Installs the recorder of metrics; a second call gives a handle of its own recorder that records nothing.
pub fn start_metrics() -> PrometheusHandle {
    let builder = PrometheusBuilder::new();
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    let _already_installed = metrics::set_global_recorder(recorder);
    handle
}
