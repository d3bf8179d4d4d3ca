//! Folders, rights and certificates.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use kernel::config::Config;

use super::finding::Finding;

const DAY_MS: i64 = 86_400_000;

/// Rights of the data folder and of every file with a secret in it.
pub fn look(config_file: Option<&Path>, config: &Config) -> Vec<Finding> {
    let mut all = vec![data_folder(&config.data_dir)];
    let mut secrets: Vec<PathBuf> = Vec::new();
    for (folder, ending) in [("keys", "key"), ("evidence", "key"), ("link", "pem")] {
        let entries = std::fs::read_dir(config.data_dir.join(folder)).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        secrets.extend(paths.filter(|path| path.extension().is_some_and(|found| found == ending)));
    }
    let in_config = config.database.url.contains('@')
        || !config.server.metrics_token.is_empty()
        || config.oidc.values().any(|one| !one.client_secret.is_empty());
    secrets.extend(config_file.filter(|_| in_config).map(Path::to_path_buf));
    secrets.sort();
    let open: Vec<_> = secrets.iter().filter(|path| readable_by_others(path)).collect();
    if open.is_empty() {
        all.push(Finding::ok(
            "secrets",
            format!("{} 个密钥文件只有属主可读", secrets.len()),
            format!("{} secret file(s) are their owner's only", secrets.len()),
        ));
    }
    for path in open {
        let path = path.display();
        all.push(
            Finding::fault(
                "secrets",
                format!("密钥文件 {path} 其他用户也能读"),
                format!("Secret file {path} can be read by others"),
            )
            .mend(format!("chmod 600 {path}"), format!("chmod 600 {path}")),
        );
    }
    all
}

fn readable_by_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

fn data_folder(dir: &Path) -> Finding {
    let shown = dir.display();
    if !dir.is_dir() {
        return Finding::fault(
            "data_folder",
            format!("数据目录 {shown} 不存在"),
            format!("The data folder {shown} is not there"),
        )
        .mend(
            "新建节点请运行 guantong init；已有节点请核对 data_dir 是否写错、磁盘是否挂载",
            "For a new node run guantong init; for an old one check data_dir and whether the disk is mounted",
        );
    }
    let probe = dir.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::write(&probe, b"x");
    let _removed = std::fs::remove_file(&probe);
    match written {
        Ok(()) => Finding::ok(
            "data_folder",
            format!("数据目录 {shown} 可写"),
            format!("The data folder {shown} can be written"),
        ),
        Err(error) => Finding::fault(
            "data_folder",
            format!("数据目录 {shown} 不可写：{error}"),
            format!("The data folder {shown} cannot be written: {error}"),
        )
        .mend(
            format!("以运行平台的用户执行本命令；必要时 chown -R guantong {shown}"),
            format!("Run this as the platform's user; if needed chown -R guantong {shown}"),
        ),
    }
}

/// Certificates of the link, and how long they last.
pub fn certificates(config: &Config, now_ms: i64) -> Vec<Finding> {
    let files = [
        ("root.pem", "前置机根证书", "root of the agents' link"),
        ("link.pem", "接入端证书", "certificate of the link"),
    ];
    files
        .into_iter()
        .filter_map(|(name, zh, en)| certificate(&config.data_dir.join("link").join(name), zh, en, now_ms))
        .collect()
}

fn certificate(path: &Path, zh: &str, en: &str, now_ms: i64) -> Option<Finding> {
    // Before the first start there is none.
    let bytes = std::fs::read(path).ok()?;
    let until = x509_parser::pem::Pem::iter_from_buffer(&bytes)
        .filter_map(Result::ok)
        .filter(|pem| pem.label == "CERTIFICATE")
        .find_map(|pem| Some(pem.parse_x509().ok()?.validity().not_after.timestamp().saturating_mul(1000)));
    let shown = path.display();
    let Some(until) = until else {
        return Some(
            Finding::fault(
                "certificates",
                format!("{zh}（{shown}）已损坏"),
                format!("The {en} ({shown}) is damaged"),
            )
            .mend(
                "从最近的备份恢复此文件；不要删除，所有前置机都信任它",
                "Restore this file from the last backup; do not delete it, every agent trusts it",
            ),
        );
    };
    let days = (until - now_ms).div_euclid(DAY_MS);
    Some(if days < 0 {
        Finding::fault("certificates", format!("{zh}已过期 {} 天", -days), format!("The {en} expired {} day(s) ago", -days))
            .mend(
                "接入端证书在平台启动时自动更换，请重启；根证书过期须重新接入全部前置机",
                "The link's certificate is renewed at a start, so restart; an expired root means that all agents join anew",
            )
    } else if days < 30 {
        Finding::warning(
            "certificates",
            format!("{zh} {days} 天后到期"),
            format!("The {en} ends in {days} day(s)"),
        )
        .mend("重启平台即自动更换接入端证书", "A restart renews the certificate of the link")
    } else {
        Finding::ok(
            "certificates",
            format!("{zh}还有 {days} 天到期"),
            format!("The {en} lasts {days} more day(s)"),
        )
    })
}
