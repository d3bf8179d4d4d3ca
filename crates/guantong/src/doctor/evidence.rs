//! The evidence log: whole, and signed at its head.

use kernel::config::Config;

use super::finding::Finding;

/// Verifies the log on disk, also of a running hub.
pub async fn look(config: &Config) -> Finding {
    let dir = config.data_dir.join("evidence/log");
    if !dir.is_dir() {
        return Finding::skipped("evidence", "还没有存证日志（平台尚未启动过）", "No evidence log yet");
    }
    let shown = dir.display().to_string();
    let options = kernel::evidence::verify_options();
    let verified = tokio::task::spawn_blocking(move || ledger::verify_dir(dir, &options)).await;
    let report = match verified {
        Ok(Ok(report)) => report,
        Ok(Err(error)) => return unreadable(&shown, &error.zh(), &error.en()),
        Err(error) => return unreadable(&shown, &error.to_string(), &error.to_string()),
    };
    if report.is_ok() {
        let (size, root) = (report.size, report.root.to_string());
        return Finding::ok(
            "evidence",
            format!("存证日志完整：{size} 条，根 {root}"),
            format!("The evidence log is whole: {size} entries, root {root}"),
        );
    }
    let first = report.findings.first();
    Finding::fault(
        "evidence",
        format!("存证日志有 {} 处问题：{}", report.findings_total, first.map_or("", |one| one.zh.as_str())),
        format!("The evidence log has {} finding(s): {}", report.findings_total, first.map_or("", |one| one.en.as_str())),
    )
    .mend(
        format!("保留现场，不要改动；运行 guantong verify {shown} 查看全部问题，必要时从备份恢复，并告知安全审计"),
        format!("Leave everything as it is; guantong verify {shown} shows all; restore from a backup if needed and tell \
                 the auditor"),
    )
}

fn unreadable(dir: &str, zh: &str, en: &str) -> Finding {
    Finding::fault(
        "evidence",
        format!("存证日志 {dir} 读不出来：{zh}"),
        format!("The evidence log {dir} cannot be read: {en}"),
    )
    .mend("检查磁盘与目录权限，必要时从备份恢复", "Check disk and rights; restore from a backup if needed")
}
