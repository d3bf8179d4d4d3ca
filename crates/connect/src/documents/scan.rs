//! The department's own virus scanner, called on a file.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::{DocumentsConfig, Scanned};
use crate::error::{SourceCode, SourceError};

/// Scans a file.
///
/// # Errors
/// `document.infected`, or `document.scan_failed` when the scanner could not say.
pub(super) async fn scan(
    source: &str,
    config: &DocumentsConfig,
    path: &Path,
) -> Result<Scanned, SourceError> {
    let Some((program, arguments)) = config.scan.split_first() else { return Ok(Scanned::Unscanned) };
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.kill_on_drop(true);
    let running = async { command.spawn()?.wait().await };
    let limit = Duration::from_millis(config.scan_timeout_ms.max(1));
    match tokio::time::timeout(limit, running).await {
        Ok(Ok(status)) if status.success() => Ok(Scanned::Clean),
        Ok(Ok(status)) if status.code() == Some(1) => Err(infected(source)),
        Ok(Ok(status)) => Err(failed(source).because(status.to_string())),
        Ok(Err(error)) => Err(failed(source).because(error)),
        Err(late) => Err(failed(source).because(late)),
    }
}

fn infected(source: &str) -> SourceError {
    SourceError::new(
        SourceCode::DocumentInfected,
        format!("病毒扫描在文件夹“{source}”的这份文件中发现病毒，文件没有交接；请该部门清除病毒后重新提供。"),
        format!(
            "the virus scan found this document of folder \"{source}\" infected and it was not handed over; the department \
             must clean it and offer it anew"
        ),
    )
}

fn failed(source: &str) -> SourceError {
    SourceError::new(
        SourceCode::DocumentScan,
        format!(
            "文件夹“{source}”的病毒扫描没有得出结果，文件没有交接；请检查前置机配置的扫描程序（scan）是否能运行、病毒库是否更新。"
        ),
        format!(
            "the virus scan of folder \"{source}\" gave no result and the document was not handed over; check that the \
             scanner in the agent's configuration (scan) runs and is up to date"
        ),
    )
}
