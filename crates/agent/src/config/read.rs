//! From text to a validated configuration, with messages that name file, key and remedy.

use std::collections::BTreeMap;
use std::path::Path;

use connect::{SourceConfig, TargetConfig};
use serde::de::DeserializeOwned;

use super::secrets::{Environment, fill_in};
use super::{AgentLimits, Config, File};
use crate::deny::DenyList;
use crate::fault::Fault;

/// One fault of the file, at a key.
pub(super) fn wrong(path: &Path, key: &str, zh: &str, en: &str) -> Fault {
    let file = path.display();
    Fault::new(
        "config.invalid",
        format!("配置文件 {file} 的 {key}：{zh}"),
        format!("{key} in the configuration file {file}: {en}"),
    )
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    let file = path.display();
    Fault::new(
        "config.file",
        format!("无法读取配置文件 {file}（{error}）；可用 guantong agent config example 生成示例"),
        format!(
            "Cannot read the configuration file {file} ({error}); `guantong agent config example` prints an example"
        ),
    )
}

pub(super) fn parse(text: &str, path: &Path, environment: &Environment<'_>) -> Result<Config, Fault> {
    let file: File = toml::from_str(text).map_err(|error| {
        // The error's own display would show the line, and with it perhaps a password.
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        let what = error.message();
        let (zh, en) = (format!("{what}；请按示例改正"), format!("{what}; correct it after the example"));
        wrong(path, &format!("line {line}"), &zh, &en)
    })?;
    if !(file.hub.starts_with("http://") || file.hub.starts_with("https://")) {
        let en = "must be the hub's web address, for example http://10.1.2.3:8080";
        return Err(wrong(path, "hub", "应为枢纽的网址，例如 http://10.1.2.3:8080", en));
    }
    // Paths in the file are meant from where the file is, not from where the program was started.
    let base = path.parent().unwrap_or(Path::new("."));
    let sources = sources(file.sources, base, path, environment)?;
    let targets = targets(file.targets, base, path, environment)?;
    limits(&file.limits, path)?;
    Ok(Config {
        hub: file.hub.trim_end_matches('/').to_owned(),
        state_dir: base.join(file.state_dir),
        accept: file.accept,
        sources,
        targets,
        deny: DenyList::new(&file.deny)?,
        limits: file.limits,
    })
}

fn sources(
    tables: BTreeMap<String, toml::Table>,
    base: &Path,
    path: &Path,
    environment: &Environment<'_>,
) -> Result<BTreeMap<String, SourceConfig>, Fault> {
    let mut sources: BTreeMap<String, SourceConfig> = named("sources", tables, base, path, environment)?;
    for config in sources.values_mut() {
        match config {
            SourceConfig::Sqlite(sqlite) => sqlite.path = base.join(&sqlite.path),
            SourceConfig::Files(files) => {
                files.dir = base.join(&files.dir);
                files.index_dir = base.join(&files.index_dir);
            }
            SourceConfig::Documents(folder) => folder.dir = base.join(&folder.dir),
            SourceConfig::Postgres(_) | SourceConfig::Mysql(_) | SourceConfig::Http(_) => {}
        }
    }
    Ok(sources)
}

fn targets(
    tables: BTreeMap<String, toml::Table>,
    base: &Path,
    path: &Path,
    environment: &Environment<'_>,
) -> Result<BTreeMap<String, TargetConfig>, Fault> {
    let mut targets: BTreeMap<String, TargetConfig> = named("targets", tables, base, path, environment)?;
    for config in targets.values_mut() {
        match config {
            TargetConfig::Sqlite(sqlite) => sqlite.path = base.join(&sqlite.path),
            TargetConfig::Files(files) => files.dir = base.join(&files.dir),
            TargetConfig::Documents(folder) => folder.dir = base.join(&folder.dir),
            TargetConfig::Postgres(_) | TargetConfig::Mysql(_) | TargetConfig::Http(_) => {}
        }
    }
    Ok(targets)
}

/// The tables under `sources` or `targets`, each with its name and its secrets in place.
fn named<T: DeserializeOwned>(
    section: &str,
    tables: BTreeMap<String, toml::Table>,
    base: &Path,
    path: &Path,
    environment: &Environment<'_>,
) -> Result<BTreeMap<String, T>, Fault> {
    let mut all = BTreeMap::new();
    for (name, mut table) in tables {
        let key = format!("{section}.{name}");
        let plain = !name.is_empty() && name.len() <= 64;
        if !plain || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
            let en = "a source or target is named with letters, digits, - and _, at most 64 bytes";
            return Err(wrong(
                path,
                &key,
                "数据源和投递目标的名称只能用字母、数字、- 和 _，不超过 64 字节",
                en,
            ));
        }
        fill_in(&mut table, base, environment)
            .map_err(|(at, zh, en)| wrong(path, &format!("{key}.{at}"), &zh, &en))?;
        let config = T::deserialize(table).map_err(|error| {
            let what = error.message();
            wrong(
                path,
                &key,
                &format!("{what}；请按示例改正"),
                &format!("{what}; correct it after the example"),
            )
        })?;
        all.insert(name, config);
    }
    Ok(all)
}

fn limits(limits: &AgentLimits, path: &Path) -> Result<(), Fault> {
    let positive = [
        ("rows", limits.rows as u64),
        ("answer_bytes", limits.answer_bytes as u64),
        ("concurrent_calls", limits.concurrent_calls as u64),
        ("total_calls", limits.total_calls as u64),
        ("call_timeout_ms", limits.call_timeout_ms),
        ("health_interval_ms", limits.health_interval_ms),
        ("breaker_failures", u64::from(limits.breaker_failures)),
        ("breaker_open_ms", limits.breaker_open_ms),
    ];
    for (key, value) in positive {
        if value == 0 {
            return Err(wrong(path, &format!("limits.{key}"), "必须大于 0", "must be greater than 0"));
        }
    }
    Ok(())
}
